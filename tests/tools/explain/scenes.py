"""A drawn photo of which all is known."""

import numpy as np

from cropsmith.tools.schema.geometry import Box

CROP = Box(x1=0.3, y1=0.1, x2=1.0, y2=0.9)
BALL = Box(x1=190 / 320, y1=85 / 240, x2=260 / 320, y2=155 / 240)


def scene() -> np.ndarray:
    """A dark ball on the right of a plain sky over plain land."""
    rows, columns = np.mgrid[:240, :320]
    pixels = np.where(rows[..., None] < 150, (190, 210, 235), (120, 140, 90)).astype(np.uint8)
    pixels[(rows - 120) ** 2 + (columns - 225) ** 2 < 35**2] = (160, 30, 20)
    return pixels
