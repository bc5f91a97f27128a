"""When constraints cannot hold together: which ones, and the least that must be given up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cropsmith.errors import Infeasible
from cropsmith.tools.constraints.best_first import search
from cropsmith.tools.constraints.conceding import Concession, told
from cropsmith.tools.constraints.kinds import Constraint, with_target
from cropsmith.tools.constraints.things import Contains, Excludes
from cropsmith.tools.constraints.weakening import weakened
from cropsmith.tools.schema.geometry import Box, PixelBox, Size
from cropsmith.tools.schema.request import Target
from cropsmith.tools.schema.result import CheckKind

LAST_TO_GO = (
    CheckKind.INSIDE,
    CheckKind.RATIO,
    CheckKind.KEEP_OUT,
    CheckKind.LEAST_PICTURE,
    CheckKind.AVOID,
    CheckKind.SUBJECT,
    CheckKind.NEVER_CUT,
    CheckKind.MUST_STAY,
    CheckKind.MIN_SIZE,
    CheckKind.EDGE,
    CheckKind.SHOT,
    CheckKind.PLACEMENT,
    CheckKind.COPY_SPACE,
    CheckKind.MARGIN,
    CheckKind.BYSTANDER,
)
"""The most important first: a relaxation gives up the later kinds before the earlier."""

FIRM = {CheckKind.INSIDE, CheckKind.RATIO, CheckKind.KEEP_OUT, CheckKind.MIN_SIZE}
"""Kinds that never yield: a person would rather hear of it than get something else."""

ASKED = {CheckKind.SUBJECT, CheckKind.NEVER_CUT}
"""Kinds of things that stay because the request speaks of them."""

MOST, HALF, TRACE = 0.15, 0.5, 0.05
"""Shares of a thing that may go or show where all of it cannot stay or go.

