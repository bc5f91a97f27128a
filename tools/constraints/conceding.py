"""What was given up for a crop, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeGuard

from cropsmith.tools.constraints.clutter import CalmSide
from cropsmith.tools.constraints.kinds import (
    UPSCALING,
    AtLeast,
    ClearSide,
    Constraint,
    HasRatio,
    in_pixels,
    in_words,
)
from cropsmith.tools.constraints.things import Contains, Excludes
from cropsmith.tools.schema.geometry import PixelBox
from cropsmith.tools.schema.result import CheckKind


@dataclass(frozen=True)
class Concession:
    """A constraint that had to yield, and the weaker form that was kept of it, if any."""

    constraint: Constraint
    weaker: Constraint | None

    @property
    def otherwise(self) -> str:
        """Return what the request could say to have it after all, a sentence; "" for nothing."""
        if isinstance(self.constraint, AtLeast) and UPSCALING in self.constraint.why:
            return f"--upscale (upscale=True) enlarges it to {in_pixels(self.constraint.size)}."
        return ""

    def instead(self, pixels: PixelBox) -> str:
        """Return what is given up in the crop that works, to finish "It works ..."."""
        asked, weaker = self.constraint, self.weaker
        if isinstance(asked, Contains) and asked.kind is not CheckKind.MARGIN:
            return _rest(asked.what, asked.box, pixels)
        if isinstance(asked, Excludes):
            shows = shared(asked.box, pixels)
            return f"with {shows:.0%} of {asked.what} showing" if shows else f"near {asked.what}"
        if isinstance(asked, HasRatio):
            return "in another shape"
        if isinstance(asked, AtLeast) and weaker is not None:
            return f"at {pixels.size.width}x{pixels.size.height} pixels"
        if isinstance(asked, ClearSide) and not _is_room(weaker, asked):
            return f"with no free room {in_words(asked.side)}"
        return f"without {asked.wish}" if weaker is None else f"with {weaker.wish} instead"


def shared(box: PixelBox, pixels: PixelBox) -> float:
    """Return the share of a box that a crop shows."""
    across = min(box.right, pixels.right) - max(box.left, pixels.left)
    down = min(box.bottom, pixels.bottom) - max(box.top, pixels.top)
    return max(0, across) * max(0, down) / (box.size.width * box.size.height)


def _rest(what: str, box: PixelBox, pixels: PixelBox) -> str:
    """Return how much of a thing is left in the crop, and on which sides it is cut."""
    inside = shared(box, pixels)
    if inside < LOST:
        return f"without {what}"
    cut = {
        "on the left": pixels.left > box.left, "on the right": pixels.right < box.right,
        "at the top": pixels.top > box.top, "at the bottom": pixels.bottom < box.bottom,
    }  # fmt: skip
    *most, last = [side for side, is_cut in cut.items() if is_cut] or [""]
    sides = f"{', '.join(most)} and {last}" if most else last
    return f"with {inside:.0%} of {what}, cut {sides}" if sides else f"near the edge of {what}"


SILENT = {CheckKind.BYSTANDER, CheckKind.AVOID}
"""Kinds that nobody asked for and few would miss, and those of which the chosen crop itself tells
(`tools/explain/shortfalls.py`): what is to go often shows less than it might."""
LOST = 0.05
"""Share of a thing inside below which the crop is without it."""
LEAST_ROOM = 0.08
"""Share of a crop below which a free side is only what a finder's box is wrong by."""
A_LITTLE = 0.1
"""Share of a thing up to which it is cut a little."""


def told(concessions: Sequence[Concession], kept: Sequence[Constraint]) -> tuple[str, ...]:
    """Return a plain sentence on each, once; where the room is too small, not also how it looks.

    `kept` is what holds: for its sake the others yielded.
    """
    small = any(isinstance(c.constraint, ClearSide) and not c.constraint.of for c in concessions)
    purpose = _purpose(kept)
    notes = [
        _sentence(one, purpose)
        for one in concessions
        if not (small and (isinstance(one.constraint, CalmSide) or _is_of_others(one.constraint)))
    ]
    return tuple(dict.fromkeys(note for note in notes if note))


def _is_of_others(constraint: Constraint) -> bool:
    return isinstance(constraint, ClearSide) and bool(constraint.of)


def _purpose(kept: Sequence[Constraint]) -> str:
    """Return what a thing is cut for, to finish "It is cut ..."."""
    gone = [c.what for c in kept if isinstance(c, Excludes) and c.kind is CheckKind.AVOID]
    if gone:
        return f"to leave {' and '.join(dict.fromkeys(gone))} out"
    sides = [in_words(c.side) for c in kept if isinstance(c, ClearSide) and not c.of]
    return f"to leave room {sides[0]}" if sides else "to make room for the rest"


def _sentence(one: Concession, purpose: str) -> str:
    """Return the sentence that tells of a concession; "" where it needs none."""
    constraint, weaker = one.constraint, one.weaker
    if constraint.kind in SILENT:
        return ""
    if isinstance(constraint, Contains):
        return _cut(constraint, weaker, purpose)
    if isinstance(constraint, ClearSide):
        where = in_words(constraint.side)
        if constraint.of:
            return f"Not all of the room {where} is free: {constraint.of} reach into it."
        if not _is_room(weaker, constraint):
            return f"There is no free room {where} beside what must stay."
        return (
            f"There is room for only {weaker.share:.0%} free {where}, not {constraint.share:.0%}."
        )
    if isinstance(constraint, CalmSide):
        return f"The free room {in_words(constraint.side)} is not calm."
    return f"This could not be met: {constraint.wish}."


def _is_room(left: Constraint | None, asked: ClearSide) -> TypeGuard[ClearSide]:
    """Tell whether the strip that is left is free room to the eye."""
    return isinstance(left, ClearSide) and left.share >= min(LEAST_ROOM, asked.share / 2)


def _cut(thing: Contains, weaker: Constraint | None, purpose: str) -> str:
    """Say what is left of a thing that does not stay whole."""
    if thing.kind is CheckKind.MARGIN:
        return f"There was no room for {thing.what}."
    if not isinstance(weaker, Contains):
        return f"{_first(thing.what)} could not be kept beside all else that was asked."
    if weaker.part:
        if thing.part:  # too large for the shape, which was told (`fitting.py`)
            return ""
        its = "their" if thing.several else "its"
        return (
            f"{_first(thing.what)} could not be kept whole beside all else that was asked: "
            f"{its} {weaker.part} is kept."
        )
    if weaker.slack <= thing.air:
        return ""
    much = "a little" if weaker.slack <= A_LITTLE else "on one side"
    be = "are" if thing.several else "is"
    return f"{_first(thing.what)} {be} cut {much} {purpose}."


def _first(words: str) -> str:
    return words[:1].upper() + words[1:]
