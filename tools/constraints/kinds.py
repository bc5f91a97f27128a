"""Hard constraints on a crop: checked in whole pixels, and told to the solver as halfplanes.

Each constraint is a conjunction of clauses, each clause a choice between alternatives, each
alternative a conjunction of bounds on single lines of the crop. "Never cut this face" is one clause
of five alternatives: the face inside, or left, right, above, below of the crop.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.constraints.sizes import Pixels, holds
from cropsmith.tools.schema.candidate import Check
from cropsmith.tools.schema.geometry import Box, PixelBox, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Side, Target
from cropsmith.tools.schema.result import CheckKind


class Axis(StrEnum):
    """A direction of the image; bounds on one say nothing of the other."""

    X = "x"
    Y = "y"


def strip(share: float | NDArray[np.float64], side: Pixels | int) -> Pixels:
    """Return how many whole pixels of a side a strip of this share takes, rounded up."""
    # The small term keeps 0.1 * 30 = 3.0000000000000004 at 3.
    return np.ceil(share * np.asarray(side) - 1e-9).astype(np.int64)


@dataclass(frozen=True)
class Bound:
    """A line of the crop lies at most (or at least) at a pixel edge of the image.

    The line is the crop's first edge plus a strip, or, `from_end`, its last edge minus a strip. A
    bound on the `length` is one on the crop's side instead: so many pixels at most, or at least.
    """

    axis: Axis
    at_most: bool
    limit: int
    share: float = 0.0
    from_end: bool = False
    length: bool = False


UPSCALING = "without upscaling"
"""Ends the wish for pixels that an output must have and the photo may not be enlarged to."""

Alternative = tuple[Bound, ...]
Clause = tuple[Alternative, ...]


class Constraint(Protocol):
    """One thing that must hold of a crop."""

    @property
    def kind(self) -> CheckKind:
        """Its name in a `Check`."""
        ...

    @property
    def wish(self) -> str:
        """What it asks, to finish "cannot hold: ..."."""
        ...

    def check(self, pixels: PixelBox) -> Check:
        """Hold it against a crop."""
        ...

    def clauses(self) -> Sequence[Clause]:
        """What the solver must make true, beyond sizes."""
        ...


class Measured(ABC):
    """A constraint that no bounds on the crop's lines can express: boxes must be tried."""

    @abstractmethod
    def holds(self, boxes: Pixels) -> NDArray[np.bool_]:
        """Tell for each box, (N, 4), whether it holds."""
        ...


def inside(box: PixelBox) -> Alternative:
    """Return the bounds that put `box` inside the crop."""
    return (
        Bound(Axis.X, True, box.left),
        Bound(Axis.X, False, box.right, from_end=True),
        Bound(Axis.Y, True, box.top),
        Bound(Axis.Y, False, box.bottom, from_end=True),
    )


def outside(box: PixelBox) -> Clause:
    """Return the four ways to have no pixel of `box` in the crop."""
    return (
        (Bound(Axis.X, False, box.right),),
        (Bound(Axis.X, True, box.left, from_end=True),),
        (Bound(Axis.Y, False, box.bottom),),
        (Bound(Axis.Y, True, box.top, from_end=True),),
    )


def contains(outer: PixelBox, inner: PixelBox) -> bool:
    """Tell whether every pixel of `inner` is in `outer`."""
    return (
        outer.left <= inner.left
        and outer.top <= inner.top
        and outer.right >= inner.right
        and outer.bottom >= inner.bottom
    )


def apart(a: PixelBox, b: PixelBox) -> bool:
    """Tell whether two boxes share no pixel."""
    return a.right <= b.left or b.right <= a.left or a.bottom <= b.top or b.bottom <= a.top


@dataclass(frozen=True)
class Inside:
    """The crop lies within the image."""

    image: Size
    kind: CheckKind = CheckKind.INSIDE
    wish: str = "a crop inside the photo"

    def check(self, pixels: PixelBox) -> Check:
        """Hold it against a crop."""
        ok = pixels.right <= self.image.width and pixels.bottom <= self.image.height
        return Check(name=self.kind, ok=ok)

    def clauses(self) -> Sequence[Clause]:
        """Return the two outer edges; `PixelBox` itself has no negative ones."""
        return (
            ((Bound(Axis.X, True, self.image.width, from_end=True),),),
            ((Bound(Axis.Y, True, self.image.height, from_end=True),),),
        )


@dataclass(frozen=True)
class HasRatio:
    """The crop has a ratio to the pixel: one side is the rounded one of the other."""

    ratio: Ratio
    kind: CheckKind = CheckKind.RATIO

    @property
    def wish(self) -> str:
        """What it asks."""
        return f"the ratio {self.ratio}"

    def check(self, pixels: PixelBox) -> Check:
        """Hold it against a crop."""
        size = pixels.size
        return Check(
            name=self.kind,
            ok=holds(self.ratio, size.width, size.height),
            detail=f"{size.width}x{size.height} for {self.ratio}",
        )

    def clauses(self) -> Sequence[Clause]:
        """Return none: the solver takes its sizes from the ratio."""
        return ()


