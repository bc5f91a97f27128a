"""Mosaics (ClipCrop, section 3.3): k x k photos on one canvas, of which one is asked about.

They break what the decoder would learn of the annotation grid. Text and boxes are those of the
target tile alone; what other tiles show is a distraction.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Boxes

SIDES = (1, 2, 3)
"""Equally likely; 1 is the photo alone."""
HELD = 0.5
"""Least share of the best crop that a selected box holds to be taken for the target's."""
TAU = 0.5
"""Most distance between their centres, in diagonals of the tile; the paper does not print it."""


@dataclass(frozen=True)
class Tile:
    """Where the target lies on the canvas."""

    side: int
    """Tiles in a row."""
    column: int
    row: int

    @classmethod
    def drawn(cls, random: np.random.Generator, sides: Sequence[int] = SIDES) -> "Tile":
        """Return a place, every size of mosaic equally likely."""
        side = int(random.choice(sides))
        return cls(side, *(int(n) for n in random.integers(0, side, 2)))

    @property
    def index(self) -> int:
        """Its number among the tiles, row by row."""
        return self.row * self.side + self.column

    @property
    def rectangle(self) -> NDArray[np.float64]:
        """(4,): the tile on the canvas."""
        return np.asarray(self.placed(np.array([[0.0, 0.0, 1.0, 1.0]]))[0])

    def placed(self, boxes: Boxes) -> Boxes:
        """Return boxes (N, 4) of the photo as they lie on the canvas."""
        return np.asarray((boxes + self._corner) / self.side)

    def back(self, boxes: Boxes) -> Boxes:
        """Return boxes (N, 4) of the canvas as they lie on the photo; may overrun it."""
        return np.asarray(boxes * self.side - self._corner)

    @property
    def _corner(self) -> NDArray[np.float64]:
        return np.array([self.column, self.row] * 2, np.float64)


def canvas(pictures: Sequence[NDArray[np.uint8]], side: int, pixels: int) -> NDArray[np.uint8]:
    """Return (pixels, pixels, 3): side * side pictures, row by row, each squeezed into its tile."""
    edges = np.rint(np.linspace(0, pixels, side + 1)).astype(int)
    whole = np.empty((pixels, pixels, 3), np.uint8)
    for number, picture in enumerate(pictures):
        row, column = divmod(number, side)
        y1, y2, x1, x2 = *edges[row : row + 2], *edges[column : column + 2]
        small = cv2.resize(picture, (int(x2 - x1), int(y2 - y1)), interpolation=cv2.INTER_AREA)
        whole[y1:y2, x1:x2] = small
    return whole


def unambiguous(initial: Boxes, best: NDArray[np.float64], tile: Tile) -> NDArray[np.bool_]:
    """Return (W,): which selected boxes may mean the target (ambiguity filter).

    `initial` (W, 4) and `best` (4,), the target's best crop, both on the canvas. A box goes that
    holds less than HELD of the crop, or whose centre is farther from the crop's than TAU.
    """
    sides = np.minimum(initial[:, 2:], best[2:]) - np.maximum(initial[:, :2], best[:2])
    held = np.clip(sides, 0, None).prod(1) / (best[2:] - best[:2]).prod()
    apart = (initial[:, :2] + initial[:, 2:] - best[:2] - best[2:]) / 2
    near = np.hypot(*apart.T) <= TAU * np.sqrt(2) / tile.side
    return np.asarray((held >= HELD) & near)


def tokens_inside(tile: Tile, grid: int) -> NDArray[np.int64]:
    """Return the tokens of a grid x grid canvas whose centres lie in the tile: never none."""
    centres = (np.arange(grid) + 0.5) / grid
    x1, y1, x2, y2 = tile.rectangle
    y, x = np.meshgrid(centres, centres, indexing="ij")
    inside = (x >= x1) & (x <= x2) & (y >= y1) & (y <= y2)
    if not inside.any():
        inside.flat[np.argmin((x - (x1 + x2) / 2) ** 2 + (y - (y1 + y2) / 2) ** 2)] = True
    return np.flatnonzero(inside)
