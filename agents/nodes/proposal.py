"""Candidate crops from every source, each solved to whole pixels within the hard constraints."""

import asyncio
from collections.abc import Sequence
from typing import Any

from langgraph.runtime import Runtime

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.nodes.brief import brief_for
from cropsmith.agents.nodes.state import ShapeState
from cropsmith.agents.parts.parts import RunContext
from cropsmith.agents.sources.gather import gather
from cropsmith.tools.constraints.clutter import Clutter
from cropsmith.tools.constraints.from_intent import check_all, constraints_for
from cropsmith.tools.constraints.kinds import Constraint
from cropsmith.tools.constraints.relaxation import Settled, settle
from cropsmith.tools.constraints.sizes import snap
from cropsmith.tools.constraints.solver import solve
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import PixelBox, as_array
from cropsmith.tools.schema.request import Target
from cropsmith.tools.schema.result import CheckKind


def rules_for(brief: Brief) -> Settled:
    """Return the hard constraints that can hold together, with notes on what had to yield.

    Raises `Conflict`, an `Infeasible`, when only a firm one could give way.
    """
    intent, size = brief.intent, brief.view.size
    calm = intent.copy_space is not None
    clutter = Clutter(brief.view.sight.texture.detail, size) if calm else None
    evidence = [*brief.grounding.found, *brief.evidence]
    asked = constraints_for(intent, brief.target, evidence, size, clutter)
    return settle(brief.target, asked, size, intent.upscale)


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
        done[pixels] = draft.model_copy(update={"id": number, "box": box, "checks": checks})
    return list(done.values())


def legal(brief: Brief, drafts: Sequence[Candidate]) -> tuple[list[Candidate], tuple[str, ...]]:
    """Return the solved drafts, and what had to yield for there to be any."""
    rules = rules_for(brief)
    return solved(brief, drafts, rules.constraints), rules.notes


def whole(
    drafts: Sequence[Candidate], target: Target, rules: Sequence[Constraint], brief: Brief
) -> list[PixelBox]:
    """Return the nearest legal integer box of each draft."""
    size = brief.view.size
    if all(rule.kind in (CheckKind.INSIDE, CheckKind.RATIO) for rule in rules):
        # Nothing but a shape: all drafts at once, since the solver's search would find the same.
        try:
            snapped = snap(as_array(draft.box for draft in drafts), target.ratio, size)
        except ValueError:
            pass  # no box of this ratio fits the photo: the solver below says so in words
        else:
            return [
                PixelBox(left=left, top=top, right=right, bottom=bottom)
                for left, top, right, bottom in snapped.tolist()
            ]
    return [solve(d.box, target, rules, size, upscale=brief.intent.upscale) for d in drafts]


async def proposal(state: ShapeState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Gather candidates for one shape."""
    parts = runtime.context.parts
    brief = await brief_for(state, parts, state["shape"])
    gathered = await gather(parts, brief)
    candidates, notes = await asyncio.to_thread(legal, brief, gathered.drafts)
    return {"candidates": tuple(candidates), "failures": gathered.failures, "notes": notes}
