"""Grids of boxes: coarse and fine, at any ratio, exact.

`shape` is a box's width over its height, both as shares of the photo's sides: the ratio asked
divided by the photo's own ratio. 1 keeps the photo's shape.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Boxes

LEAST_SIDE = 0.4
LEAST_AREA = 0.25
"""Smaller crops are left to requests that name a subject: 1 expert in 100 goes below."""


@lru_cache(maxsize=8)
def free_grid(steps: int) -> Boxes:
    """Return all boxes (N, 4) with corners on a grid of `steps` cells a side, none too small."""
    spans = np.array(
        [
            (a, b)
            for a in range(steps + 1)
            for b in range(a + 1, steps + 1)
            if b - a >= LEAST_SIDE * steps - 1e-9
        ],
        dtype=np.float64,
    )
    spans = spans / steps
    rows, columns = np.divmod(np.arange(len(spans) ** 2), len(spans))
    low, high = spans[:, 0], spans[:, 1]
    boxes = np.stack([low[columns], low[rows], high[columns], high[rows]], 1)
    kept = boxes[areas(boxes) >= LEAST_AREA]
    kept.setflags(write=False)
    return kept


def ratio_grid(shape: float, sizes: int = 10, steps: int = 24, least: float = 0.55) -> Boxes:
    """Return boxes (N, 4) of one shape: `sizes` from `least` of the largest, and their places."""
    largest = largest_of(shape)
    boxes = []
    for part in np.linspace(least, 1, sizes):
        width, height = largest * part
        boxes.append(_places(width, height, steps))
    return np.concatenate(boxes)


THINNEST = 1e-3
"""Least side of a box, as a share of the photo's."""


def largest_of(shape: float) -> NDArray[np.float64]:
    """Return width and height of the largest box of this shape that fits the photo."""
    return np.array([1.0, 1 / shape] if shape >= 1 else [shape, 1.0])


def areas(boxes: Boxes) -> NDArray[np.float64]:
    """Return each box's share of the photo's area, (N,)."""
    return np.asarray(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))


def of_shape(boxes: Boxes, shape: float) -> Boxes:
    """Return the boxes with this shape exactly: same centre and area, shifted inside, shrunk last.

    Width and height are computed from one another, so that the shape is exact to rounding.
    """
    low, high = boxes[:, :2], boxes[:, 2:]
    height = np.sqrt(np.prod(high - low, axis=1) / shape)
    height = np.minimum(height, largest_of(shape)[1])
    size = np.stack([height * shape, height], 1)
    low = np.clip((low + high - size) / 2, 0, np.maximum(1 - size, 0))
    return np.concatenate([low, np.minimum(low + size, 1)], 1)


def around(boxes: Boxes, step: float, shape: float | None) -> Boxes:
    """Return each box followed by its neighbours one step away, (N * 15, 4) or (N * 7, 4).

    Free: every side by itself, and moves and zooms. At a given shape: moves and zooms alone.
    """
    sides = np.eye(4)
    moves = np.array([[1.0, 0, 1, 0], [0, 1, 0, 1]])
    zoom = np.array([[1.0, 1, -1, -1]])
    shifts = np.concatenate([moves, zoom] if shape else [sides, moves, zoom])
    shifts = np.concatenate([np.zeros((1, 4)), shifts, -shifts]) * step
    near = (boxes[:, None, :] + shifts[None]).reshape(-1, 4)
    # A step can be wider than a thin box: its sides must not cross.
    near[:, 2:] = np.maximum(near[:, 2:], near[:, :2] + THINNEST)
    if shape:
        return of_shape(near, shape)
    low = np.clip(near[:, :2], 0, 1 - THINNEST)
    return np.concatenate([low, np.clip(near[:, 2:], low + THINNEST, 1)], 1)


def _places(width: float, height: float, steps: int) -> Boxes:
    def starts(side: float) -> NDArray[np.float64]:
        count = max(1, round((1 - side) * steps) + 1)
        return np.linspace(0, 1 - side, count) if count > 1 else np.array([(1 - side) / 2])

    x, y = (axis.ravel() for axis in np.meshgrid(starts(width), starts(height)))
    return np.stack([x, y, x + width, y + height], 1)
