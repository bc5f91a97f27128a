"""Weaker forms of a constraint: the strongest one that still works."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from cropsmith.tools.constraints.kinds import AtLeast, ClearSide, Constraint
from cropsmith.tools.constraints.things import Contains, Excludes
from cropsmith.tools.schema.geometry import PixelBox, Size

Works = Callable[[Constraint], bool]
"""Whether a constraint holds together with all that is kept so far."""

STEPS = 100
"""Steps from nothing to the whole of a box."""
ONE_SIDED = 0.5
"""Share of a thing up to which one side of it is cut, rather than both."""

One = TypeVar("One", bound=Constraint)


def weakened(constraint: Constraint, works: Works) -> Constraint | None:
    """Return the strongest weaker form that works; None when it must go entirely."""
    if isinstance(constraint, AtLeast):
        return _smaller(constraint, works)
    if isinstance(constraint, Contains):
        return _cut(constraint, works)
    if isinstance(constraint, Excludes):

        def showing(step: int) -> Excludes:
            return replace(constraint, slack=1 - step / STEPS)

        return strongest(showing, round((1 - constraint.slack) * STEPS), works)
    if isinstance(constraint, ClearSide):
        steps = round(constraint.share * 100)
        return strongest(lambda step: replace(constraint, share=step / 100), steps, works)
    return None


def _smaller(constraint: AtLeast, works: Works) -> AtLeast | None:
    steps = max(constraint.size.width, constraint.size.height)

    def scaled(step: int) -> AtLeast:
        width, height = (
            side * step // steps for side in (constraint.size.width, constraint.size.height)
        )
        return replace(constraint, size=Size(width=max(1, width), height=max(1, height)))

    return strongest(scaled, steps, works)


def _cut(whole: Contains, works: Works) -> Contains | None:
    """Return a thing cut on one of its sides, else down to what is about its heart."""

    def one_sided(step: int) -> Contains:
        return replace(whole, slack=1 - step / STEPS)

    found = strongest(one_sided, round((1 - whole.slack) * STEPS), works)
    if found is not None and found.slack <= ONE_SIDED:
        return found
    forms = [_about_heart(whole, across, down) for across, down in AXES]
    every = [one for form in forms if (one := strongest(form, STEPS, works)) is not None]
    return max(every, key=lambda one: one.box.size.width * one.box.size.height, default=found)


AXES = ((True, False), (False, True), (True, True))
"""Ways to cut a thing on both sides: across alone, down alone, both."""


def _about_heart(whole: Contains, across: bool, down: bool) -> Callable[[int], Contains]:
    """Return the forms of a thing cut about its heart."""
    box = whole.box
    x, y = (box.left + box.right) // 2, (box.top + box.bottom) // 2
    heart = whole.heart or PixelBox(
        left=min(x, box.right - 1), top=min(y, box.bottom - 1), right=x + 1, bottom=y + 1
    )

    def form(step: int) -> Contains:
        left, right = _towards((box.left, box.right), (heart.left, heart.right), step, across)
        top, bottom = _towards((box.top, box.bottom), (heart.top, heart.bottom), step, down)
        pixels = PixelBox(left=left, top=top, right=right, bottom=bottom)
        return replace(whole, box=pixels, slack=0.0, part=whole.heart_name)

    return form


def _towards(
    whole: tuple[int, int], heart: tuple[int, int], step: int, cut: bool
) -> tuple[int, int]:
    """Return an interval between the heart (step 0) and the whole (all steps)."""
    if not cut:
        return whole
    low = heart[0] - (heart[0] - whole[0]) * step // STEPS
    return low, heart[1] + (whole[1] - heart[1]) * step // STEPS


def strongest(form: Callable[[int], One], steps: int, works: Works) -> One | None:
    """Return the form of the most steps below `steps` that works, by bisection."""
    low, high = 0, steps
    while high - low > 1:
        middle = (low + high) // 2
        if works(form(middle)):
            low = middle
        else:
            high = middle
    return form(low) if low else None
