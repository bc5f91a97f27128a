"""Where something moves in an animation: the part in which its frames differ."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Box

SIDE = 64
"""Rows and columns of the map of changes; as coarse as saliency."""

LEAST = 0.5
"""Change, in standard deviations of a frame's tones, below which nothing moves: compression,
noise."""

RELATIVE = 0.25
"""Share of the strongest change that another must have to count."""

MOST = 0.6
"""Share of the frame beyond which everything moves: a pan, a cut, another picture."""


def moving_box(looks: Sequence[NDArray[np.uint8]]) -> Box | None:
    """Return the box round all places where looks, upright RGB of one size, differ over time.

    None with fewer than two, where nothing moves, or where nearly all does. Each look is brought
    to mean 0 and deviation 1 first, so that a fade of the whole frame is no movement.
    """
    if len(looks) < 2:
        return None
    tones = np.stack([_tones(pixels) for pixels in looks])
    change = cv2.GaussianBlur(np.ptp(tones, axis=0).max(axis=2), (0, 0), 1.0)
    level = max(LEAST, RELATIVE * float(np.percentile(change, 99.5)))
    rows, columns = np.nonzero(change >= level)
    if not len(rows):
        return None
    # A stray spot far off, a clock in a corner, must not widen the box.
    x1, x2 = np.percentile(columns, (1, 99))
    y1, y2 = np.percentile(rows, (1, 99))
    box = Box.of((x1 / SIDE, y1 / SIDE, (x2 + 1) / SIDE, (y2 + 1) / SIDE))
    return box if box.area < MOST else None


def _tones(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    small = cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray((small - small.mean()) / max(float(small.std()), 1.0), dtype=np.float32)
