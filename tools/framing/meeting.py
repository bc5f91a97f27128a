"""The asked framing beside what must hold anyway: as much of it as the photo allows."""

from collections.abc import Sequence

from cropsmith.errors import Infeasible
from cropsmith.tools.constraints.best_first import search
from cropsmith.tools.constraints.kinds import Constraint, with_target
from cropsmith.tools.constraints.relaxation import Settled
from cropsmith.tools.framing.wish import Framing, Wish
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.request import Target

STEPS = 100
"""Weaker forms that are tried of a wish, by bisection."""


def meet(
    settled: Settled, framing: Framing, target: Target, image: Size, upscale: bool = False
) -> Settled:
    """Return the constraints with the framing's wishes, each weakened as little as it must be.

    What was settled before holds in any case; an earlier wish goes before a later one. Raises
    Infeasible for a firm wish that cannot hold.
    """
    if framing.refused is not None:
        raise framing.refused
    if not framing.wishes:
        return Settled(settled.constraints, (*settled.notes, *framing.notes))
    kept = list(with_target(settled.constraints, target, upscale))
    asked = [wish.constraint for wish in framing.wishes]
    if _works([*kept, *asked], image):
        return Settled((*kept, *asked), (*settled.notes, *framing.notes))
    said: list[str] = []
    for wish in framing.wishes:
        met = _met(wish, kept, image)
        if met is not wish.constraint:
            said.append(wish.yielded)
        if met is not None:
            kept.append(met)
    notes = dict.fromkeys((*settled.notes, *framing.notes, *filter(None, said)))
    return Settled(tuple(kept), tuple(notes))


def _met(wish: Wish, kept: Sequence[Constraint], image: Size) -> Constraint | None:
    """Return the strongest form that holds beside the others; None when nothing is left of it."""
    asked = wish.constraint
    if _works([*kept, asked], image):
        return asked
    if wish.firm:
        raise Infeasible(wish.yielded, hint=wish.instead)
    low, high = 0, STEPS
    while high - low > 1:
        middle = (low + high) // 2
        if _works([*kept, asked.looser(middle / STEPS)], image):
            high = middle
        else:
            low = middle
    return None if high == STEPS else asked.looser(high / STEPS)


def _works(constraints: Sequence[Constraint], image: Size) -> bool:
    """Tell whether any crop holds them all."""
    return search(Box.whole(), None, constraints, image) is not None
