"""What the argued answers mean for the graph."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from cropsmith.agents.minds.argued.answers import (
    LETTERS,
    AnalysisAnswer,
    Proposals,
    QuickProposals,
    Understanding,
)
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.tools.constraints.variety import SAME
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.evidence import Analysis, ElementFinding, Evidence, EvidenceKind, Line
from cropsmith.tools.schema.geometry import Box, Size, whole_pixels
from cropsmith.tools.schema.request import CopySpace, Intent, Phrase, Side, Tightness
from cropsmith.tools.schema.result import Decision, Verdict

KEPT = "The photo is best left as it is."


def intent_from(parsed: Intent, answer: Understanding) -> Intent:
    """Return the parsed intent with what only the model saw; what the grammar read stands.

    Numbers, ratios and presets are exact in the grammar; subjects, moods and purposes are not.
    """
    changes: dict[str, Any] = {}
    if not parsed.subjects and answer.subjects:
        changes["subjects"] = tuple(Phrase(text=t, head=t) for t in answer.subjects if t.strip())
        if parsed.task == "free":
            changes["task"] = "subject"
    if not parsed.avoid and answer.avoid:
        changes["avoid"] = tuple(Phrase(text=t, head=t) for t in answer.avoid if t.strip())
    if parsed.tightness is Tightness.NORMAL:
        changes["tightness"] = answer.tightness
    if parsed.copy_space is None and isinstance(answer.copy_space, Side):
        changes["copy_space"] = CopySpace(side=answer.copy_space)
    if answer.read_back.strip():
        changes["read_back"] = answer.read_back.strip()
    still = {word.lower() for word in answer.unclear}
    changes["unclear"] = tuple(w for w in parsed.unclear if any(s in w.lower() for s in still if s))
    return parsed.model_copy(update=changes)


def analysis_from(answer: AnalysisAnswer, source: str) -> Analysis:
    """Return the analysis as the record that proposals, overlays and traces use."""
    return Analysis(
        source=source,
        scene=answer.scene,
        subjects=tuple(
            Evidence(kind=EvidenceKind.SUBJECT, box=s.box, source=source, phrase=s.name)
            for s in answer.subjects
        ),
        elements=tuple(
            ElementFinding(element=e.element, strength=e.strength, remark=e.remark)
            for e in answer.elements
        ),
        lines=tuple(Line(start=x.start, end=x.end, kind=x.kind) for x in answer.lines),
        distractions=tuple(
            Evidence(kind=EvidenceKind.AVOID, box=d.box, source=source, phrase=d.name)
            for d in answer.distractions
        ),
        focal_point=answer.focal_point,
        remark=answer.remark,
    )


def candidates_from(
    answers: Sequence[Proposals | QuickProposals], brief: Brief, source: str
) -> list[Candidate]:
    """Return the proposals of one or several samples as candidates, without near doubles.

    A model that would keep the photo proposes the whole of it, first or, when only some samples
    say so, among the others.
    """
    made: list[Candidate] = []

    def add(box: Box, reason: str, detail: str) -> None:
        if brief.intent.keep is False:
            box = _smaller_than(brief.view.size, box)
        if any(box.iou(known.box) >= SAME for known in made):
            return
        made.append(
            Candidate(
                id=f"m{brief.round}.{len(made)}",
                target=brief.target_index,
                box=box,
                provenance=Provenance(source=source, round=brief.round, detail=detail),
                reason=reason,
            )
        )

    for answer in answers:
        if answer.keep and brief.intent.keep is not False:
            add(Box.whole(), KEPT, "")
        for idea in answer.crops:
            served = str(idea.element) if idea.role is None else f"{idea.element}; {idea.role}"
            add(idea.box, idea.reason.strip(), served)
    return made


def _smaller_than(photo: Size, box: Box) -> Box:
    """Return the box, a pixel less a side where it comes to the whole photo: still a crop.

    Where the photo may not stay as it is, the whole of it would be no candidate at all.
    """
    if whole_pixels(box, photo).size != photo or min(photo.width, photo.height) < 2:
        return box
    return Box(x1=0, y1=0, x2=1 - 1 / photo.width, y2=1 - 1 / photo.height)


def settled(
    brief: Brief, chosen: Candidate, source: str, leaders: Sequence[Candidate] = ()
) -> Decision:
    """Return the decision for a candidate that needed no comparison, with its proposer's reason."""
    others = [c.id for c in leaders if c.id != chosen.id]
    verdict = Verdict.on(chosen.box)
    return Decision(
        target=brief.target_index,
        chosen=chosen.id,
        verdict=verdict,
        reasons=(
            chosen.reason
            or (KEPT if verdict is Verdict.KEEP else "It is the only crop that fits the request."),
        ),
        source=source,
        ranking=(chosen.id, *others),
    )


def merged(
    brief: Brief,
    leaders: Sequence[Candidate],
    ballots: Sequence[tuple[Sequence[Candidate], Any]],
    source: str,
) -> Decision:
    """Join the rankings of both orders by their places (Borda); ties go to the scores' order.

    A model that always likes the first picture gives every candidate the same sum, so its
    position bias decides nothing.
    """
    points: Counter[str] = Counter({leader.id: 0 for leader in leaders})
    reasons: dict[str, Sequence[str]] = {}
    for order, answer in ballots:
        letters = LETTERS[: len(order)]
        by_letter = dict(zip(letters, (candidate.id for candidate in order), strict=True))
        # The choice leads its own ranking even where the model contradicts itself.
        ranking = list(dict.fromkeys([answer.choice, *answer.ranking]))
        reasons[by_letter[answer.choice]] = answer.reasons
        for place, letter in enumerate(ranking):
            points[by_letter[letter]] += len(order) - place
    ranked = sorted(leaders, key=lambda leader: -points[leader.id])
    best = ranked[0]
    verdict = Verdict.on(best.box)
    told = [r.strip() for r in reasons.get(best.id, ()) if r.strip()]
    if not told:
        kept = KEPT if verdict is Verdict.KEEP else "Ranked best in both orders."
        told = [best.reason or kept]
    # Where the photo may stay as it is, that is the answer when no crop will do.
    if all(answer.reject for _, answer in ballots) and not any(
        leader.box == Box.whole() for leader in leaders
    ):
        verdict = Verdict.REJECT
    return Decision(
        target=brief.target_index,
        chosen=best.id,
        verdict=verdict,
        reasons=tuple(told),
        source=source,
        ranking=tuple(c.id for c in ranked),
    )
