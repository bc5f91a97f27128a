"""All windows of a shape on a photo, closely sampled: can any crop answer a question at all?"""

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Box, Boxes, Size
from cropsmith.tools.schema.ratio import Ratio

SIZES = 24
PLACES = 21
SMALLEST = 0.15
"""Side of the smallest window, as a share of the largest one's."""


def widest(ratio: Ratio, photo: Size) -> tuple[float, float]:
    """Return width and height, as shares of the photo, of the largest box of a ratio."""
    frame = photo.width / photo.height
    return (1.0, frame / ratio.value) if ratio.value >= frame else (ratio.value / frame, 1.0)


def windows(photo: Size, ratio: Ratio) -> Boxes:
    """Return windows (N, 4) of the ratio: 24 sizes, each at 21 x 21 places."""
    scale = np.linspace(1, SMALLEST, SIZES)[:, None, None]
    place = np.linspace(0, 1, PLACES)
    largest = widest(ratio, photo)
    width, height = scale * largest[0], scale * largest[1]
    left = (1 - width) * place[None, :, None] + np.zeros((1, 1, PLACES))
    top = (1 - height) * place[None, None, :] + np.zeros((1, PLACES, 1))
    corners = np.broadcast_arrays(left, top, left + width, top + height)
    return np.stack([corner.ravel() for corner in corners], axis=1)


def shares_inside(boxes: Boxes, thing: Box) -> NDArray[np.float64]:
    """Return the share of the thing's area in each of the boxes (N, 4)."""
    low = np.maximum(boxes[:, :2], [thing.x1, thing.y1])
    high = np.minimum(boxes[:, 2:], [thing.x2, thing.y2])
    return np.asarray(np.prod(np.clip(high - low, 0, None), axis=1) / thing.area)
