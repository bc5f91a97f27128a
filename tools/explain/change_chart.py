"""A small chart of what a crop changed: one bar per element, to the right when it rose."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont

from cropsmith.errors import OutputError, why
from cropsmith.tools.explain.changes import notable
from cropsmith.tools.schema.result import ElementChange

ROW, BAR, LABEL, HALF, EDGE = 22, 12, 170, 110, 12
"""Pixels: a row's and a bar's height, the labels' width, half the bars' field, the border."""
WIDTH = EDGE + LABEL + 2 * HALF + EDGE
MIDDLE = EDGE + LABEL + HALF
ROSE, FELL, INK, LINE = "#2a7f62", "#b5533c", "#333333", "#bbbbbb"


class Canvas(Protocol):
    """What a chart is drawn on."""

    def bar(self, x1: float, y1: float, x2: float, y2: float, colour: str) -> None:
        """Fill a rectangle."""
        ...

    def text(self, x: float, y: float, words: str) -> None:
        """Write words, their left edge and middle height at (x, y)."""
        ...


class Svg:
    """A canvas that ends as an SVG document."""

    def __init__(self, height: int) -> None:
        self._height = height
        self._parts: list[str] = []

    def bar(self, x1: float, y1: float, x2: float, y2: float, colour: str) -> None:
        """Fill a rectangle."""
        self._parts.append(
            f'<rect x="{x1:.1f}" y="{y1:.1f}" width="{x2 - x1:.1f}" height="{y2 - y1:.1f}" '
            f'fill="{colour}"/>'
        )

    def text(self, x: float, y: float, words: str) -> None:
        """Write words."""
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" dominant-baseline="central">{escape(words)}</text>'
        )

    def document(self) -> str:
        """Return the SVG."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{self._height}" '
            f'viewBox="0 0 {WIDTH} {self._height}" font-family="sans-serif" font-size="12" '
            f'fill="{INK}"><rect width="100%" height="100%" fill="white"/>'
            f"{''.join(self._parts)}</svg>\n"
        )


class Picture:
    """A canvas that ends as a Pillow image, drawn at twice the size for sharp text."""

    def __init__(self, height: int) -> None:
        self.image = Image.new("RGB", (2 * WIDTH, 2 * height), "white")
        self._draw = ImageDraw.Draw(self.image)
        self._font = ImageFont.load_default(size=24)

    def bar(self, x1: float, y1: float, x2: float, y2: float, colour: str) -> None:
        """Fill a rectangle."""
        self._draw.rectangle((2 * x1, 2 * y1, max(2 * x1, 2 * x2 - 1), 2 * y2 - 1), colour)

    def text(self, x: float, y: float, words: str) -> None:
        """Write words."""
        self._draw.text((2 * x, 2 * y), words, INK, font=self._font, anchor="lm")


def _draw(changed: Sequence[ElementChange], canvas: Canvas) -> None:
    # One scale for all bars, so that their lengths compare; at least a tenth fills the field.
    scale = HALF / max([0.1, *(abs(change.change) for change in changed)])
    for row, change in enumerate(changed):
        y = EDGE + row * ROW + ROW / 2
        reach = MIDDLE + scale * change.change
        colour = ROSE if change.change > 0 else FELL
        canvas.text(EDGE, y, change.element)
        canvas.bar(min(MIDDLE, reach), y - BAR / 2, max(MIDDLE, reach), y + BAR / 2, colour)
    canvas.bar(MIDDLE - 0.5, EDGE, MIDDLE + 0.5, EDGE + ROW * len(changed), LINE)


def _height(changed: Sequence[ElementChange]) -> int:
    return 2 * EDGE + ROW * max(1, len(changed))


def svg(changed: Sequence[ElementChange]) -> str:
    """Return the chart as an SVG document."""
    canvas = Svg(_height(changed))
    _draw(changed, canvas)
    return canvas.document()


def picture(changed: Sequence[ElementChange]) -> Image.Image:
    """Return the chart as an RGB image."""
    canvas = Picture(_height(changed))
    _draw(changed, canvas)
    return canvas.image


def beneath(photo: Image.Image, changed: Sequence[ElementChange]) -> Image.Image:
    """Return a picture with a chart of the notable changes under it; itself without any."""
    told = notable(changed)
    if not told or photo.width < 2 * WIDTH:
        return photo
    chart = picture(told)
    joined = Image.new("RGB", (photo.width, photo.height + chart.height), "white")
    joined.paste(photo, (0, 0))
    joined.paste(chart, (0, photo.height))
    return joined


def save(changed: Sequence[ElementChange], path: Path) -> None:
    """Write the chart, as SVG when the name ends so, else in the format of the name.

    OutputError where nothing can be written, or in no format of that name.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix.lower() == ".svg":
            path.write_text(svg(changed), "utf-8")
        else:
            picture(changed).save(path)
    except (OSError, ValueError) as error:
        raise OutputError(f"The chart {path} cannot be written: {why(error)}.") from error
