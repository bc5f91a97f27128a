"""Guide lines and boxes drawn on a picture: CROP's visual enhancement, and for people to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cropsmith.tools.schema.evidence import Line
from cropsmith.tools.schema.geometry import Box

GOLDEN = (5**0.5 - 1) / 2

Stroke = tuple[float, float, float, float]
"""A line from x1, y1 to x2, y2, in pixels."""


class Guide(StrEnum):
    """What can be drawn."""

    THIRDS = "thirds"
    GOLDEN = "golden ratio"
    DIAGONALS = "diagonals"
    CENTRE = "centre"
    LINES = "lines of the scene"
    BOXES = "boxes around what was found"


COLOURS = {
    Guide.THIRDS: (255, 255, 255),
    Guide.GOLDEN: (255, 200, 0),
    Guide.DIAGONALS: (0, 220, 255),
    Guide.CENTRE: (255, 255, 255),
    Guide.LINES: (255, 60, 220),
    Guide.BOXES: (60, 255, 60),
}


@dataclass(frozen=True)
class Overlay:
    """What to draw on a picture of any size."""

    guides: Sequence[Guide] = (Guide.THIRDS, Guide.LINES, Guide.BOXES)
    boxes: Sequence[Box] = ()
    lines: Sequence[Line] = ()

    @property
    def legend(self) -> str:
        """Say what is drawn and in which colour, for the one who looks."""
        names = {
            Guide.THIRDS: "white lines at the thirds",
            Guide.GOLDEN: "yellow lines at the golden ratio",
            Guide.DIAGONALS: "light blue diagonals",
            Guide.CENTRE: "a white cross at the centre",
            Guide.LINES: "magenta lines along the lines of the scene",
            Guide.BOXES: "green boxes around what was found",
        }
        drawn = [
            names[guide]
            for guide in self.guides
            if not (guide is Guide.LINES and not self.lines)
            and not (guide is Guide.BOXES and not self.boxes)
        ]
        return ", ".join(drawn)


def draw_overlay(pixels: NDArray[np.uint8], overlay: Overlay) -> NDArray[np.uint8]:
    """Return a copy of upright RGB pixels, shape (H, W, 3), with the guides drawn on it.

    Every line lies on a wider black one, so that it reads on a white sky as well.
    """
    image = Image.fromarray(pixels)
    pen = ImageDraw.Draw(image)
    thick = max(1, round(max(image.size) / 512))
    for guide in overlay.guides:
        colour = COLOURS[guide]
        for ends in _strokes(guide, overlay, image.width, image.height):
            pen.line(ends, fill="black", width=thick + 2)
            pen.line(ends, fill=colour, width=thick)
        for box in overlay.boxes if guide is Guide.BOXES else ():
            corners = _corners(box, image)
            pen.rectangle(corners, outline="black", width=2 * thick + 2)
            pen.rectangle(corners, outline=colour, width=2 * thick)
    return np.asarray(image)


def _strokes(guide: Guide, overlay: Overlay, width: int, height: int) -> Sequence[Stroke]:
    """Return the lines of a guide, in pixels."""
    if guide in (Guide.THIRDS, Guide.GOLDEN):
        share = 1 / 3 if guide is Guide.THIRDS else 1 - GOLDEN
        across = [(0, part * height, width, part * height) for part in (share, 1 - share)]
        return [*across, *((part * width, 0, part * width, height) for part in (share, 1 - share))]
    if guide is Guide.DIAGONALS:
        return [(0, 0, width, height), (0, height, width, 0)]
    if guide is Guide.CENTRE:
        arm, x, y = min(width, height) / 20, width / 2, height / 2
        return [(x - arm, y, x + arm, y), (x, y - arm, x, y + arm)]
    if guide is Guide.LINES:
        return [
            (a.x * width, a.y * height, b.x * width, b.y * height)
            for a, b in ((line.start, line.end) for line in overlay.lines)
        ]
    return []


def _corners(box: Box, image: Image.Image) -> Stroke:
    left, top = box.x1 * image.width, box.y1 * image.height
    return left, top, max(left, box.x2 * image.width - 1), max(top, box.y2 * image.height - 1)
