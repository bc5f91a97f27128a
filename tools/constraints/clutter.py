"""How busy a part of the photo is, and copy space that must be calm as well as free."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.constraints.kinds import Clause, ClearSide, Measured, in_words
from cropsmith.tools.constraints.sizes import Pixels
from cropsmith.tools.schema.candidate import Check
from cropsmith.tools.schema.geometry import PixelBox, Size
from cropsmith.tools.schema.request import Side
from cropsmith.tools.schema.result import CheckKind

CALM = 0.8
"""Detail that calm room may have, as a multiple of the photo's mean."""


@dataclass(frozen=True, eq=False)
class Clutter:
    """Detail over the normalised frame, as a multiple of its own mean; answers for any boxes."""

    detail: NDArray[np.float32]
    """(rows, columns), never negative: gradient energy, edge density, or the like."""
    image: Size
    """The photo whose pixels the boxes count."""

    @cached_property
    def _sums(self) -> NDArray[np.float64]:
        """Summed area of the detail, with a row and a column of zeros before it."""
        sums = np.cumsum(np.cumsum(self.detail.astype(np.float64), axis=0), axis=1)
        total = max(float(sums[-1, -1]), 1e-12)
        return np.pad(sums, ((1, 0), (1, 0))) * (self.detail.size / total)

    def of(self, boxes: Pixels) -> NDArray[np.float64]:
        """Return the mean detail in each box of whole pixels, (N, 4) -> (N,); 1 is the photo's."""
        rows, columns = self.detail.shape
        x = boxes[:, [0, 2]] * (columns / self.image.width)
        y = boxes[:, [1, 3]] * (rows / self.image.height)
        sums = self._at(x[:, 1], y[:, 1]) - self._at(x[:, 0], y[:, 1])
        sums += self._at(x[:, 0], y[:, 0]) - self._at(x[:, 1], y[:, 0])
        return np.asarray(sums / ((x[:, 1] - x[:, 0]) * (y[:, 1] - y[:, 0])))

    def _at(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum of everything left of and above points, exact between the cells."""
        rows, columns = self.detail.shape
        i = np.minimum(y.astype(np.int64), rows - 1)
        j = np.minimum(x.astype(np.int64), columns - 1)
        v, u = y - i, x - j
        s = self._sums
        upper = s[i, j] * (1 - u) + s[i, j + 1] * u
        lower = s[i + 1, j] * (1 - u) + s[i + 1, j + 1] * u
        return np.asarray(upper * (1 - v) + lower * v)


@dataclass(frozen=True)
class CalmSide(Measured):
    """The strip along one side of the crop has little detail: words can be read on it."""

    side: Side
    share: float
    clutter: Clutter
    limit: float = CALM
    kind: CheckKind = CheckKind.COPY_SPACE

    @property
    def wish(self) -> str:
        """What it asks."""
        return f"a calm {self.share:.0%} {in_words(self.side)}"

    def check(self, pixels: PixelBox) -> Check:
        """Hold it against a crop."""
        box = np.array([[pixels.left, pixels.top, pixels.right, pixels.bottom]])
        busy = float(self.busyness(box)[0])
        return Check(name=self.kind, ok=busy <= self.limit, detail=f"{busy:.2f} of mean detail")

    def clauses(self) -> tuple[Clause, ...]:
        """Return none: the solver tries boxes on a lattice for it."""
        return ()

    def holds(self, boxes: Pixels) -> NDArray[np.bool_]:
        """Tell for each box, (N, 4), whether its strip is calm."""
        return np.asarray(self.busyness(boxes) <= self.limit)

    def busyness(self, boxes: Pixels) -> NDArray[np.float64]:
        """Return the mean detail of each box's strip."""
        return self.clutter.of(ClearSide(self.side, self.share, ()).zones(boxes))
