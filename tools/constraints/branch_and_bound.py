"""What is known of a crop in one branch of the search, and what follows from it.

A branch bounds the four lines of the crop. `Choices` holds the clauses that are still a choice, as
arrays: which alternatives a branch leaves possible, and which clauses a box breaks, are some twenty
operations however many boxes must not be cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.constraints.kinds import Alternative, Axis, Bound, Clause, strip
from cropsmith.tools.constraints.sizes import Pixels
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.ratio import Ratio


@dataclass(frozen=True)
class Span:
    """What is known of one axis: where the crop may start and end, and lines within it."""

    start: tuple[int, int]
    end: tuple[int, int]
    strips: tuple[Bound, ...] = ()
    sides: tuple[int, int | None] = (1, None)
    """The least and the greatest length that was asked for."""

    @property
    def lengths(self) -> tuple[int, int]:
        """The least and the greatest length; crossed when there is none."""
        least, greatest = self.sides
        room = self.end[1] - self.start[0]
        return (
            max(least, self.end[0] - self.start[1]),
            room if greatest is None else min(greatest, room),
        )

    def bounded(self, bound: Bound) -> "Span":
        """Return the span with one more bound."""
        if bound.share:
            return self if bound in self.strips else replace(self, strips=(*self.strips, bound))
        if bound.length:
            least, greatest = self.sides
            if not bound.at_most:
                return replace(self, sides=(max(least, bound.limit), greatest))
            most = bound.limit if greatest is None else min(greatest, bound.limit)
            return replace(self, sides=(least, most))
        low, high = self.end if bound.from_end else self.start
        cut = (low, min(high, bound.limit)) if bound.at_most else (max(low, bound.limit), high)
        return replace(self, end=cut) if bound.from_end else replace(self, start=cut)

    def starts(self, sides: Pixels) -> tuple[Pixels, Pixels]:
        """Return the first and last start for each length of the crop; crossed if there is none."""
        low = np.maximum(self.start[0], self.end[0] - sides)
        high = np.minimum(self.start[1], self.end[1] - sides)
        for bound in self.strips:
            depth = strip(bound.share, sides)
            limit = bound.limit - (sides - depth if bound.from_end else depth)
            if bound.at_most:
                high = np.minimum(high, limit)
            else:
                low = np.maximum(low, limit)
        least, greatest = self.sides
        if least > 1 or greatest is not None:
            asked = (sides >= least) & (sides <= (self.end[1] if greatest is None else greatest))
            low = np.where(asked, low, high + 1)
        return low, high

    def within(self, least: int, greatest: int) -> "Span":
        """Return the span with starts and ends only that a length in this range can join."""
        (s0, s1), (e0, e1) = self.start, self.end
        start = (max(s0, e0 - greatest), min(s1, e1 - least))
        end = (max(e0, s0 + least), min(e1, s1 + greatest))
        return (
            self if (start, end) == (self.start, self.end) else replace(self, start=start, end=end)
        )

    @property
    def empty(self) -> bool:
        """Whether no crop fits."""
        return self.start[0] > self.start[1] or self.end[0] > self.end[1]


@dataclass(frozen=True)
class State:
    """A branch: one span per axis."""

    x: Span
    y: Span

    def narrowed(self, alternative: Alternative) -> "State":
        """Return the branch in which an alternative holds."""
        x, y = self.x, self.y
        for bound in alternative:
            if bound.axis is Axis.X:
                x = x.bounded(bound)
            else:
                y = y.bounded(bound)
        return State(x, y)

    def tightened(self, floor: Size, ratio: Ratio | None) -> "State | None":
        """Return the branch without what its least size or ratio rule out; None if all is."""
        x, y = self.x, self.y
        for _ in range(2):
            (w0, w1), (h0, h1) = x.lengths, y.lengths
            w0, h0 = max(w0, floor.width), max(h0, floor.height)
            if ratio is not None:
                # A side is off its ratio by half a pixel at most: one is room enough.
                share = ratio.value
                w0, w1 = max(w0, int(h0 * share - share - 1)), min(w1, int(h1 * share + share + 2))
                h0 = max(h0, int(w0 / share - 1 / share - 1))
                h1 = min(h1, int(w1 / share + 1 / share + 2))
            if w0 > w1 or h0 > h1:
                return None
            x, y = x.within(w0, w1), y.within(h0, h1)
            if x.empty or y.empty:
                return None
        return self if (x, y) == (self.x, self.y) else State(x, y)


class Choices:
    """Clauses with more than one alternative, as arrays over their bounds."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self.clauses = [clause for clause in clauses if len(clause) > 1]
        self._ways = [way for clause in self.clauses for way in clause]
        bounds = [bound for way in self._ways for bound in way]
        self._across = np.array([b.axis is Axis.X for b in bounds], dtype=bool)
        self._at_most = np.array([b.at_most for b in bounds], dtype=bool)
        self._limit = np.array([b.limit for b in bounds], dtype=np.int64)
        self._share = np.array([b.share for b in bounds], dtype=np.float64)
        self._from_end = np.array([b.from_end for b in bounds], dtype=bool)
        self._length = np.array([b.length for b in bounds], dtype=bool)
        self._by_way = _firsts([len(way) for way in self._ways])
        self._by_clause = _firsts([len(clause) for clause in self.clauses])

    def follow(self, state: State, floor: Size, ratio: Ratio | None) -> State | None:
        """Return the branch with every clause applied that has one way left; None if one has none.

        A clause of which every way is ruled out leaves the branch without a crop.
        """
        while True:
            tight = state.tightened(floor, ratio)
            if tight is None or not self.clauses:
                return tight
            possible, sure = self._ranges(tight)
            count = np.add.reduceat(possible.astype(np.int64), self._by_clause)
            if not count.all():
                return None
            settled = np.logical_or.reduceat(sure, self._by_clause)
            forced = np.flatnonzero((count == 1) & ~settled)
            state = tight
            for clause in forced:
                first = self._by_clause[clause]
                way = first + int(np.argmax(possible[first:]))
                state = state.narrowed(self._ways[way])
            if state == tight:
                return state

    def broken(self, corners: Sequence[int], state: State) -> Sequence[Alternative] | None:
        """Return the possible ways of the broken clause that has the fewest; None if none is."""
        if not self.clauses:
            return None
        left, top, right, bottom = corners
        start = np.where(self._across, left, top)
        end = np.where(self._across, right, bottom)
        depth = strip(self._share, end - start)
        line = np.where(self._from_end, end - depth, start + depth)
        line = np.where(self._length, end - start, line)
        true = np.where(self._at_most, line <= self._limit, line >= self._limit)
        ways = np.logical_and.reduceat(true, self._by_way)
        failing = np.flatnonzero(~np.logical_or.reduceat(ways, self._by_clause))
        if not len(failing):
            return None
        possible, _ = self._ranges(state)
        count = np.add.reduceat(possible.astype(np.int64), self._by_clause)
        clause = int(failing[np.argmin(count[failing])])
        first = self._by_clause[clause]
        return [way for i, way in enumerate(self.clauses[clause]) if possible[first + i]]

    def _ranges(self, state: State) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return for each way whether it can hold in a branch, and whether it must."""
        low, high = self._lines(state)
        can = np.where(self._at_most, low <= self._limit, high >= self._limit)
        must = np.where(self._at_most, high <= self._limit, low >= self._limit)
        return (
            np.logical_and.reduceat(can, self._by_way),
            np.logical_and.reduceat(must, self._by_way),
        )

    def _lines(self, state: State) -> tuple[Pixels, Pixels]:
        """Return the least and the greatest place of each bound's line in a branch."""
        x, y = state.x, state.y

        def both(across: int, down: int) -> Pixels:
            return np.where(self._across, across, down)

        shallow = strip(self._share, both(x.lengths[0], y.lengths[0]))
        deep = strip(self._share, both(x.lengths[1], y.lengths[1]))
        low = np.where(
            self._from_end, both(x.end[0], y.end[0]) - deep, both(x.start[0], y.start[0]) + shallow
        )
        high = np.where(
            self._from_end, both(x.end[1], y.end[1]) - shallow, both(x.start[1], y.start[1]) + deep
        )
        return (
            np.where(self._length, both(x.lengths[0], y.lengths[0]), low),
            np.where(self._length, both(x.lengths[1], y.lengths[1]), high),
        )


def _firsts(counts: Sequence[int]) -> NDArray[np.int64]:
    """Return where each group starts in a row of groups of these lengths."""
    return np.cumsum([0, *counts[:-1]], dtype=np.int64) if counts else np.empty(0, dtype=np.int64)
