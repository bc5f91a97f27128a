"""Drawing on pictures: the crop on the photo, guide lines, labelled boxes.

Every line is drawn twice, dark and wide below, bright above, so that it reads on any photo.
"""

from collections.abc import Sequence
from enum import StrEnum

from PIL import Image, ImageDraw, ImageEnhance, ImageFont

from cropsmith.tools.geometry import Box, PixelBox
from cropsmith.tools.photo import Photo
from cropsmith.tools.values import Value

PANEL_SIDE = 900
"""Long side of the photo in a side-by-side picture, in pixels."""

GOLDEN = (5**0.5 - 1) / 2

PALETTE = ("#ffd400", "#00e5ff", "#ff4fd8", "#7dff5a", "#ff8a1f", "#b59bff")
"""Bright and far apart in hue: readable on photos, in print, and mostly to colour-blind eyes."""


class Guide(StrEnum):
    """Kinds of guide lines (CROP, visual enhancement)."""

    THIRDS = "thirds"
    GOLDEN = "golden ratio"
    DIAGONALS = "diagonals"
    CENTRE = "centre"


class Label(Value):
    """A box with a word, to be drawn."""

    box: Box
    text: str = ""
    colour: int = 0
    """Index into the palette, counted round."""


def side_by_side(photo: Photo, box: PixelBox, *, guides: Sequence[Guide] = ()) -> Image.Image:
    """Return the photo with the crop drawn on it, beside the crop at the same height."""
    original = Image.fromarray(photo.pixels(PANEL_SIDE))
    unit = box.normalised(photo.size)
    scale = max(unit.width, unit.height)
    whole = Image.fromarray(photo.pixels(round(PANEL_SIDE / scale))) if scale < 1 else original
    crop = whole.crop(_corners(unit, whole))
    height = original.height
    width = max(1, min(2 * PANEL_SIDE, round(crop.width * height / crop.height)))
    crop = crop.resize((width, height), Image.Resampling.LANCZOS)
    gap = max(8, height // 50)
    picture = Image.new("RGB", (original.width + gap + width, height), "white")
    picture.paste(draw_guides(draw_crop(original, unit), guides, within=unit), (0, 0))
    picture.paste(draw_guides(crop, guides), (original.width + gap, 0))
    return picture


def draw_crop(image: Image.Image, box: Box) -> Image.Image:
    """Return the picture with everything outside the box darkened, and the box outlined."""
    corners = _corners(box, image)
    drawn = ImageEnhance.Brightness(image).enhance(0.4)
    drawn.paste(image.crop(corners), corners[:2])
    _rectangle(ImageDraw.Draw(drawn), corners, PALETTE[0], _stroke(image))
    return drawn


def draw_boxes(image: Image.Image, labels: Sequence[Label]) -> Image.Image:
    """Return the picture with boxes and their words."""
    drawn = image.copy()
    pen = ImageDraw.Draw(drawn)
    stroke = _stroke(image)
    font = ImageFont.load_default(max(10, 5 * stroke + 6))
    for label in labels:
        colour = PALETTE[label.colour % len(PALETTE)]
        left, top, right, bottom = corners = _corners(label.box, image)
        _rectangle(pen, corners, colour, stroke)
        if label.text:
            x0, y0, x1, y1 = pen.textbbox((0, 0), label.text, font=font)
            pad = 2 + stroke
            wide, high = x1 - x0 + 2 * pad, y1 - y0 + 2 * pad
            x = max(0, min(left, image.width - wide))
            y = top - high if top >= high else max(0, min(top, image.height - high))
            pen.rectangle((x, y, x + wide, y + high), fill=colour)
            pen.text((x + pad - x0, y + pad - y0), label.text, fill="black", font=font)
    return drawn


def draw_guides(
    image: Image.Image, guides: Sequence[Guide], *, within: Box | None = None
) -> Image.Image:
    """Return the picture with guide lines over the whole of it or `within` a box."""
    if not guides:
        return image
    drawn = image.copy()
    pen = ImageDraw.Draw(drawn)
    corners = _corners(within or Box.whole(), image)
    stroke = max(2, _stroke(image) // 2)
    for number, guide in enumerate(guides):
        for line in _lines(guide, corners):
            _line(pen, line, PALETTE[(number + 1) % len(PALETTE)], stroke)
    return drawn


def _lines(guide: Guide, corners: Sequence[int]) -> list[tuple[float, float, float, float]]:
    left, top, right, bottom = corners
    width, height = right - left, bottom - top
    shares = {
        Guide.THIRDS: (1 / 3, 2 / 3),
        Guide.GOLDEN: (1 - GOLDEN, GOLDEN),
        Guide.CENTRE: (0.5,),
    }
    if guide is Guide.DIAGONALS:
        return [(left, top, right, bottom), (left, bottom, right, top)]
    lines: list[tuple[float, float, float, float]] = []
    for share in shares[guide]:
        lines.append((left + share * width, top, left + share * width, bottom))
        lines.append((left, top + share * height, right, top + share * height))
    return lines


def _line(
    pen: ImageDraw.ImageDraw, line: tuple[float, float, float, float], colour: str, stroke: int
) -> None:
    pen.line(line, fill="black", width=stroke + 2)
    pen.line(line, fill=colour, width=stroke)


def _rectangle(
    pen: ImageDraw.ImageDraw, corners: tuple[int, int, int, int], colour: str, stroke: int
) -> None:
    left, top, right, bottom = corners
    inner = (left, top, max(left, right - 1), max(top, bottom - 1))
    pen.rectangle(inner, outline="black", width=stroke + 2)
    pen.rectangle(inner, outline=colour, width=stroke)


def _corners(box: Box, image: Image.Image) -> tuple[int, int, int, int]:
    left, top = int(box.x1 * image.width), int(box.y1 * image.height)
    right = max(left + 1, round(box.x2 * image.width))
    bottom = max(top + 1, round(box.y2 * image.height))
    return left, top, right, bottom


def _stroke(image: Image.Image) -> int:
    return max(1, max(image.size) // 250)
