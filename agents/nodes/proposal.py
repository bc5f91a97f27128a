"""Candidate crops from every source, each solved to whole pixels within the hard constraints."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from langgraph.runtime import Runtime

from cropsmith.agents.minds.base.mind import Brief, Mind, MindFailed
from cropsmith.agents.nodes.brief import brief_for
from cropsmith.agents.nodes.hard_constraints import rules_for
from cropsmith.agents.nodes.state import ShapeState
from cropsmith.agents.parts.parts import Parts, RunContext
from cropsmith.tools.constraints.from_intent import check_all
from cropsmith.tools.constraints.kinds import Constraint
from cropsmith.tools.constraints.sizes import snap
from cropsmith.tools.constraints.solver import solve
from cropsmith.tools.examples.transfer import transferred
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.evidence import EvidenceKind
from cropsmith.tools.schema.geometry import Box, PixelBox, as_array
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Target
from cropsmith.tools.schema.result import CheckKind, Failure

MARGIN = 0.15
"""Room around a grounded subject that is proposed as a crop, as a share of its larger side."""


def drafted(brief: Brief, box: Box, source: str, detail: str = "") -> Candidate:
    """Return an unsolved candidate that did not come from a mind."""
    return Candidate(
        id="",
        target=brief.target_index,
        box=box,
        provenance=Provenance(source=source, round=brief.round, detail=detail),
    )


def from_evidence(brief: Brief) -> Iterator[Candidate]:
    """Yield the original, the grounded subjects with some room, and the retrieved crops."""
    shape = brief.target.ratio
    same = shape is None or shape == Ratio.of_size(brief.view.size)
    yield drafted(brief, Box.whole(), "original" if same else "centre")
    subjects = [e for e in brief.grounding.found if e.kind is EvidenceKind.SUBJECT]
    if subjects:
        union = subjects[0].box.union(*(e.box for e in subjects[1:]))
        detail = ", ".join(dict.fromkeys(e.phrase for e in subjects if e.phrase))
        for room in (0.0, MARGIN, 3 * MARGIN, 5 * MARGIN):
            x, y = room * union.width, room * union.height
            roomy = (union.x1 - x, union.y1 - y, union.x2 + x, union.y2 + y)
            yield drafted(brief, Box.of(roomy), "grounded", detail)
    similar = transferred(brief.examples, brief.target.ratio, brief.view.size)
    if similar is not None:
        yield drafted(brief, similar, "retrieved", f"{len(brief.examples)} similar photos")
    for example in brief.examples[:3]:
        yield drafted(brief, example.crops[0].box, "retrieved", example.source)


def solved(
    brief: Brief, drafts: Sequence[Candidate], rules: Sequence[Constraint]
) -> list[Candidate]:
    """Return the drafts in whole pixels, without duplicates; Infeasible if no box can be legal."""
    target, size = brief.target, brief.view.size
    done: dict[tuple[float, ...], Candidate] = {}
    for draft, pixels in zip(drafts, whole(drafts, target, rules, brief), strict=True):
        box = pixels.normalised(size)
        number = f"{brief.target_index}.{brief.round}.{len(done)}"
        checked = draft.model_copy(
            update={"id": number, "box": box, "checks": check_all(pixels, rules)}
        )
        done.setdefault(tuple(box.corners), checked)
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


async def drafts_of(
    mind: Mind, parts: Parts, brief: Brief
) -> tuple[Sequence[Candidate], tuple[Failure, ...]]:
    """Ask for crops; a failure is recorded, the other sources remain."""
    try:
        return await mind.propose(brief), ()
    except MindFailed as failed:
        if parts.settings.strict:
            raise
        failure = Failure(
            node="proposal", source=failed.source, status=failed.status, message=str(failed)
        )
        return (), (failure,)


async def proposal(state: ShapeState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Gather candidates for one shape."""
    parts = runtime.context.parts
    brief = await brief_for(state, parts, state["shape"])
    drafts, failures = await drafts_of(parts.mind, parts, brief)
    if brief.round == 0 and parts.settings.solo:
        drafts = [drafted(brief, Box.whole(), "original"), *drafts]
    elif brief.round == 0 and not (parts.recipe.alone and drafts):
        if parts.mind is not parts.builtin:
            drafts = [*drafts, *await parts.builtin.propose(brief)]
        drafts = [*from_evidence(brief), *drafts]
    candidates, notes = await asyncio.to_thread(legal, brief, drafts)
    return {"candidates": tuple(candidates), "failures": failures, "notes": notes}
