"""When constraints cannot hold together: which ones, and the least that must be given up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cropsmith.errors import Infeasible
from cropsmith.tools.constraints.best_first import search
from cropsmith.tools.constraints.kinds import (
    AtLeast,
    ClearSide,
    Constraint,
    Contains,
    HasRatio,
    with_target,
)
from cropsmith.tools.schema.geometry import Box, PixelBox, Size
from cropsmith.tools.schema.request import Target
from cropsmith.tools.schema.result import CheckKind

Works = Callable[[Sequence[Constraint]], PixelBox | None]
"""The best box under some constraints; None when there is none."""

LAST_TO_GO = (
    CheckKind.INSIDE,
    CheckKind.RATIO,
    CheckKind.KEEP_OUT,
    CheckKind.AVOID,
    CheckKind.SUBJECT,
    CheckKind.NEVER_CUT,
    CheckKind.MIN_SIZE,
    CheckKind.COPY_SPACE,
    CheckKind.MARGIN,
)
"""The most important first: a relaxation gives up the later kinds before the earlier."""


class Conflict(Infeasible):
    """Constraints that cannot hold together."""

    def __init__(
        self,
        conflicting: Sequence[Constraint],
        relaxed: Sequence[Constraint],
        given_up: Sequence[str],
        pixels: PixelBox,
    ) -> None:
        wishes = list(dict.fromkeys(c.wish for c in conflicting))
        together = " together" if len(conflicting) > 1 else ""
        super().__init__(
            f"No crop of this photo has {_joined(wishes)}{together}.",
            hint=f"It works {_joined(list(dict.fromkeys(given_up)))}.",
        )
        self.conflicting = tuple(conflicting)
        """A smallest set that cannot hold: without any one of them the others can."""
        self.relaxed = tuple(relaxed)
        """Constraints that can hold: as many as possible, the rest weakened or left out."""
        self.given_up = tuple(given_up)
        """What `relaxed` gives up, to finish "It works ..."."""
        self.pixels = pixels
        """The best box under `relaxed`."""


YIELDING = {CheckKind.SUBJECT, CheckKind.COPY_SPACE, CheckKind.MARGIN}
"""Wishes that a person would rather have in part than not get a crop: a car is wider than 9:16."""


@dataclass(frozen=True)
class Settled:
    """Constraints that can hold together, and what was given up for it."""

    constraints: tuple[Constraint, ...]
    notes: tuple[str, ...] = ()


def settle(
    target: Target, constraints: Sequence[Constraint], image: Size, upscale: bool = False
) -> Settled:
    """Return the constraints, those that may yield weakened as little as possible, with notes.

    Raises `Conflict` when others would have to yield: exclusions, keep-out zones, sizes, ratios,
    things never to be cut.
    """
    everything = with_target(constraints, target, upscale)
    if search(Box.whole(), None, everything, image) is not None:
        return Settled(tuple(constraints))
    error = conflict(Box.whole(), everything, image)
    lost = [one for one in everything if one not in error.relaxed]
    # A zone is drawn by hand: whoever draws it over the subject should hear of it, not guess.
    drawn = any(one.kind is CheckKind.KEEP_OUT for one in error.conflicting)
    if drawn or any(one.kind not in YIELDING for one in lost):
        raise error
    return Settled(error.relaxed, (str(error),))


def conflict(wish: Box, constraints: Sequence[Constraint], image: Size) -> Conflict:
    """Explain constraints that have no solution."""

    def works(some: Sequence[Constraint]) -> PixelBox | None:
        return search(wish, None, some, image)

    core = _core(constraints, works)
    relaxing = _Relaxing(works, PixelBox(left=0, top=0, right=image.width, bottom=image.height))
    relaxing.add(sorted(constraints, key=lambda c: LAST_TO_GO.index(c.kind)))
    return Conflict(core, relaxing.kept, relaxing.given_up, relaxing.pixels)


class _Relaxing:
    """Constraints kept so far, the most important first, and what was given up for them."""

    def __init__(self, works: Works, pixels: PixelBox) -> None:
        self.works, self.pixels = works, pixels
        self.kept: list[Constraint] = []
        self.given_up: list[str] = []

    def add(self, some: Sequence[Constraint]) -> None:
        """Keep what can be kept; halves are tried together, since most of them can."""
        found = self.works([*self.kept, *some])
        if found is not None:
            self.kept += some
            self.pixels = found
        elif len(some) > 1:
            self.add(some[: len(some) // 2])
            self.add(some[len(some) // 2 :])
        else:
            self._give_up(some[0])

    def _give_up(self, constraint: Constraint) -> None:
        """Keep the strongest weaker form, if there is one."""
        weaker = _weakened(constraint, lambda c: self.works([*self.kept, c]) is not None)
        self.given_up.append(_concession(constraint, weaker))
        if weaker is not None:
            self.kept.append(weaker)
            self.pixels = self.works(self.kept) or self.pixels


def _core(constraints: Sequence[Constraint], works: Works) -> list[Constraint]:
    """Return a smallest infeasible subset, by deletion: each left in it is needed for it."""
    core = list(constraints)
    chunk = len(core)
    while chunk > 1:
        chunk = (chunk + 1) // 2
        at = 0
        while at < len(core):
            rest = core[:at] + core[at + chunk :]
            if works(rest) is None:
                core = rest
            else:
                at += chunk
    return core


def _weakened(constraint: Constraint, works: Callable[[Constraint], bool]) -> Constraint | None:
    """Return the strongest weaker form that works; None when it must go entirely."""
    if isinstance(constraint, AtLeast):
        steps = max(constraint.size.width, constraint.size.height)

        def scaled(step: int) -> Constraint:
            size = constraint.size
            width, height = size.width * step // steps, size.height * step // steps
            smaller = Size(width=max(1, width), height=max(1, height))
            return replace(constraint, size=smaller)

        return _strongest(scaled, steps, works)
    if isinstance(constraint, Contains):
        whole = constraint

        def middle(step: int) -> Constraint:
            what = f"the middle {step}% of {whole.what}"
            return replace(whole, box=_middle(whole.box, step), what=what)

        return _strongest(middle, 100, works)
    if isinstance(constraint, ClearSide):
        steps = round(constraint.share * 100)
        return _strongest(lambda step: replace(constraint, share=step / 100), steps, works)
    return None


def _middle(box: PixelBox, percent: int) -> PixelBox:
    """Return the box with both sides shrunk to a share about its centre, a pixel at least."""
    width, height = (max(1, side * percent // 100) for side in (box.size.width, box.size.height))
    left = box.left + (box.size.width - width) // 2
    top = box.top + (box.size.height - height) // 2
    return PixelBox(left=left, top=top, right=left + width, bottom=top + height)


def _strongest(
    form: Callable[[int], Constraint], steps: int, works: Callable[[Constraint], bool]
) -> Constraint | None:
    """Return the form of the most steps below `steps` that works, by bisection."""
    low, high = 0, steps
    while high - low > 1:
        middle = (low + high) // 2
        if works(form(middle)):
            low = middle
        else:
            high = middle
    return form(low) if low else None


def _concession(constraint: Constraint, weaker: Constraint | None) -> str:
    """Say what is given up, to finish "It works ..."."""
    if weaker is not None:
        return f"with {weaker.wish} instead"
    if isinstance(constraint, HasRatio):
        return "with another ratio"
    return f"without {constraint.wish}"


def _joined(words: Sequence[str]) -> str:
    """Join words as a person would."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
