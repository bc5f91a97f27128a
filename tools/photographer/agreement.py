"""Self-consistency: which of many answers the answers themselves agree on (Wang et al., ICLR 2023).

A model that errs to all sides around a good crop is right on average; the answer nearest to all
others (the medoid by IoU) is then nearer to that crop than a typical answer is.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Box, as_array, iou_matrix


def agreement(boxes: Sequence[Box]) -> NDArray[np.float64]:
    """Return each box's mean IoU with the others, shape (N,); 1 for a single box."""
    if len(boxes) < 2:
        return np.ones(len(boxes))
    array = as_array(boxes)
    return np.asarray((iou_matrix(array, array).sum(axis=1) - 1) / (len(boxes) - 1))
