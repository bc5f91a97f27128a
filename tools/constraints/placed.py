"""Where something lies in the crop: a line of the photo within a range of shares of the crop."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from cropsmith.tools.constraints.kinds import Axis, Bound, Clause, strip
from cropsmith.tools.schema.candidate import Check
from cropsmith.tools.schema.geometry import PixelBox
from cropsmith.tools.schema.result import CheckKind


@dataclass(frozen=True)
class Placed:
    """A pixel edge of the photo, `at`, lies between two shares of the crop along an axis.

    Shares count from the left or the top: first + strip(low) <= at <= first + strip(high).
    """

    axis: Axis
    at: int
    low: float
    high: float
    wish: str
    """What it asks: "the lighthouse on the right third"."""
    kind: CheckKind = CheckKind.PLACEMENT

    def check(self, pixels: PixelBox) -> Check:
        """Hold it against a crop."""
        across = self.axis is Axis.X
        first, side = (
            (pixels.left, pixels.size.width) if across else (pixels.top, pixels.size.height)
        )
        from_first = self.at - first
        ok = int(strip(self.low, side)) <= from_first <= int(strip(self.high, side))
        return Check(name=self.kind, ok=ok, detail=f"{self.wish}: at {from_first / side:.0%}")

    def clauses(self) -> Sequence[Clause]:
        """Return one clause without a choice."""
        low = Bound(self.axis, True, self.at, share=self.low)
        high = Bound(self.axis, False, self.at, share=self.high)
        return (((low, high),),)

    def looser(self, slack: float) -> Self:
        """Return the same with a range wider by `slack` at both ends, 1 asking for nothing."""
        low, high = max(0.0, self.low - slack), min(1.0, self.high + slack)
        return replace(self, low=low, high=high)
