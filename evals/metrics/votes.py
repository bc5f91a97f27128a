"""Pairs of crops that people voted on (FCDB): does a score order them as the majority did?"""

from collections.abc import Sequence
from dataclasses import dataclass

MARGINS = (1, 3, 5)
"""Reported: all pairs, 4:1 and clearer, unanimous."""
TIE = 1e-12
"""Scores closer than this are a tie; the same as in the measured baselines."""


@dataclass(frozen=True)
class Judged:
    """A pair's votes and the method's scores for its two crops."""

    for_first: int
    for_second: int
    first: float
    second: float
    equal_area: bool = False

    @property
    def margin(self) -> int:
        """Votes by which the majority won."""
        return abs(self.for_first - self.for_second)

    @property
    def credit(self) -> float:
        """1 if the scores order the pair like the majority, 0.5 if they tie, else 0."""
        if abs(self.first - self.second) < TIE:
            return 0.5
        return float((self.first > self.second) == (self.for_first > self.for_second))


@dataclass(frozen=True)
class Share:
    """A mean over some things, kept with their number so that photos pool correctly."""

    value: float
    count: int


def pair_accuracy(
    pairs: Sequence[Judged], margin: int = 1, *, equal_area: bool | None = None
) -> Share | None:
    """Return the mean credit of the pairs with at least this margin; None if there are none.

    A drawn vote has no majority and is left out. `equal_area` True keeps only pairs that a
    preference for size cannot decide, None keeps all. Chance is 0.5.
    """
    kept = [
        pair.credit
        for pair in pairs
        if pair.margin >= max(margin, 1) and equal_area in (None, pair.equal_area)
    ]
    return Share(sum(kept) / len(kept), len(kept)) if kept else None
