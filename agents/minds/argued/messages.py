"""The words of the argued questions: shape, analysis, evidence, examples, rounds."""

from collections.abc import Sequence

from pydantic import BaseModel

from cropsmith.agents.backends.protocol.backend import Boxes, Message, Part, Picture, Said
from cropsmith.agents.minds.argued.answers import CropIdea, Proposals
from cropsmith.agents.minds.asking.script import Script, Shown, ShownExample
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import Analysis, Element, EvidenceKind
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Target


def shape_words(target: Target) -> str:
    """Say which shape is asked."""
    if target.size is not None:
        size = target.size
        return f"{size.width}:{size.height}, for an output of {size.width}x{size.height} pixels"
    if target.ratio is not None:
        return f"exactly {target.ratio} (width to height), in pixels of the photograph"
    return "any shape that suits the picture"


def analysis_words(analysis: Analysis | None) -> str:
    """Return the analysis as lines of text; empty without one."""
    if analysis is None:
        return ""
    elements = ", ".join(f"{e.element} ({e.strength:.1f})" for e in analysis.elements)
    lines = [
        f"Scene: {analysis.scene}" if analysis.scene else "",
        f"Composition elements: {elements}" if elements else "",
        f"Remark: {analysis.remark}" if analysis.remark else "",
    ]
    return "\n".join(line for line in lines if line)


def add_examples(script: Script, examples: Sequence[ShownExample], crops: int) -> None:
    """Add in-context examples (Cropper): each photo, then its expert boxes with scores."""
    for number, shown in enumerate(examples, start=1):
        best = sorted(shown.example.crops, key=lambda c: -(c.score or 0.0))[:crops]
        script.say("vlm/example", number=number)
        script.parts.append(shown.picture)
        # MOS runs from 1 to 5; Cropper's tuples carry MOS/5.
        scores = [crop.score / 5 for crop in best if crop.score is not None]
        whole = tuple(scores) if len(scores) == len(best) else ()
        script.parts.append(Boxes([crop.box for crop in best], shown.picture, whole))


def add_evidence(script: Script, brief: Brief, photo: Picture) -> None:
    """Add what was found in the photo, each kind with its boxes."""
    found = [*brief.grounding.found, *brief.evidence]
    if brief.analysis is not None:
        found += [*brief.analysis.subjects, *brief.analysis.distractions]
    groups: dict[str, list[Box]] = {}
    for evidence in found:
        if evidence.kind is EvidenceKind.SALIENT:
            continue
        label = evidence.phrase or str(evidence.kind)
        if evidence.kind is EvidenceKind.AVOID:
            label = f"{label} (to be left out)"
        groups.setdefault(label, []).append(evidence.box)
    for label, boxes in groups.items():
        script.parts.append(f"{label}:")
        script.parts.append(Boxes(boxes[:6], photo))


def said_before(candidates: Sequence[Candidate], answer: type[BaseModel]) -> BaseModel:
    """Return the model's earlier proposals as the answer it gave."""
    ideas = [CropIdea(element=_element(c), reason=c.reason, box=c.box) for c in candidates]
    if answer is Proposals:
        return Proposals(crops=ideas, keep=False)
    return answer.model_validate({"thoughts": "", "crops": ideas, "keep": False})


def _element(candidate: Candidate) -> Element:
    details = [p.detail for p in (candidate.provenance, *candidate.also)]
    return next((Element(d) for d in details if d in set(Element)), Element.CENTER)


def rounds_of(brief: Brief, source: str) -> list[list[Candidate]]:
    """Return the model's own earlier candidates, a list per round, in order of arrival."""
    rounds = []
    for number in range(brief.round):
        own = [c for c in brief.earlier if c.proposed_by(source) and c.provenance.round == number]
        rounds.append(sorted(own, key=lambda c: c.arrival(source))[:8])
    return rounds


def add_round(
    script: Script,
    candidates: Sequence[Candidate],
    shown: Sequence[Shown],
    photo: Picture,
    answer: type[BaseModel],
    others: Sequence[Candidate],
    count: int,
) -> None:
    """Append one refinement round (Cropper): what was said, and how it scored.

    `others` are candidates of other sources up to that round; the best is told if it leads.
    """
    best_own = max((c.total or 0.0 for c in candidates), default=0.0)
    leader = max(others, key=lambda c: c.total or 0.0, default=None)
    parts: list[Part] = []
    told = ""
    if leader is not None and (leader.total or 0.0) > best_own:
        told = f"A crop of another source has {leader.total:.2f}; its box comes last."
    parts.append(
        script.text(
            "vlm/refine",
            leader=told,
            scores=", ".join(f"{c.total or 0.0:.2f}" for c in candidates),
            count=count,
        )
    )
    parts += [item.picture for item in shown]
    if told and leader is not None:
        parts.append(Boxes([leader.box], photo))
    script.turns.append(Message("assistant", [Said(said_before(candidates, answer), photo)]))
    script.turns.append(Message("user", parts))
