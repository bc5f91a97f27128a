"""How well a box stands to another as words say: on it, beside it, with it."""

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Boxes

REACH = 0.5
"""Gap, in sides of the two things taken together, at which nothing is near any more."""


def relation_fits(boxes: Boxes, others: Boxes, relation: str, aspect: float) -> NDArray[np.float64]:
    """Return how well each box (N, 4) stands to the best of the others (M, 4): (N,) in [0, 1].

    `relation`: with, on, in, under, above, near, left of, right of; `aspect` is the photo's width
    over its height. A box is never set against itself.
    """
    if not len(others):
        return np.zeros(len(boxes))
    scale = np.array([aspect, 1, aspect, 1])
    fits = [max(_fit(a, b, relation) for b in others * scale) for a in boxes * scale]
    return np.array(fits, np.float64)


def _fit(one: NDArray[np.float64], other: NDArray[np.float64], relation: str) -> float:
    if np.allclose(one, other):
        return 0.0
    near = _nearness(one, other)
    a: list[float] = one.tolist()
    b: list[float] = other.tolist()
    width, height = a[2] - a[0], a[3] - a[1]
    across = max(0.0, min(a[2], b[2]) - max(a[0], b[0])) / max(1e-9, min(width, b[2] - b[0]))
    down = max(0.0, min(a[3], b[3]) - max(a[1], b[1])) / max(1e-9, min(height, b[3] - b[1]))
    middle = ((a[0] + a[2]) / 2, (a[1] + a[3]) / 2)
    match relation:
        case "with":
            return near * (0.5 + 0.5 * min(across, down))
        case "in":
            return across * down
        case "on":
            # Its foot lies between the other's top and foot, and over the other's width.
            foot = b[1] - 0.15 * height <= a[3] <= b[3] + 0.25 * height
            return near * across * (1.0 if foot else 0.2)
        case "under":
            return near * across * (1.0 if middle[1] > (b[1] + b[3]) / 2 else 0.1)
        case "above":
            return near * across * (1.0 if middle[1] < (b[1] + b[3]) / 2 else 0.1)
        case "left of":
            return near * (1.0 if middle[0] < (b[0] + b[2]) / 2 else 0.0)
        case "right of":
            return near * (1.0 if middle[0] > (b[0] + b[2]) / 2 else 0.0)
    return near


def _nearness(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return 1 for touching boxes, falling to 0 at a gap of REACH of both sizes together."""
    gap = np.maximum(np.maximum(a[:2] - b[2:], b[:2] - a[2:]), 0)
    size = sum(float(np.sqrt(np.prod(box[2:] - box[:2]))) for box in (a, b))
    return max(0.0, 1 - float(np.hypot(*gap)) / (REACH * size + 1e-9))
