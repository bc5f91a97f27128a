"""The report: whole pixels, output sizes, alternatives, what the run cost."""

import asyncio
from collections.abc import Sequence
from typing import Any

from langgraph.runtime import Runtime

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.nodes.brief import brief_for, distinct
from cropsmith.agents.nodes.state import CropState
from cropsmith.agents.parts.parts import Parts, RunContext
from cropsmith.tools.constraints.solver import output_size
from cropsmith.tools.explain.changes import changes
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import EvidenceKind
from cropsmith.tools.schema.geometry import Point, whole_pixels
from cropsmith.tools.schema.result import CropReport, Decision, Framed, Usage

ALTERNATIVES = 2
"""Alternatives that are told even when one answer was asked for."""


def alternatives_to(chosen: Candidate, brief: Brief, decision: Decision) -> tuple[Candidate, ...]:
    """Return ranked candidates that differ from the chosen one and from each other."""
    rank = {name: place for place, name in enumerate(decision.ranking)}
    others = sorted(
        (c for c in brief.earlier if c.id != chosen.id),
        key=lambda c: (rank.get(c.id, len(rank)), -(c.total or 0.0)),
    )
    wanted = max(brief.intent.alternatives - 1, ALTERNATIVES)
    return tuple(distinct([chosen, *others], 1 + wanted)[1:])


def framed(parts: Parts, brief: Brief, decision: Decision) -> Framed:
    """Return the answer for one target."""
    chosen = next(c for c in brief.earlier if c.id == decision.chosen)
    pixels = whole_pixels(chosen.box, brief.view.size)
    return Framed(
        target=brief.target,
        box=chosen.box,
        pixels=pixels,
        output=output_size(pixels, brief.target, upscale=brief.intent.upscale),
        kept=decision.kept,
        reasons=decision.reasons,
        confidence=decision.confidence,
        scores=dict(chosen.scores),
        source=chosen.sources[0],
        also=chosen.sources[1:],
        changes=changes(brief.view, chosen.box, parts.scorers.encoder, parts.scorers.cache),
        alternatives=alternatives_to(chosen, brief, decision),
    )


def focal_point(state: CropState, brief: Brief) -> Point:
    """Return where the photo's interest lies: the subject asked for, else the analysis."""
    for evidence in state["grounding"].found:
        if evidence.kind is EvidenceKind.SUBJECT:
            return evidence.box.centre
    analysis = state["analysis"]
    if analysis is not None and analysis.focal_point is not None:
        return analysis.focal_point
    return brief.view.sight.focal_point


def report(state: CropState, parts: Parts, briefs: Sequence[Brief]) -> CropReport:
    """Return everything a person gets back."""
    return CropReport(
        source=briefs[0].view.photo.name,
        sha256=state["image"].sha256,
        image=state["image"].size,
        model=parts.settings.model,
        intent=state["intent"],
        crops=tuple(
            framed(parts, brief, decision)
            for brief, decision in zip(briefs, state["decisions"], strict=True)
        ),
        focal_point=focal_point(state, briefs[0]),
        notes=tuple(dict.fromkeys(state["notes"])),
        failures=state["failures"],
        usage=state.get("usage") or Usage(cost=0.0),
        trace_id=parts.recorder.trace_id,
    )


async def render(state: CropState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Write the report."""
    parts = runtime.context.parts
    briefs = [await brief_for(state, parts, i) for i in range(len(state["intent"].targets))]
    return {"report": await asyncio.to_thread(report, state, parts, briefs)}
