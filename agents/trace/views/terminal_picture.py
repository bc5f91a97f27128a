"""A photo with boxes drawn, in the character cells of a terminal: two pixels to a cell."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw
from rich.color import Color
from rich.segment import Segment, Segments
from rich.style import Style

from cropsmith.tools.schema.geometry import Box

HALF = "▀"


@dataclass(frozen=True)
class Outline:
    """A box to draw, and its colour as #rrggbb."""

    box: Box
    colour: str


def cells(jpeg: bytes, outlines: Sequence[Outline], *, columns: int, rows: int) -> Segments:
    """Return the picture, at most `columns` wide and `rows` lines high, boxes drawn on top.

    Each cell shows two pixels, one above the other: the upper half block in the upper one's
    colour, on the lower one's.
    """
    with Image.open(io.BytesIO(jpeg)) as opened:
        image = opened.convert("RGB")
    scale = min(columns / image.width, 2 * rows / image.height)
    width = max(1, round(image.width * scale))
    height = max(2, round(image.height * scale) // 2 * 2)
    image = image.resize((width, height), Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(image)
    for outline in outlines:
        box = outline.box
        left, top = round(box.x1 * (width - 1)), round(box.y1 * (height - 1))
        right, bottom = round(box.x2 * (width - 1)), round(box.y2 * (height - 1))
        draw.rectangle((left, top, right, bottom), outline=outline.colour)
    pixels = image.tobytes()

    def colour(x: int, y: int) -> Color:
        at = 3 * (y * width + x)
        return Color.from_rgb(*pixels[at : at + 3])

    segments: list[Segment] = []
    for y in range(0, height, 2):
        segments += [
            Segment(HALF, Style(color=colour(x, y), bgcolor=colour(x, y + 1))) for x in range(width)
        ]
        segments.append(Segment.line())
    return Segments(segments)
