"""A contact sheet: photos side by side, numbered, with their crops drawn."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Box

GAP = 8
"""Pixels between tiles."""
CAPTION = 22
"""Height in pixels of the line under a tile."""
PAPER = 245
INK = (30, 30, 30)
FRAME = (255, 90, 0)
"""Colour of the first crop; the others are paler."""
PALER = (255, 190, 140)


@dataclass(frozen=True)
class Tile:
    """One photo of a sheet."""

    pixels: NDArray[np.uint8] = field(repr=False)
    """Upright RGB."""
    caption: str
    """Printable ASCII; the drawn letters know no other."""
    crops: Sequence[Box] = ()
    """Drawn as outlines, the first one strongest."""


def contact_sheet(tiles: Sequence[Tile], side: int = 240, columns: int = 0) -> NDArray[np.uint8]:
    """Return the tiles in reading order, each at most `side` pixels a side, on light paper.

    Columns default to a sheet about as wide as high. ValueError without tiles.
    """
    if not tiles:
        raise ValueError("a contact sheet needs at least one photo")
    columns = columns or math.ceil(math.sqrt(len(tiles)))
    rows = math.ceil(len(tiles) / columns)
    columns = min(columns, len(tiles))
    step_x, step_y = side + GAP, side + CAPTION + GAP
    sheet = np.full((rows * step_y + GAP, columns * step_x + GAP, 3), PAPER, dtype=np.uint8)
    for number, tile in enumerate(tiles):
        small = _fitted(tile.pixels, side)
        height, width = small.shape[:2]
        for box in reversed(tile.crops):
            _outline(small, box, FRAME if box is tile.crops[0] else PALER)
        x = GAP + (number % columns) * step_x + (side - width) // 2
        y = GAP + (number // columns) * step_y + (side - height) // 2
        sheet[y : y + height, x : x + width] = small
        at = (GAP + (number % columns) * step_x, GAP + (number // columns) * step_y + side + 15)
        _write(sheet, tile.caption, at, side)
    return sheet


def _fitted(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _outline(pixels: NDArray[np.uint8], box: Box, colour: tuple[int, int, int]) -> None:
    height, width = pixels.shape[:2]
    low = (round(box.x1 * (width - 1)), round(box.y1 * (height - 1)))
    high = (round(box.x2 * (width - 1)), round(box.y2 * (height - 1)))
    cv2.rectangle(pixels, low, high, (0, 0, 0), 3)  # a dark edge, seen on light photos
    cv2.rectangle(pixels, low, high, colour, 2)


def _write(sheet: NDArray[np.uint8], text: str, at: tuple[int, int], room: int) -> None:
    font, scale = cv2.FONT_HERSHEY_SIMPLEX, 0.42
    shown = "".join(c if " " <= c <= "~" else "?" for c in text)
    while shown and cv2.getTextSize(shown, font, scale, 1)[0][0] > room:
        shown = shown[:-1]
    cv2.putText(sheet, shown, at, font, scale, INK, 1, cv2.LINE_AA)