Most of what was asked for outranks an exclusion, and so does half of what nobody asked for; then
the exclusion but for a trace, then most of everything, then the whole of it.
"""


class Conflict(Infeasible):
    """Constraints that cannot hold together."""

    def __init__(
        self,
        conflicting: Sequence[Constraint],
        relaxed: Sequence[Constraint],
        concessions: Sequence[Concession],
        pixels: PixelBox,
    ) -> None:
        wishes = list(dict.fromkeys(c.wish for c in conflicting))
        together = " together" if len(conflicting) > 1 else ""
        given_up = tuple(dict.fromkeys(one.instead(pixels) for one in concessions))
        otherwise = dict.fromkeys(one.otherwise for one in concessions)
        super().__init__(
            f"No crop of this photo has {_joined(wishes)}{together}.",
            hint=" ".join((f"It works {_joined(given_up)}.", *filter(None, otherwise))),
        )
        self.conflicting = tuple(conflicting)
        """A smallest set that cannot hold: without any one of them the others can."""
        self.relaxed = tuple(relaxed)
        """Constraints that can hold: as many as possible, the rest weakened or left out."""
        self.given_up = given_up
        """What `relaxed` gives up, to finish "It works ..."."""
        self.pixels = pixels
        """The best box under `relaxed`."""


@dataclass(frozen=True)
class Settled:
    """Constraints that can hold together, and what was given up for it."""

    constraints: tuple[Constraint, ...]
    notes: tuple[str, ...] = ()


def settle(
    target: Target, constraints: Sequence[Constraint], image: Size, upscale: bool = False
) -> Settled:
    """Return the constraints, those that may yield weakened as little as possible, with notes.

    Raises `Conflict` when sizes, ratios or keep-out zones would have to yield, or when a keep-out
    zone costs something that the request asks for.
    """
    everything = with_target(constraints, target, upscale)
    if search(Box.whole(), None, everything, image) is not None:
        return Settled(tuple(constraints))
    relaxed = _Relaxed(Box.whole(), everything, image)
    lost = {one.constraint.kind for one in relaxed.concessions}
    # A zone is drawn by hand: whoever draws it over the subject should hear of it, not guess.
    if lost & FIRM or (lost & ASKED and _is_drawn_over(relaxed)):
        raise relaxed.conflict
    return Settled(relaxed.kept, told(relaxed.concessions, relaxed.kept))


def _is_drawn_over(relaxed: "_Relaxed") -> bool:
    """Tell whether a keep-out zone has a part in the conflict."""
    if not any(one.kind is CheckKind.KEEP_OUT for one in relaxed.constraints):
        return False
    return any(one.kind is CheckKind.KEEP_OUT for one in relaxed.core)


def conflict(wish: Box, constraints: Sequence[Constraint], image: Size) -> Conflict:
    """Explain constraints that have no solution."""
    return _Relaxed(wish, constraints, image).conflict


@dataclass(frozen=True)
class _Level:
    """A constraint, or a weaker form of it that is given up only after other wishes."""

    rank: float
    constraint: Constraint
    origin: int
    """Which of the constraints it is a form of."""


class _Relaxed:
    """Constraints kept, the most important first, and what was given up for them."""

    def __init__(self, wish: Box, constraints: Sequence[Constraint], image: Size) -> None:
        self.wish, self.constraints, self.image = wish, constraints, image
        self._pixels = PixelBox(left=0, top=0, right=image.width, bottom=image.height)
        self._kept: list[_Level] = []
        self._given_up: dict[int, Concession] = {}
        levels = [level for at, one in enumerate(constraints) for level in _levels(one, at)]
        self._add(sorted(levels, key=lambda level: level.rank))

    @property
    def kept(self) -> tuple[Constraint, ...]:
        """What can hold together: of each constraint the strongest form."""
        return tuple({level.origin: level.constraint for level in self._kept}.values())

    @property
    def concessions(self) -> Sequence[Concession]:
        """What was given up, the most important first."""
        return list(self._given_up.values())

    @cached_property
    def core(self) -> list[Constraint]:
        """A smallest infeasible subset, by deletion: each left in it is needed for it."""
        core = list(self.constraints)
        chunk = len(core)
        while chunk > 1:
            chunk = (chunk + 1) // 2
            at = 0
            while at < len(core):
                rest = core[:at] + core[at + chunk :]
                if search(self.wish, None, rest, self.image) is None:
                    core = rest
                else:
                    at += chunk
        return core

    @property
    def conflict(self) -> Conflict:
        """The error that tells of it."""
        return Conflict(self.core, self.kept, self.concessions, self._pixels)

    def _works(self, *more: Constraint) -> PixelBox | None:
        some = (*(level.constraint for level in self._kept), *more)
        return search(self.wish, None, some, self.image)

    def _add(self, some: Sequence[_Level]) -> None:
        """Keep what can be kept; halves are tried together, since most of them can."""
        found = self._works(*(level.constraint for level in some))
        if found is not None:
            self._kept += some
            self._pixels = found
        elif len(some) > 1:
            self._add(some[: len(some) // 2])
            self._add(some[len(some) // 2 :])
        else:
            self._give_up(some[0])

    def _give_up(self, level: _Level) -> None:
        """Keep the strongest weaker form, if there is one, and tell of the weightiest loss."""
        weaker = weakened(level.constraint, lambda one: self._works(one) is not None)
        self._given_up.setdefault(level.origin, Concession(level.constraint, weaker))
        if weaker is not None:
            self._kept.append(replace(level, constraint=weaker))
            self._pixels = self._works() or self._pixels


def _levels(constraint: Constraint, origin: int) -> Iterator[_Level]:
    """Yield a constraint with the weaker forms that outrank other wishes."""
    rank = float(LAST_TO_GO.index(constraint.kind))
    avoid = LAST_TO_GO.index(CheckKind.AVOID)
    if isinstance(constraint, Contains) and constraint.kind is not CheckKind.MARGIN:
        vital = MOST if constraint.kind in ASKED else HALF
        yield _Level(avoid - 0.5, replace(constraint, slack=vital), origin)
        if vital != MOST:
            yield _Level(avoid + 0.25, replace(constraint, slack=MOST), origin)
        rank = max(rank, avoid + 0.75)
    if constraint.kind is CheckKind.AVOID and isinstance(constraint, Excludes):
        yield _Level(avoid, replace(constraint, slack=TRACE), origin)
        yield _Level(avoid + 0.5, replace(constraint, slack=0.0), origin)
        rank = float(LAST_TO_GO.index(CheckKind.MARGIN))
    yield _Level(rank, constraint, origin)


def _joined(words: Sequence[str]) -> str:
    """Join words as a person would."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
