"""Several shapes of one photo, framed as one picture: near-equal choices that go together."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langgraph.runtime import Runtime

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.nodes.brief import brief_for
from cropsmith.agents.nodes.decision import leaders_of
from cropsmith.agents.nodes.state import CropState
from cropsmith.agents.parts.parts import Parts, RunContext
from cropsmith.tools.photographer.consistency import Option, choose_together
from cropsmith.tools.photographer.subject import focal_point
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import EvidenceKind
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.result import Decision, Verdict

SLACK = 0.01
"""Expected overlap that a shape may give up to go with the others: less than anyone would see."""


@dataclass(frozen=True)
class Open:
    """A decision that may still yield to an equally good one."""

    brief: Brief
    leaders: Sequence[Candidate]
    decision: Decision

    @property
    def equals(self) -> list[Candidate]:
        """The chosen crop, and those nearly as good."""
        chosen = next(c for c in self.leaders if c.id == self.decision.chosen)
        if chosen.total is None or self.decision.kept:
            return [chosen]
        least = chosen.total - SLACK
        return [chosen, *(c for c in self.leaders if c is not chosen and (c.total or 0) >= least)]


def decided_together(parts: Parts, shapes: Sequence[Open]) -> list[Decision]:
    """Return the decisions of all shapes, each moved to an equal where all then go together."""
    if len(shapes) < 2:
        return [shape.decision for shape in shapes]
    brief = shapes[0].brief
    named = [e.box for e in brief.grounding.found if e.kind is EvidenceKind.SUBJECT]
    subject: Box | None = named[0].union(*named[1:]) if named else None
    focal = focal_point(brief.seen, brief.view.sight)
    options = [[Option(c.box, c.total or 0.0) for c in shape.equals] for shape in shapes]
    choice = choose_together(options, focal, subject)
    return [
        moved(parts, shape, shape.equals[index])
        for shape, index in zip(shapes, choice, strict=True)
    ]


def moved(parts: Parts, shape: Open, chosen: Candidate) -> Decision:
    """Return the decision for `chosen`, with its own reasons if it is another crop."""
    decision, sight = shape.decision, shape.brief.view.sight
    if chosen.id == decision.chosen:
        return decision
    return decision.model_copy(
        update={
            "chosen": chosen.id,
            "reasons": shape.brief.reasons(chosen.box, parts.preference, Verdict.CROP),
            "confidence": parts.preference.confidence(sight, chosen.box, shape.brief.target.ratio),
            "ranking": (chosen.id, *(i for i in decision.ranking if i != chosen.id)),
        }
    )


async def left_open(state: CropState, parts: Parts) -> list[Open]:
    """Return the shapes that the built-in photographer decided: only its choices may yield."""
    found = []
    for decision in state["decisions"]:
        if decision.source == parts.builtin.name:
            brief = await brief_for(state, parts, decision.target)
            found.append(Open(brief, leaders_of(brief, parts.mind.name), decision))
    return found


async def joint_framing(state: CropState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Frame several shapes as one picture, where that costs none of them anything."""
    parts = runtime.context.parts
    open_ = await left_open(state, parts)
    return {"decisions": tuple(await asyncio.to_thread(decided_together, parts, open_))}
