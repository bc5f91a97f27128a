"""Things the learned eye suspects: people, animals and vehicles, at no cost a photo.

The eye has a small finder on its own maps, taught by NanoDet on the training photos. It is not sure
enough for words, and says what is better not cut through or lost.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Boxes, diverse

OVERCONFIDENT = 1.6
"""Log odds by which the finder says too much: with them taken off, a box is right (IoU with the
teacher's at least one half) about as often as its chance says, on photos it was not taught on."""
SUSPECTED = 0.1
"""Chance from which it is better not to cut there."""
OVERLAP = 0.4
"""IoU above which two boxes are of one thing."""
MOST = 6
"""Things of a photo, best first."""
WIDEST = 4.0
"""Log of the farthest side, in cells, that the finder can say."""


@dataclass(frozen=True)
class Suspects:
    """What may be there, best first."""

    boxes: Boxes
    """(N, 4), normalised."""
    chances: NDArray[np.float64]
    """(N,)"""


def suspected_things(thing_map: NDArray[np.float32]) -> Suspects:
    """Return what the learned eye's map of things (5, rows, columns) takes for one."""
    chance = 1 / (1 + np.exp(OVERCONFIDENT - thing_map[0].astype(np.float64)))
    rows, columns = chance.shape
    row, column = np.nonzero(chance >= SUSPECTED)
    left, above, right, below = np.exp(np.minimum(thing_map[1:, row, column], WIDEST))
    x, y = column + 0.5, row + 0.5
    edges = np.stack([x - left, y - above, x + right, y + below], 1, dtype=np.float64)
    boxes = np.clip(edges / [columns, rows, columns, rows], 0, 1)
    sure = chance[row, column]
    real = np.flatnonzero(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) > 0)
    boxes, sure = boxes[real], sure[real]
    kept = diverse(boxes, sure, MOST, OVERLAP)
    return Suspects(boxes[kept], sure[kept])
