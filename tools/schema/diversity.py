"""Alternatives worth showing: good, and not the same crop again."""

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Boxes, iou_matrix

ALIKE = 0.85
"""IoU above which two crops are the same to most eyes: scores of such pairs differ little."""


def diverse(
    boxes: Boxes, scores: NDArray[np.float64], n: int, limit: float = ALIKE
) -> NDArray[np.int64]:
    """Return up to `n` indices, best score first, no two boxes overlapping by more than `limit`.

    Greedy non-maximum suppression on IoU.
    """
    chosen: list[int] = []
    left = np.argsort(-scores, kind="stable")
    while len(chosen) < n and len(left):
        chosen.append(int(left[0]))
        left = left[iou_matrix(boxes[left[:1]], boxes[left])[0] <= limit]
    return np.array(chosen, dtype=np.int64)
