"""How much of a box has the colour that words name."""

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Boxes

SIDE = 32
"""Rows and columns to which a box is shrunk to be measured."""
CENTRE = 0.85
"""Diameter of the ellipse within the box that counts: corners show what is behind."""
TORSO = (0.2, 0.6, 0.25)
"""Top and bottom of the part of a person's box that is shirt or jacket, and half its width."""
PALE, DARK, BRIGHT = 60, 60, 175
"""Saturation under which there is no hue; value under which it is too dark for one, and from which
what has no hue is white."""
HUES = {
    "red": ((0, 9), (170, 180)), "orange": ((6, 22),), "yellow": ((15, 36),), "green": ((34, 85),),
    "blue": ((85, 130),), "purple": ((130, 155),), "pink": ((150, 172),),
}  # fmt: skip
"""Hue in OpenCV's half degrees, from (inclusive) to (exclusive); names overlap, as among people."""


def colour_shares(
    pixels: NDArray[np.uint8], boxes: Boxes, colour: str, clothed: bool = False
) -> NDArray[np.float64]:
    """Return the share of each box's middle, (N,), that has the colour; upright RGB (H, W, 3).

    `colour` is a key of HUES, or black, white, grey or brown; `clothed` looks where a standing
    person wears a shirt or a jacket.
    """
    height, width = pixels.shape[:2]
    y, x = (np.mgrid[:SIDE, :SIDE] + 0.5) / SIDE
    if clothed:
        counts = (abs(x - 0.5) <= TORSO[2]) & (y >= TORSO[0]) & (y <= TORSO[1])
    else:
        counts = np.hypot(x - 0.5, y - 0.5) <= CENTRE / 2
    shares = []
    for box in boxes:
        left, top = int(box[0] * width), int(box[1] * height)
        right, bottom = max(left + 1, int(box[2] * width)), max(top + 1, int(box[3] * height))
        part = cv2.resize(
            pixels[top:bottom, left:right], (SIDE, SIDE), interpolation=cv2.INTER_AREA
        )
        shares.append(_has(cv2.cvtColor(part, cv2.COLOR_RGB2HSV), colour)[counts].mean())
    return np.array(shares, np.float64)


def _has(hsv: NDArray[np.uint8], colour: str) -> NDArray[np.bool_]:
    hue, saturation, value = (hsv[..., plane].astype(int) for plane in range(3))
    hued = (saturation >= PALE) & (value >= DARK)
    match colour:
        case "black":
            return np.asarray(value < DARK + 10)
        case "white":
            return np.asarray((saturation < PALE) & (value >= BRIGHT))
        case "grey":
            return np.asarray((saturation < PALE) & (value >= DARK) & (value < BRIGHT + 30))
        case "brown":
            earthy = (hue < 22) & (saturation >= 50) & (value < 190)
            return np.asarray(earthy & (value >= 35))
    ranges = [(hue >= low) & (hue < high) for low, high in HUES[colour]]
    if colour == "pink":
        pale_red = ((hue < 8) | (hue >= 172)) & (saturation < 140) & (value >= 170)
        return np.asarray((np.logical_or.reduce(ranges) & hued) | (pale_red & hued))
    return np.asarray(np.logical_or.reduce(ranges) & hued)
