"""Guide lines and boxes drawn on a picture: CROP's visual enhancement, and for people to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cropsmith.tools.evidence import Line
from cropsmith.tools.geometry import Box

GOLDEN = (5**0.5 - 1) / 2


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


def _crossing(draw: Any, width: int, height: int, share: float, style: Any) -> None:
    for part in (share, 1 - share):
        draw.line([(part * width, 0), (part * width, height)], **style)
        draw.line([(0, part * height), (width, part * height)], **style)


def draw_overlay(pixels: NDArray[np.uint8], overlay: Overlay) -> NDArray[np.uint8]:
    """Return a copy of upright RGB pixels, shape (H, W, 3), with the guides drawn on it."""
    image = Image.fromarray(pixels)
    width, height = image.size
    draw = ImageDraw.Draw(image)
    thick = max(1, round(max(width, height) / 512))
    for guide in overlay.guides:
        style: dict[str, Any] = {"fill": COLOURS[guide], "width": thick}
        if guide is Guide.THIRDS:
            _crossing(draw, width, height, 1 / 3, style)
        elif guide is Guide.GOLDEN:
            _crossing(draw, width, height, 1 - GOLDEN, style)
        elif guide is Guide.DIAGONALS:
            draw.line([(0, 0), (width, height)], **style)
            draw.line([(0, height), (width, 0)], **style)
        elif guide is Guide.CENTRE:
            arm = min(width, height) / 20
            x, y = width / 2, height / 2
            draw.line([(x - arm, y), (x + arm, y)], **style)
            draw.line([(x, y - arm), (x, y + arm)], **style)
        elif guide is Guide.LINES:
            for line in overlay.lines:
                ends = [(p.x * width, p.y * height) for p in (line.start, line.end)]
                draw.line(ends, **style)
        else:
            for box in overlay.boxes:
                corners = [box.x1 * width, box.y1 * height, box.x2 * width, box.y2 * height]
                draw.rectangle(corners, outline=COLOURS[guide], width=2 * thick)
    return np.asarray(image)