@dataclass(frozen=True)
class AtLeast:
    """The crop has at least so many pixels a side."""

    size: Size
    why: str = "at least {size}"
    kind: CheckKind = CheckKind.MIN_SIZE

    @property
    def wish(self) -> str:
        """What it asks."""
        return self.why.format(size=in_pixels(self.size))

    def check(self, pixels: PixelBox) -> Check:
        """Hold it against a crop."""
        size = pixels.size
        ok = size.width >= self.size.width and size.height >= self.size.height
        detail = f"{size.width}x{size.height}, {in_pixels(self.size)} wanted"
        return Check(name=self.kind, ok=ok, detail=detail)

    def clauses(self) -> Sequence[Clause]:
        """Return none: the solver leaves smaller sizes out."""
        return ()


def in_pixels(size: Size) -> str:
    """Return a least size in words, of one side where the other may be anything."""
    if size.height == 1:
        return f"{size.width} pixels in width"
    if size.width == 1:
        return f"{size.height} pixels in height"
    return f"{size.width}x{size.height} pixels"


def in_words(side: Side) -> str:
    """Return "on the left", "at the top"."""
    return f"{'at' if side in (Side.TOP, Side.BOTTOM) else 'on'} the {side}"


@dataclass(frozen=True)
class ClearSide:
    """A strip along one side of the crop, `share` of its area, holds none of the obstacles."""

    side: Side
    share: float
    obstacles: tuple[PixelBox, ...]
    kind: CheckKind = CheckKind.COPY_SPACE
    of: str = ""
    """What the obstacles are, where they are not all there is."""

    @property
    def wish(self) -> str:
        """What it asks."""
        of = f" of {self.of}" if self.of else ""
        return f"{self.share:.0%} free{of} {in_words(self.side)}"

    def zone(self, pixels: PixelBox) -> PixelBox:
        """Return the strip of a crop."""
        box = np.array([[pixels.left, pixels.top, pixels.right, pixels.bottom]])
        left, top, right, bottom = self.zones(box)[0].tolist()
        return PixelBox(left=left, top=top, right=right, bottom=bottom)

    def zones(self, boxes: Pixels) -> Pixels:
        """Return the strips of many crops, (N, 4)."""
        zones = boxes.copy()
        first = 0 if self.side in (Side.LEFT, Side.RIGHT) else 1
        deep = strip(self.share, boxes[:, first + 2] - boxes[:, first])
        if self.side in (Side.LEFT, Side.TOP):
            zones[:, first + 2] = boxes[:, first] + deep
        else:
            zones[:, first] = boxes[:, first + 2] - deep
        return zones

    def check(self, pixels: PixelBox) -> Check:
        """Hold it against a crop."""
        zone = self.zone(pixels)
        inside = sum(not apart(zone, box) for box in self.obstacles)
        return Check(name=self.kind, ok=not inside, detail=f"{inside} things in the strip")

    def clauses(self) -> Sequence[Clause]:
        """Return, for each obstacle, beyond the strip or out of the crop on another side."""
        return tuple(self._clear(box) for box in self.obstacles)

    def _clear(self, box: PixelBox) -> Clause:
        """Return the four ways to keep one obstacle out of the strip."""
        first, last = ((box.left, box.right), (box.top, box.bottom))[
            self.side in (Side.TOP, Side.BOTTOM)
        ]
        axis = Axis.Y if self.side in (Side.TOP, Side.BOTTOM) else Axis.X
        if self.side in (Side.LEFT, Side.TOP):
            beyond = Bound(axis, True, first, share=self.share)
        else:
            beyond = Bound(axis, False, last, share=self.share, from_end=True)
        behind = Bound(axis, not beyond.at_most, last if beyond.at_most else first,
                       from_end=not beyond.at_most)  # fmt: skip
        beside = [way for way in outside(box) if way[0].axis is not axis]
        return ((beyond,), (behind,), *beside)


def touched(box: Box, image: Size) -> PixelBox:
    """Return every pixel that a normalised box touches."""
    # A box made from whole pixels must come back as it was, whatever the last bits say.
    left, top = math.floor(box.x1 * image.width + 1e-6), math.floor(box.y1 * image.height + 1e-6)
    right, bottom = math.ceil(box.x2 * image.width - 1e-6), math.ceil(box.y2 * image.height - 1e-6)
    return PixelBox(left=left, top=top, right=max(right, left + 1), bottom=max(bottom, top + 1))


def with_target(
    constraints: Sequence[Constraint], target: Target, upscale: bool
) -> tuple[Constraint, ...]:
    """Return the constraints with those that follow from the target, each once."""
    implied: list[Constraint] = []
    ratio = target.ratio or (Ratio.of_size(target.size) if target.size else None)
    if ratio is not None:
        implied.append(HasRatio(ratio))
    if target.size is not None and not target.at_most and not upscale:
        implied.append(AtLeast(target.size, f"{{size}} {UPSCALING}"))
    return (*constraints, *(c for c in implied if c not in constraints))
