"""How much the crop shows: its edges and its sides within ranges of pixels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from cropsmith.tools.constraints.kinds import Axis, Bound, Clause
from cropsmith.tools.schema.candidate import Check
from cropsmith.tools.schema.geometry import PixelBox, Size
from cropsmith.tools.schema.request import Side
from cropsmith.tools.schema.result import CheckKind

EDGES = {
    Side.LEFT: (Axis.X, False),
    Side.TOP: (Axis.Y, False),
    Side.RIGHT: (Axis.X, True),
    Side.BOTTOM: (Axis.Y, True),
}
"""The axis of each edge of a crop, and whether it is the last of that axis."""


@dataclass(frozen=True)
class Range:
    """Whole pixels from `low` to `high`, both included."""

    low: int
    high: int

    def wider(self, slack: float, limit: int) -> "Range":
        """Return the range stretched towards 0 and `limit`, at `slack` 1 up to both."""
        low = min(self.low, round(self.low * (1 - slack)))
        high = max(self.high, round(self.high + (limit - self.high) * slack))
        return Range(low, high)

    def holds(self, value: int) -> bool:
        """Tell whether a number of pixels lies in it."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class EdgeWithin:
    """One edge of the crop lies between two pixel edges of the photo."""

    side: Side
    where: Range
    image: Size
    wish: str
    kind: CheckKind = CheckKind.SHOT

    def check(self, pixels: PixelBox) -> Check:
        """Hold it against a crop."""
        edge = getattr(pixels, self.side.value)
        return Check(name=self.kind, ok=self.where.holds(edge), detail=self.wish)

    def clauses(self) -> Sequence[Clause]:
        """Return one clause without a choice."""
        axis, last = EDGES[self.side]
        low = Bound(axis, False, self.where.low, from_end=last)
        high = Bound(axis, True, self.where.high, from_end=last)
        return (((low, high),),)

    def looser(self, slack: float) -> Self:
        """Return the same with a wider range, at 1 all of the photo."""
        axis, _ = EDGES[self.side]
        limit = self.image.width if axis is Axis.X else self.image.height
        return replace(self, where=self.where.wider(slack, limit))


@dataclass(frozen=True)
class SidesWithin:
    """The crop's width and height are so many pixels, or, with `either`, one of them is."""

    width: Range
    height: Range
    image: Size
    wish: str
    either: bool = False
    kind: CheckKind = CheckKind.SHOT

    def check(self, pixels: PixelBox) -> Check:
        """Hold it against a crop."""
        size = pixels.size
        fit = (self.width.holds(size.width), self.height.holds(size.height))
        ok = any(fit) if self.either else all(fit)
        return Check(name=self.kind, ok=ok, detail=self.wish)

    def clauses(self) -> Sequence[Clause]:
        """Return one clause, of two ways where either side is enough."""
        across, down = _within(Axis.X, self.width), _within(Axis.Y, self.height)
        return ((across, down),) if self.either else (((*across, *down),),)

    def looser(self, slack: float) -> Self:
        """Return the same with wider ranges, at 1 any size."""
        width = self.width.wider(slack, self.image.width)
        return replace(self, width=width, height=self.height.wider(slack, self.image.height))


def _within(axis: Axis, sides: Range) -> tuple[Bound, ...]:
    """Return the bounds on one side of the crop."""
    return (
        Bound(axis, False, sides.low, length=True),
        Bound(axis, True, sides.high, length=True),
    )
