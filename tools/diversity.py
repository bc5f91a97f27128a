"""Alternatives worth showing: good, and not the same crop again."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.candidate import Candidate
from cropsmith.tools.geometry import Boxes, as_array, iou_matrix

ALIKE = 0.85
"""IoU above which two crops are the same to most eyes: scores of such pairs differ little."""


def diverse(
    candidates: Sequence[Candidate], n: int, *, besides: Sequence[Candidate] = ()
) -> list[Candidate]:
    """Return up to `n` candidates in their order, none like an earlier one or one of `besides`.

    Where too few differ, the limit is relaxed once, but a copy is never an alternative.
    """
    chosen: list[Candidate] = []
    for limit in (ALIKE, (1 + ALIKE) / 2):
        for candidate in candidates:
            seen = as_array(c.box for c in (*besides, *chosen))
            box = as_array([candidate.box])
            if len(chosen) < n and (not len(seen) or iou_matrix(box, seen).max() <= limit):
                chosen.append(candidate)
    return sorted(chosen, key=list(candidates).index)


def apart(
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
