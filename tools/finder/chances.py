"""From the finder's scores to chances that a box is right.

On COCO's held-out photos (val2017, 128 of them) a box of this network was right, its IoU with a
thing of its class at least one half, in .07, .23, .46, .72 and .92 of the cases at scores of .2-.3,
.3-.4, .4-.5, .5-.6 and above. A straight line through their log odds fits all five within .01.
"""

import numpy as np
from numpy.typing import NDArray

SLOPE, EVEN = 11.3, 0.466
"""Log odds a unit of score, and the score at which right and wrong are even."""

LIKELY = 0.5
"""Chance from which a thing is spoken of, and from which nobody needs to have named it."""


def chances(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the chance of each score, both (N,)."""
    return np.asarray(1 / (1 + np.exp(-SLOPE * (scores - EVEN))))
