"""The words of the argued questions: analysis, examples, rounds."""

from collections.abc import Sequence

from pydantic import BaseModel

from cropsmith.agents.backends.protocol.backend import Boxes, Message, Part, Picture, Said
from cropsmith.agents.minds.argued.answers import CropIdea, Proposals
from cropsmith.agents.minds.argued.roles import AskedRole
from cropsmith.agents.minds.asking.script import Script, Shown, ShownExample
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import Analysis, Element

MEASURED = "builtin"
"""Source of an analysis that was not the model's own."""


def analysis_words(analysis: Analysis | None) -> str:
    """Return the analysis as lines of text; empty without one."""
    if analysis is None:
        return ""
    elements = ", ".join(f"{e.element} {e.strength:.1f}" for e in analysis.elements)
    by = "as measured" if analysis.source == MEASURED else "as you saw them"
    lines = [
        f"Scene: {analysis.scene}" if analysis.scene else "",
        f"Composition elements of the whole photograph, {by}, 0 (absent) to 1 (clear): {elements}"
        if elements
        else "",
        f"Remark: {analysis.remark}" if analysis.remark else "",
    ]
    return "\n".join(line for line in lines if line)


def add_examples(script: Script, examples: Sequence[ShownExample], crops: int) -> None:
    """Add in-context examples (Cropper): each photo, then its expert boxes with scores."""
    for number, shown in enumerate(examples, start=1):
        best = sorted(shown.example.crops, key=lambda c: -(c.score or 0.0))[:crops]
        script.say("vlm/example", number=number)
        script.parts.append(shown.picture)
        script.parts.append(Boxes([crop.box for crop in best], shown.picture))
        # MOS runs from 1 to 5; Cropper's tuples carry MOS/5.
        scores = [crop.score / 5 for crop in best if crop.score is not None]
        if len(scores) == len(best):
            script.say("vlm/example_scores", scores=", ".join(f"{score:.2f}" for score in scores))


def said_before(candidates: Sequence[Candidate], answer: type[BaseModel]) -> BaseModel:
    """Return the model's earlier proposals as the answer it gave."""
    ideas = [
        CropIdea(role=_role(c), element=_element(c), reason=c.reason, box=c.box) for c in candidates
    ]
    if answer is Proposals:
        return Proposals(crops=ideas, keep=False)
    return answer.model_validate({"thoughts": "", "crops": ideas, "keep": False})


def _details(candidate: Candidate) -> Sequence[str]:
    sources = (candidate.provenance, *candidate.also)
    return [word for source in sources for word in source.detail.split("; ")]


def _element(candidate: Candidate) -> Element:
    return next((Element(d) for d in _details(candidate) if d in set(Element)), Element.CENTER)


def _role(candidate: Candidate) -> AskedRole | None:
    return next((AskedRole(d) for d in _details(candidate) if d in set(AskedRole)), None)


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
    scores = ", ".join(f"{c.total or 0.0:.2f}" for c in candidates)
    parts: list[Part] = [script.text("vlm/refine", scores=scores, count=count)]
    parts += [item.picture for item in shown]
    if leader is not None and (leader.total or 0.0) > best_own:
        score = f"{leader.total or 0.0:.2f}"
        parts.append(script.told("vlm/leader", photo, score=score, box=leader.box))
    script.turns.append(Message("assistant", [Said(said_before(candidates, answer), photo)]))
    script.turns.append(Message("user", parts))
