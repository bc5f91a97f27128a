"""The best box of whole pixels that holds every hard constraint, or proof that there is none.

Best-first branch and bound. A state bounds the four lines of the crop; its best box, ignoring what
is not yet decided, is found exactly. If that box breaks a constraint, the state splits into
the constraint's alternatives. The first box taken off the queue that breaks nothing is
therefore the best of all, and an empty queue proves that there is none.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.constraints.branch_and_bound import Choices, Span, State
from cropsmith.tools.constraints.grid_search import nearest_of_lattice
from cropsmith.tools.constraints.kinds import (
    AtLeast,
    Axis,
    Constraint,
    HasRatio,
    Measured,
)
from cropsmith.tools.constraints.sizes import Pixels, Sizes, sizes_of
from cropsmith.tools.schema.geometry import Box, PixelBox, Size
from cropsmith.tools.schema.ratio import Ratio

MISSED = 0.1
"""IoU with the wish below which the wish says little; the largest legal crop is taken instead."""


@dataclass(frozen=True)
class Wish:
    """Where the crop should be, in pixels, not rounded."""

    x: tuple[float, float]
    y: tuple[float, float]

    @property
    def area(self) -> float:
        """In pixels."""
        return (self.x[1] - self.x[0]) * (self.y[1] - self.y[0])


@dataclass(frozen=True, order=True)
class Best:
    """The best box of a state; `rank` sorts the best first."""

    rank: tuple[float, float]
    """Minus the IoU (less what inexactness costs), then the distance of the centres."""
    pixels: tuple[int, int, int, int]


def _placed(
    span: Span, sides: Pixels, wish: tuple[float, float]
) -> tuple[Pixels, NDArray[np.float64], NDArray[np.bool_]]:
    """Return the best start for each length, its overlap with the wish, and where one exists.

    The overlap is concave in the start and symmetric about common centres, so that the legal start
    nearest to common centres has the largest overlap.
    """
    low, high = span.starts(sides)
    centred = np.floor((wish[0] + wish[1] - sides) / 2 + 0.5).astype(np.int64)
    starts = np.clip(centred, low, high)
    overlap = np.minimum(starts + sides, wish[1]) - np.maximum(starts, wish[0])
    return starts, np.maximum(overlap, 0.0), low <= high


class _Sized:
    """Best boxes when the sizes are a list: a ratio is asked."""

    def __init__(self, sizes: Sizes, floor: Size) -> None:
        enough = (sizes.widths >= floor.width) & (sizes.heights >= floor.height)
        self.widths, self.heights = sizes.widths[enough], sizes.heights[enough]
        self.penalty = sizes.penalty[enough]

    def best(self, state: State, wish: Wish) -> Best | None:
        """Return the best box of a state; None when it has none."""
        lefts, across, x_legal = _placed(state.x, self.widths, wish.x)
        tops, down, y_legal = _placed(state.y, self.heights, wish.y)
        legal = x_legal & y_legal
        if not legal.any():
            return None
        inter = across * down
        iou = inter / (wish.area + self.widths * self.heights - inter)
        value = np.where(legal, iou - self.penalty, -np.inf)
        index = int(np.argmax(value))
        left, top = int(lefts[index]), int(tops[index])
        right, bottom = left + int(self.widths[index]), top + int(self.heights[index])
        return _best(float(value[index]), (left, top, right, bottom), wish)


class _Free:
    """Best boxes when any shape will do.

    An axis without strips has one best interval whatever the other axis does: each edge
    nearest to the wished one, and the least length if they leave less. An axis with
    strips is searched through all its lengths, given the other. A copy space has one side, so that
    one axis has strips at most; a subject placed across and down has strips on both, and its box
    is then legal, and none is proved as ever, but it may only be near the best.
    """

    def __init__(self, image: Size, floor: Size) -> None:
        self.lengths = {
            Axis.X: np.arange(floor.width, image.width + 1, dtype=np.int64),
            Axis.Y: np.arange(floor.height, image.height + 1, dtype=np.int64),
        }

    def best(self, state: State, wish: Wish) -> Best | None:
        """Return the best box of a state; None when it has none."""
        spans = {Axis.X: (state.x, wish.x), Axis.Y: (state.y, wish.y)}
        found: dict[Axis, tuple[int, int]] = {}
        value = 0.0
        for axis in sorted(Axis, key=lambda a: bool(spans[a][0].strips)):
            span, wished = spans[axis]
            other = spans[Axis.Y if axis is Axis.X else Axis.X]
            length, shared = self._other(found, other[1])
            sides = self.lengths[axis]
            starts, overlap, legal = _placed(span, sides, wished)
            if not legal.any():
                return None
            inter = overlap * shared
            iou = inter / (wish.area + sides * length - inter)
            index = int(np.argmax(np.where(legal, iou, -1.0)))
            found[axis] = (int(starts[index]), int(starts[index] + sides[index]))
            value = float(iou[index])
        (left, right), (top, bottom) = found[Axis.X], found[Axis.Y]
        return _best(value, (left, top, right, bottom), wish)

    @staticmethod
    def _other(
        found: dict[Axis, tuple[int, int]], wish: tuple[float, float]
    ) -> tuple[float, float]:
        """Return length and overlap of the axis already placed, or those of the wish."""
        if not found:
            return wish[1] - wish[0], wish[1] - wish[0]
        low, high = next(iter(found.values()))
        return high - low, max(0.0, min(high, wish[1]) - max(low, wish[0]))


def _best(value: float, corners: tuple[int, int, int, int], wish: Wish) -> Best:
    """Return a box with its rank."""
    left, top, right, bottom = corners
    off = abs(left + right - sum(wish.x)) + abs(top + bottom - sum(wish.y))
    return Best((-value, off), corners)


class Search:
    """The legal crops of a photo: what the constraints say is worked out once for all wishes.

    The ratio comes from `ratio` and from any `HasRatio`; two different ones have no common box.
    """

    def __init__(
        self, constraints: Sequence[Constraint], image: Size, ratio: Ratio | None = None
    ) -> None:
        self.image, self._floor = image, _floor(constraints)
        ratios = {c.ratio for c in constraints if isinstance(c, HasRatio)} | ({ratio} - {None})
        self._ratio = next(iter(ratios), None)
        self._clauses = [clause for constraint in constraints for clause in constraint.clauses()]
        self._measured = [c for c in constraints if isinstance(c, Measured)]
        self._choices = Choices(self._clauses)
        self._sizes = None if self._ratio is None else sizes_of(self._ratio, image)
        self._boxes = _Sized(self._sizes, self._floor) if self._sizes else _Free(image, self._floor)
        small = self._floor.width <= image.width and self._floor.height <= image.height
        self._root = self._everything() if small and len(ratios) < 2 else None

    def nearest(self, wish: Box) -> PixelBox | None:
        """Return the legal box with the largest IoU with the wish; None when there is none."""
        best = self._nearest(wish)
        if best is not None and -best.rank[0] < MISSED:
            best = self._nearest(Box.whole())
        if best is None:
            return None
        if not all(c.holds(np.array([best.pixels])).all() for c in self._measured):
            return nearest_of_lattice(
                wish, self._sizes, self._floor, self._clauses, self._measured, self.image
            )
        left, top, right, bottom = best.pixels
        return PixelBox(left=left, top=top, right=right, bottom=bottom)

    def _everything(self) -> State | None:
        """Return the state of every crop that may be legal; None where there is none."""
        width, height = self.image.width, self.image.height
        whole = State(Span((0, width), (0, width)), Span((0, height), (0, height)))
        for clause in self._clauses:
            if len(clause) == 1:
                whole = whole.narrowed(clause[0])
        return self._choices.follow(whole, self._floor, self._ratio)

    def _nearest(self, wanted: Box) -> Best | None:
        """Search best-first; see the module."""
        width, height = self.image.width, self.image.height
        wish = Wish(
            (wanted.x1 * width, wanted.x2 * width), (wanted.y1 * height, wanted.y2 * height)
        )
        root, boxes = self._root, self._boxes
        first = None if root is None else boxes.best(root, wish)
        if root is None or first is None:
            return None
        ticket, seen = count(), {root}
        queue = [(first, next(ticket), root)]
        while queue:
            best, _, state = heapq.heappop(queue)
            ways = self._choices.broken(best.pixels, state)
            if ways is None:
                return best
            for way in ways:
                narrower = self._choices.follow(state.narrowed(way), self._floor, self._ratio)
                if narrower is None or narrower in seen:
                    continue
                seen.add(narrower)
                found = boxes.best(narrower, wish)
                if found is not None:
                    heapq.heappush(queue, (found, next(ticket), narrower))
        return None


def search(
    wish: Box, ratio: Ratio | None, constraints: Sequence[Constraint], image: Size
) -> PixelBox | None:
    """Return the legal box with the largest IoU with one wish; None when there is none at all."""
    return Search(constraints, image, ratio).nearest(wish)


def _floor(constraints: Sequence[Constraint]) -> Size:
    """Return the least width and height that every `AtLeast` agrees to."""
    sizes = [c.size for c in constraints if isinstance(c, AtLeast)]
    return Size(
        width=max((s.width for s in sizes), default=1),
        height=max((s.height for s in sizes), default=1),
    )
