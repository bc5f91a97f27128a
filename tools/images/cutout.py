"""The opaque object of a transparent picture: a cut-out says itself what its subject is."""

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.images.subject_mask import centroid
from cropsmith.tools.schema.geometry import Box, Point
from cropsmith.tools.schema.level import Level
from cropsmith.tools.schema.values import Value

FAINT = 32
"""Opacity, of 255, below which a pixel is no part of the object: noise of a soft brush, not its
shadow."""

CLEAR = 0.05
"""Share of the picture that must be transparent: rounded corners make no cut-out."""

SPECK = 0.01
"""Share of the largest part below which a separate part is dirt left over from the cutting."""


class Cutout(Value):
    """Where the opaque object lies."""

    box: Box
    """Around all of it that is no speck, to the outer edge of the cells looked at."""
    centre: Point
    """The centroid of its opacity."""

    def straightened(self, level: Level) -> "Cutout":
        """Return where it lies on the straightened photo."""
        return Cutout(box=level.box(self.box) or Box.whole(), centre=level.point(self.centre))


def cutout_of(opacity: NDArray[np.uint8]) -> Cutout | None:
    """Return the object of an upright opacity, (H, W), 0 to 255; None where it is no cut-out.

    What colour the transparent pixels hide does not enter.
    """
    shown = opacity >= FAINT
    if not shown.any() or 1 - shown.mean() < CLEAR:
        return None
    height, width = shown.shape
    _, labels, parts, _ = cv2.connectedComponentsWithStats(shown.astype(np.uint8), connectivity=8)
    areas = parts[:, cv2.CC_STAT_AREA].astype(np.float64)
    areas[0] = 0  # the background
    kept = areas >= SPECK * areas.max()
    left, top, wide, high = (parts[kept, column] for column in range(4))
    return Cutout(
        box=Box(
            x1=int(left.min()) / width,
            y1=int(top.min()) / height,
            x2=int((left + wide).max()) / width,
            y2=int((top + high).max()) / height,
        ),
        centre=centroid(np.where(kept[labels], opacity, 0)),
    )
