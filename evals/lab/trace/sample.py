"""Writes a trace of chosen size over a real photo, without running the graph or a model."""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cropsmith.agents.nodes.state import ImageRef
from cropsmith.agents.trace.record import Facts, Recorder, ToolRecord, record_step
from cropsmith.agents.trace.store import StoredTrace
from cropsmith.evals.lab.trace.sample_call import call_for
from cropsmith.tools.images.photo import Photo, open_photo
from cropsmith.tools.schema.candidate import Candidate, Check, Provenance
from cropsmith.tools.schema.evidence import (
    Analysis,
    Element,
    ElementFinding,
    Evidence,
    EvidenceKind,
    Grounding,
    Line,
)
from cropsmith.tools.schema.geometry import Box, PixelBox, Point, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Intent, Phrase, Target
from cropsmith.tools.schema.result import (
    CropReport,
    Decision,
    ElementChange,
    Failure,
    Framed,
    Usage,
    Verdict,
)

SOURCES = ("grid", "optimiser", "vllm/sample", "grounded", "retrieved")
SCORERS = ("preference", "aesthetics", "content", "area")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What the trace is to hold."""

    candidates: int = 40
    rounds: int = 3
    text: str = "the dog, 4:5, room on the left"
    """Also used for every reason, remark and reply, so that hostile text reaches every corner."""
    said: str = "Brings the subject to the left third and frees the sky."
    seed: int = 0
    calls: int = 1
    """Calls of a model in each round, each with a picture of its own."""


def write_sample(home: Path, photo: Path, sample: Sample | None = None) -> str:
    """Write one trace and return its id."""
    sample = sample or Sample()
    opened = open_photo(photo)
    trace = StoredTrace(home)
    trace.begin(
        Facts(
            source=opened.name,
            path=str(photo.resolve()),
            sha256=opened.sha256,
            size=opened.size,
            text=sample.text,
            request={"text": sample.text},
            model="vllm/sample",
            versions={"cropsmith": "0.2.0"},
        )
    )
    trace.picture(_jpeg(opened), "preview")
    candidates = _steps(trace, opened, sample)
    report = _report(opened, sample, candidates, trace.trace_id)
    with record_step(trace, "render") as step:
        step.outputs = {"report": report}
    trace.end("ok", report)
    assert trace.trace_id is not None
    return trace.trace_id


def _steps(trace: Recorder, photo: Photo, sample: Sample) -> list[Candidate]:
    draw = random.Random(sample.seed)
    with record_step(trace, "intent") as step:
        image = ImageRef(source=photo.name, sha256=photo.sha256, size=photo.size)
        step.outputs = {"image": image, "intent": _intent(sample), "round": 0, "notes": ()}
    with record_step(trace, "analysis") as step:
        step.calls.append(
            call_for("analyse", sample.text, sample.said, trace.picture(_jpeg(photo)))
        )
        step.outputs = {"analysis": _analysis(sample)}
    with record_step(trace, "grounding") as step:
        face = Evidence(
            kind=EvidenceKind.FACE, box=Box(x1=0.4, y1=0.2, x2=0.5, y2=0.35), source="yunet"
        )
        step.tools.append(ToolRecord(name="find_faces", by="node", result=sample.said))
        step.outputs = {"grounding": Grounding(missing=(sample.said,)), "evidence": (face,)}
    known: list[Candidate] = []
    for number in range(sample.rounds):
        with record_step(trace, "proposal", number) as step:
            for k in range(sample.calls):
                shown = trace.picture(_jpeg(photo, 500 - k - 10 * number))
                step.calls.append(call_for("propose", sample.text, sample.said, shown))
            share = -(-sample.candidates // sample.rounds)
            wanted = min(share, sample.candidates - len(known))
            fresh = [_candidate(draw, sample, number, len(known) + k) for k in range(wanted)]
            step.outputs = {"candidates": tuple(fresh)}
        with record_step(trace, "scoring", number) as step:
            scored = [_scored(draw, candidate) for candidate in fresh]
            known += scored
            step.inputs = _told(scored)
            step.outputs = {"candidates": tuple(scored)}
        if number + 1 < sample.rounds:
            with record_step(trace, "refinement", number) as step:
                step.outputs = {"round": number + 1}
    known.sort(key=lambda candidate: -(candidate.total or 0))
    with record_step(trace, "decision", sample.rounds - 1) as step:
        failed = call_for("decide", sample.text, sample.said, None).model_copy(
            update={"status": "invalid", "reason": sample.said, "parsed": None}
        )
        step.calls.append(failed)
        step.inputs = {
            "leaders": [candidate.id for candidate in known[:6]],
            "voter": "vllm/sample",
            "votes": [candidate.id for candidate in known[:4]],
            "preference": {candidate.id: candidate.scores["preference"] for candidate in known[:6]},
            "vote_weight": 0.2,
        }
        step.outputs = {"decisions": (_decision(sample, known),), "failures": (_failure(sample),)}
    return known


def _told(scored: list[Candidate]) -> dict[str, Any]:
    """Return what the scoring step says of its weights."""
    weights = dict.fromkeys(SCORERS, 1.0)
    return {"weights": {"0": weights}, "goodness": {c.id: dict(c.scores) for c in scored}}


def _jpeg(photo: Photo, side: int = 320) -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(photo.pixels(side)).save(out, "JPEG", quality=80)
    return out.getvalue()


def _intent(sample: Sample) -> Intent:
    return Intent(
        task="ratio",
        targets=(Target(name="4:5", ratio=Ratio.parse("4:5")),),
        subjects=(Phrase(text=sample.text, head=sample.text),),
        read_back=sample.text,
    )


def _analysis(sample: Sample) -> Analysis:
    return Analysis(
        source="vllm/sample",
        scene=sample.said,
        elements=(
            ElementFinding(element=Element.RULE_OF_THIRDS, strength=0.8, remark=sample.said),
            ElementFinding(element=Element.DIAGONAL, strength=0.35),
            ElementFinding(element=Element.SYMMETRIC, strength=0.1),
        ),
        lines=(
            Line(start=Point(x=0, y=0.62), end=Point(x=1, y=0.6), kind="horizon"),
            Line(start=Point(x=0.1, y=1), end=Point(x=0.5, y=0.5), kind="leading"),
        ),
        focal_point=Point(x=0.45, y=0.4),
        remark=sample.said,
    )


def _candidate(draw: random.Random, sample: Sample, round: int, number: int) -> Candidate:
    width = draw.uniform(0.35, 0.85)
    height = min(1.0, width * draw.uniform(0.9, 1.4))
    x1, y1 = draw.uniform(0, 1 - width), draw.uniform(0, 1 - height)
    return Candidate(
        id=f"0.{round}.{number}",
        target=0,
        box=Box.of((x1, y1, x1 + width, y1 + height)),
        provenance=Provenance(source=SOURCES[number % len(SOURCES)], round=round),
        reason=sample.said,
        checks=(Check(name="inside", ok=True), Check(name="never cut", ok=number % 7 != 3)),
    )


def _scored(draw: random.Random, candidate: Candidate) -> Candidate:
    scores = {name: draw.random() for name in SCORERS}
    return candidate.scored(scores, sum(scores.values()) / len(scores))


def _decision(sample: Sample, ranked: list[Candidate]) -> Decision:
    return Decision(
        target=0,
        chosen=ranked[0].id,
        verdict=Verdict.CROP,
        reasons=(sample.said, "Keeps the face whole."),
        confidence=0.83,
        source="builtin",
        ranking=tuple(candidate.id for candidate in ranked[:6]),
    )


def _failure(sample: Sample) -> Failure:
    return Failure(node="decision", source="vllm/sample", status="invalid", message=sample.said)


def _report(photo: Photo, sample: Sample, ranked: list[Candidate], trace_id: Any) -> CropReport:
    best, size = ranked[0], photo.size
    pixels = PixelBox(
        left=int(best.box.x1 * size.width),
        top=int(best.box.y1 * size.height),
        right=max(int(best.box.x2 * size.width), int(best.box.x1 * size.width) + 1),
        bottom=max(int(best.box.y2 * size.height), int(best.box.y1 * size.height) + 1),
    )
    return CropReport(
        source=photo.name,
        sha256=photo.sha256,
        image=size,
        model="vllm/sample",
        intent=_intent(sample),
        crops=(
            Framed(
                target=Target(name="4:5", ratio=Ratio.parse("4:5")),
                box=pixels.normalised(size),
                pixels=pixels,
                output=Size(width=pixels.size.width, height=pixels.size.height),
                verdict=Verdict.CROP,
                reasons=(sample.said, "Keeps the face whole."),
                confidence=0.83,
                scores=dict(best.scores),
                source=best.provenance.source,
                changes=(
                    ElementChange(element="rule of thirds", before=0.4, after=0.8),
                    ElementChange(element="horizontal", before=0.6, after=0.45),
                ),
                alternatives=tuple(ranked[1:3]),
            ),
        ),
        focal_point=Point(x=0.45, y=0.4),
        notes=(sample.said,),
        failures=(_failure(sample),),
        usage=Usage(calls=5, prompt_tokens=6000, completion_tokens=450, cost=0.002),
        trace_id=trace_id,
    )
