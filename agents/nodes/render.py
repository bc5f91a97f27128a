"""The report: whole pixels, output sizes, alternatives, what the run cost."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from langgraph.runtime import Runtime

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.nodes.answers import apart, different, with_roles
from cropsmith.agents.nodes.brief import brief_for
from cropsmith.agents.nodes.state import CropState
from cropsmith.agents.parts.parts import Parts, RunContext
from cropsmith.agents.parts.trained import teller
from cropsmith.agents.sources.known import known_of
from cropsmith.tools.clipcropping.rater import Rater
from cropsmith.tools.constraints.solver import output_size
from cropsmith.tools.explain.changes import changes
from cropsmith.tools.explain.shortfalls import shortfalls, still_so
from cropsmith.tools.framing.passport_notes import passport_notes
from cropsmith.tools.photographer.subject import subject_of
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import Point, whole_pixels
from cropsmith.tools.schema.result import CropReport, Decision, Framed, Usage, Verdict

ALTERNATIVES = 2
"""Alternatives that are told even when one answer was asked for."""


ONLY_TURNED = "It is straightened, and no more is cut away than that takes."


def alternatives_to(chosen: Candidate, brief: Brief, decision: Decision) -> tuple[Candidate, ...]:
    """Return ranked candidates that differ from the chosen one and from each other."""
    rank = {name: place for place, name in enumerate(decision.ranking)}
    others = sorted(
        apart(chosen, [c for c in brief.earlier if c.id != chosen.id]),
        key=lambda c: (rank.get(c.id, len(rank)), -(c.total or 0.0)),
    )
    wanted = max(brief.intent.alternatives - 1, ALTERNATIVES)
    return different(chosen, with_roles(brief, others), wanted)


def framed(parts: Parts, brief: Brief, decision: Decision, rater: Rater | None = None) -> Framed:
    """Return the answer for one target."""
    (chosen,) = with_roles(brief, [c for c in brief.earlier if c.id == decision.chosen])
    pixels = whole_pixels(chosen.box, brief.view.size)
    verdict, reasons = decision.verdict, decision.reasons
    if verdict is Verdict.KEEP and brief.view.photo.level is not None:
        # A turned photo is not left as it is.
        verdict, reasons = Verdict.CROP, (ONLY_TURNED,)
    return Framed(
        target=brief.target,
        box=chosen.box,
        pixels=pixels,
        output=output_size(pixels, brief.target, upscale=brief.intent.upscale),
        verdict=verdict,
        role=chosen.role,
        reasons=reasons,
        confidence=decision.confidence,
        scores=dict(chosen.scores),
        source=chosen.sources[0],
        also=chosen.sources[1:],
        changes=changes(brief.view, chosen.box, parts.scorers.encoder, parts.scorers.cache, rater),
        alternatives=alternatives_to(chosen, brief, decision),
    )


def fallen_short(
    briefs: Sequence[Brief], crops: Sequence[Framed], said: Sequence[str]
) -> Iterator[str]:
    """Yield what the crops lack of what was asked and nobody has said; of several, of which."""
    for brief, crop in zip(briefs, crops, strict=True):
        if crop.verdict is Verdict.REJECT:
            continue  # its reasons say it
        shape = str(crop.target.name or crop.target.ratio or crop.target.size or "")
        begin = f"{shape}: " if shape and len(crops) > 1 else ""
        if (answers := 1 + len(crop.alternatives)) < brief.intent.alternatives:
            few = "Only one answer" if answers == 1 else f"Only {answers} answers"
            wanted = brief.intent.alternatives
            yield f"{begin}{few} instead of {wanted}: no other was found that differs enough."
        for note in passport_notes(crop.target.name, crop.pixels.size):
            yield f"{begin}{note}"
        for note in shortfalls(brief.intent, known_of(brief), crop.box, said):
            yield f"{begin}{note}"


def focal_point(state: CropState, brief: Brief) -> Point:
    """Return where the photo's interest lies: on what was found, else what the mind said."""
    subject, analysis = subject_of(brief.seen, brief.view.sight), state["analysis"]
    if subject is not None and subject.sure:
        return subject.focus
    if analysis is not None and analysis.focal_point is not None:
        return analysis.focal_point
    return brief.view.sight.focal_point


def report(state: CropState, parts: Parts, briefs: Sequence[Brief]) -> CropReport:
    """Return everything a person gets back."""
    rater, untold = teller(lambda: parts.rater, parts.settings.strict)
    crops = tuple(
        framed(parts, brief, decision, rater)
        for brief, decision in zip(briefs, state["decisions"], strict=True)
    )
    boxes = [crop.box for crop in crops]
    settled = still_so(state["notes"], state["intent"], known_of(briefs[0]), boxes)
    notes = (*settled, *fallen_short(briefs, crops, settled), *filter(None, (untold,)))
    return CropReport(
        source=briefs[0].view.photo.name,
        sha256=state["image"].sha256,
        image=state["image"].size,
        angle=state["image"].angle,
        model=parts.settings.model,
        intent=state["intent"],
        crops=crops,
        focal_point=focal_point(state, briefs[0]),
        notes=tuple(dict.fromkeys(notes)),
        failures=state["failures"],
        usage=state.get("usage") or Usage(cost=0.0),
        trace_id=parts.recorder.trace_id,
    )


async def render(state: CropState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Write the report."""
    parts = runtime.context.parts
    briefs = [await brief_for(state, parts, i) for i in range(len(state["intent"].targets))]
    return {"report": await asyncio.to_thread(report, state, parts, briefs)}
