"""Candidate crops from every source, each solved to whole pixels within the hard constraints."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from langgraph.runtime import Runtime

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.nodes.brief import brief_for
from cropsmith.agents.nodes.rejection import is_rejected, nearest_to
from cropsmith.agents.nodes.state import ShapeState
from cropsmith.agents.parts.parts import RunContext
from cropsmith.agents.sources.framed import Framed, framing_for
from cropsmith.agents.sources.gather import gather
from cropsmith.agents.sources.known import known_of
from cropsmith.agents.sources.original import CENTRE, Original
from cropsmith.errors import Infeasible
from cropsmith.tools.constraints.clutter import Clutter
from cropsmith.tools.constraints.fitting import fitted
from cropsmith.tools.constraints.from_intent import check_all, constraints_for
from cropsmith.tools.constraints.kinds import Constraint, contains, touched
from cropsmith.tools.constraints.must_stay import must_stay
from cropsmith.tools.constraints.relaxation import Settled, settle
from cropsmith.tools.constraints.sizes import snap
from cropsmith.tools.constraints.solver import solve_all
from cropsmith.tools.constraints.things import Contains, Excludes
from cropsmith.tools.framing.meeting import meet
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.geometry import Box, PixelBox, as_array
from cropsmith.tools.schema.request import Target
from cropsmith.tools.schema.result import CheckKind

SIMPLE = (CheckKind.INSIDE, CheckKind.RATIO, CheckKind.MUST_STAY)
"""Kinds of rules that most drafts keep as they are."""


LACKING = "The missing part is kept out of the crop."
"""What is said of a file that ends too early."""

MARGIN_OF_NOTHING = "No named subject was found, so no margin could be left round it."
"""What is said of a margin that nothing can have."""


def rules_for(brief: Brief) -> Settled:
    """Return the hard constraints that can hold together, with notes on what had to yield.

    Raises `Conflict`, an `Infeasible`, when only a firm one could give way.
    """
    intent, size, target = brief.intent, brief.view.size, brief.target
    calm = intent.copy_space is not None
    clutter = Clutter(brief.view.sight.texture.detail, size) if calm else None
    framing = framing_for(brief, known_of(brief))
    stay = must_stay(intent, framing.evidence)
    staying = fitted(stay, target, size)
    asked = constraints_for(intent, target, framing.evidence, size, clutter, staying)
    missing = None if intent.keep else brief.view.photo.missing
    if missing is not None:
        what = "the missing part of the photo"
        asked = [*asked, Excludes(touched(missing, size), what, CheckKind.KEEP_OUT)]
    settled = settle(target, asked, size, intent.upscale)
    said = [LACKING] if missing else []
    said += [MARGIN_OF_NOTHING] if intent.margin and not stay.named else []
    settled = replace(settled, notes=(*said, *staying.notes, *settled.notes))
    return meet(settled, framing, target, size, intent.upscale)


def solved(
    brief: Brief, drafts: Sequence[Candidate], rules: Sequence[Constraint]
) -> list[Candidate]:
    """Return the drafts in whole pixels, one for each box; Infeasible if no box can be legal."""
    target, size = brief.target, brief.view.size
    done: dict[PixelBox, Candidate] = {}
    for draft, pixels in zip(drafts, whole(drafts, target, rules, brief), strict=True):
        if pixels in done:
            done[pixels] = done[pixels].joined(draft, len(done))
            continue
        number = f"{brief.target_index}.{brief.round}.{len(done)}"
        box, checks = pixels.normalised(size), check_all(pixels, rules)
        come = _come_from(draft.provenance, box)
        done[pixels] = draft.model_copy(
            update={"id": number, "box": box, "checks": checks, "provenance": come}
        )
    return list(done.values())


def _come_from(provenance: Provenance, box: Box) -> Provenance:
    """Return where a solved box comes from: what the rules cut of the original is its centre."""
    if provenance.source != Original.name or box == Box.whole():
        return provenance
    return provenance.model_copy(update={"source": CENTRE})


def whole(
    drafts: Sequence[Candidate], target: Target, rules: Sequence[Constraint], brief: Brief
) -> list[PixelBox]:
    """Return the nearest legal integer box of each draft."""
    size = brief.view.size
    easy: list[PixelBox | None] = [None] * len(drafts)
    if all(rule.kind in SIMPLE for rule in rules):
        # Little but a shape: all drafts at once, since the solver's search would find the same.
        try:
            snapped = snap(as_array(draft.box for draft in drafts), target.ratio, size)
        except ValueError:
            pass  # no box of this ratio fits the photo: the solver below says so in words
        else:
            boxes = (
                PixelBox(left=left, top=top, right=right, bottom=bottom)
                for left, top, right, bottom in snapped.tolist()
            )
            kept = [rule.box for rule in rules if isinstance(rule, Contains)]
            easy = [b if all(contains(b, one) for one in kept) else None for b in boxes]
    hard = [draft.box for draft, box in zip(drafts, easy, strict=True) if box is None]
    found = iter(solve_all(hard, target, rules, size, brief.intent.upscale) if hard else ())
    return [box or next(found) for box in easy]


async def proposal(state: ShapeState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Gather candidates for one shape."""
    parts = runtime.context.parts
    brief = await brief_for(state, parts, state["shape"])
    if is_rejected(brief):  # another round would find no more
        return {}
    try:
        # First, so that a model is told the rules, and nobody is asked where they cannot hold.
        rules = await asyncio.to_thread(rules_for, brief)
        gathered = await gather(parts, replace(brief, rules=rules.constraints))
        candidates = await asyncio.to_thread(solved, brief, gathered.drafts, rules.constraints)
    except Infeasible as refused:
        # A shot that the photo cannot give comes nearest as the framing that stands in for it.
        drafts = await Framed().propose(brief) if brief.intent.shot else ()
        drafts = drafts or await parts.builtin.propose(brief)
        near = await asyncio.to_thread(nearest_to, brief, drafts, refused)
        return {"candidates": tuple(near), "failures": (), "notes": ()}
    return {"candidates": tuple(candidates), "failures": gathered.failures, "notes": rules.notes}
