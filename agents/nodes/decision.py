"""The choice among the leaders of a shape; the original may be kept (CROP, stage 3)."""

import asyncio
from collections.abc import Sequence
from typing import Any, Literal

from langgraph.runtime import Runtime

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.nodes.alignment import aligned_decision
from cropsmith.agents.nodes.ask_mind import ask_mind
from cropsmith.agents.nodes.brief import brief_for, distinct
from cropsmith.agents.nodes.own_taste import with_taste_told
from cropsmith.agents.nodes.person_choice import decided_by_person
from cropsmith.agents.nodes.rejection import rejected, with_rejection
from cropsmith.agents.nodes.state import CropState, ShapeState
from cropsmith.agents.parts.parts import Parts, RunContext
from cropsmith.agents.trace.record import current_step
from cropsmith.errors import CropsmithError
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import Box, as_array
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Tightness
from cropsmith.tools.schema.result import Decision, Verdict

LEADERS = 6
"""Candidates that are compared at last, the original apart."""

OWN = 2
"""Places among them that the mind's own best candidates have for sure."""


def is_original(candidate: Candidate) -> bool:
    """Tell whether this is the whole photo."""
    return candidate.box == Box.whole()


def leaders_of(brief: Brief, mind: str = "") -> list[Candidate]:
    """Return the best candidates that differ, and the original where it may be kept.

    The mind's own best are always among them: it may stand by a crop that others rank low.
    """
    originals = [c for c in brief.earlier if is_original(c)]
    crops = [c for c in brief.earlier if not is_original(c)]
    own = distinct([c for c in crops if c.proposed_by(mind)], OWN)
    rest = distinct([*own, *(c for c in crops if c not in own)], LEADERS)
    ranked = sorted(rest, key=crops.index)
    leaders = [*ranked, *(originals if may_keep(brief) else [])]
    if leaders := leaders or originals:
        return leaders
    raise CropsmithError("No crop satisfies the request.", hint="Ask for fewer things at once.")


def may_keep(brief: Brief) -> bool:
    """Tell whether leaving the photo alone answers the request: not when it asks for a change.

    The whole photo has the most room round what it is about.
    """
    intent = brief.intent
    return (
        intent.keep is not False
        and intent.tightness in (Tightness.NORMAL, Tightness.LOOSE)
        and not (intent.subjects or intent.avoid or intent.subject_box or intent.subject_image)
        and (brief.target.ratio is None or brief.target.ratio == Ratio.of_size(brief.view.size))
    )


def kept_as_asked(brief: Brief) -> Decision | None:
    """Return the decision of a person who said "keep it as it is"."""
    if not brief.intent.keep:
        return None
    for candidate in brief.earlier:
        if is_original(candidate):
            return Decision(
                target=brief.target_index,
                chosen=candidate.id,
                verdict=Verdict.KEEP,
                reasons=("You asked to keep the photo as it is.",),
                source="request",
                ranking=(candidate.id,),
            )
    return None


async def decision(state: ShapeState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Decide for one shape."""
    parts = runtime.context.parts
    brief = await brief_for(state, parts, state["shape"])
    if settled := decided_by_person(state) or rejected(brief) or kept_as_asked(brief):
        return {"decisions": (settled,), "failures": ()}
    leaders = leaders_of(brief, parts.mind.name)
    answer = await ask_mind(parts, "decision", lambda mind: mind.decide(brief, leaders))
    decided = answer.value
    # The preference must not speak in a study of minds, or is one of the recipe's own scorers.
    apart = parts.settings.solo or parts.named_recipe or decided.verdict is Verdict.REJECT
    aligning = answer.source != parts.builtin.name and not apart
    if (step := current_step.get()) is not None:
        told = await asyncio.to_thread(compared, parts, brief, leaders, decided)
        step.inputs = {**told, "vote_weight": parts.settings.own_weight if aligning else None}
    if aligning:
        decided = await asyncio.to_thread(aligned_decision, parts, brief, leaders, decided)
    decided = await asyncio.to_thread(with_taste_told, parts, brief, decided)
    decided = await asyncio.to_thread(with_rejection, brief, decided)
    return {"decisions": (decided,), "failures": answer.failures}


def compared(
    parts: Parts, brief: Brief, leaders: Sequence[Candidate], decided: Decision
) -> dict[str, Any]:
    """Return what the decision was made from: the leaders in the order shown, votes, preference."""
    boxes = as_array(leader.box for leader in leaders)
    liked = parts.preference.score(brief.view.sight, boxes, brief.target.ratio)
    return {
        "leaders": [leader.id for leader in leaders],
        "voter": decided.source,
        "votes": list(dict.fromkeys((decided.chosen, *decided.ranking))),
        "preference": {c.id: round(float(v), 4) for c, v in zip(leaders, liked, strict=True)},
    }


def after_decision(state: CropState) -> Literal["joint_framing", "render"]:
    """Have several shapes framed together."""
    return "joint_framing" if len(state["intent"].targets) > 1 else "render"
