"""What the answer to each argued question is, from people's crops and from what was measured.

No sentence claims what neither a person nor a measurement said.
"""

from collections import Counter
from collections.abc import Sequence

from pydantic import BaseModel

from cropsmith.agents.minds.argued.answers import (
    LETTERS,
    AnalysisAnswer,
    CropIdea,
    ElementSeen,
    LineSeen,
    Proposals,
    Seen,
    choice_among,
)
from cropsmith.agents.minds.argued.roles import AskedRole
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.tools.explain.changes import in_words
from cropsmith.tools.finder.answer import things_of
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.photographer.roles import CLOSE, WIDE
from cropsmith.tools.schema.evidence import Analysis, Element
from cropsmith.tools.schema.geometry import Box, Point
from cropsmith.tools.schema.result import Verdict
from cropsmith.tools.scorers.measures import measured

SURE = 0.5
"""Chance from which a thing that the finder found is named."""

ASIDE = 0.08
"""Distance from a third of the crop's width within which the focal point stands on it."""

DIFFERENT = 0.9
"""IoU from which two proposals are too much alike."""

LINES = ("horizon", "leading", "vertical", "diagonal", "axis")
SENTENCE = 240
"""Characters that a sentence of an answer may have."""


def analysis_of(view: View, analysis: Analysis, subject: Box | None = None) -> AnalysisAnswer:
    """Return a measured analysis as the record that a model is asked for."""
    things = things_of(view.things, SURE)
    seen = [Seen(name=thing.label, box=thing.box) for thing in things]
    if subject is not None:
        known = next((s.name for s in seen if s.box.iou(subject) >= 0.5), "subject")
        seen = [
            Seen(name=known, box=subject),
            *(s for s in seen if s.box.iou(subject) < 0.5),
        ]
    counts = Counter(thing.label for thing in things)
    named = ", ".join(f"{name} ({n})" if n > 1 else name for name, n in counts.most_common(5))
    strongest = analysis.elements[0].element if analysis.elements else None
    return AnalysisAnswer(
        scene=f"A photograph with: {named}."
        if named
        else "A photograph without common things that stand out.",
        subjects=seen[:5],
        elements=[
            ElementSeen(
                element=found.element,
                remark=found.remark or "measured over the whole photograph",
                strength=found.strength,
            )
            for found in analysis.elements[:5]
        ],
        lines=[
            LineSeen.model_validate(line.model_dump())
            for line in analysis.lines
            if line.kind in LINES
        ][:4],
        distractions=[],
        focal_point=analysis.focal_point or Point(x=0.5, y=0.5),
        remark=f"A crop should keep what makes the {strongest} clear."
        if strongest
        else "No composition element is clear yet; a crop could bring one out.",
    )


def proposals_of(
    brief: Brief,
    experts: Sequence[Box],
    others: Sequence[Box],
    roles: Sequence[AskedRole],
    preference: Preference,
    keep: bool = False,
) -> Proposals:
    """Return the experts' best crop first, then others of roles that are still open.

    Each names the element that rises most in it, and why, as measured. `roles` are those asked.
    """
    first = Box.whole() if keep else next(iter([*experts, *others]))
    chosen, open_ = [(first, _role_of(brief, first, roles) or roles[-1])], list(roles)
    open_.remove(chosen[0][1])
    for box in () if keep else others:
        if len(chosen) == len(roles) or any(box.iou(known) >= DIFFERENT for known, _ in chosen):
            continue
        if role := _role_of(brief, box, open_):
            open_.remove(role)
            chosen.append((box, role))
    before = measured(brief.view, Box.whole())
    ideas = []
    for box, role in chosen:
        after = measured(brief.view, box)
        element = max(after, key=lambda name: (after[name] - before[name], after[name]))
        reason = reasons(brief, box, preference)[0]
        ideas.append(CropIdea(role=role, element=Element(element), reason=reason, box=box))
    return Proposals(crops=ideas, keep=keep)


def choice_of(
    brief: Brief,
    boxes: Sequence[Box],
    worth: Sequence[float],
    preference: Preference,
    *,
    reject: bool = False,
) -> BaseModel:
    """Return the choice of the box of most worth, lettered in the order given; ties to the first.

    `worth` (N,) in [0, 1].
    """
    order = sorted(range(len(boxes)), key=lambda at: -worth[at])
    best = order[0]
    ranking = [LETTERS[at] for at in order]
    told = [f"{LETTERS[at]}: {_cut(boxes[at])}" for at in order[:3]]
    why = reasons(brief, boxes[best], preference)
    if reject:
        why = ["None of these crops makes a picture of it."]
    return choice_among(len(boxes)).model_validate(
        {
            "comparison": " ".join(told),
            "ranking": ranking,
            "choice": ranking[0],
            "reject": reject,
            "reasons": why[:3],
        }
    )


def preferred(boxes: Sequence[Box], liked: int) -> BaseModel:
    """Return the choice of one of two boxes; the other choice is the same but for the letters.

    The words stay equal, so that a preference is about the pictures and never about the telling.
    """
    first, second = LETTERS[liked], LETTERS[1 - liked]
    told = " ".join(f"{letter}: {_cut(box)}" for letter, box in zip(LETTERS, boxes, strict=False))
    return choice_among(2).model_validate(
        {
            "comparison": told,
            "ranking": [first, second],
            "choice": first,
            "reject": False,
            "reasons": ["It is the better picture of the two."],
        }
    )


def reasons(brief: Brief, box: Box, preference: Preference) -> Sequence[str]:
    """Return why a crop is good as measured, each within the bounds of an answer."""
    told = brief.reasons(box, preference, Verdict.on(box))
    return [reason[:SENTENCE] for reason in told]


def _cut(box: Box) -> str:
    return in_words(box) or "Cuts nothing away."


def _role_of(brief: Brief, box: Box, open_: Sequence[AskedRole]) -> AskedRole | None:
    """Return the role that a crop fills, of those still open; None where it fills none."""
    focal = brief.view.sight.focal_point
    across = (focal.x - box.x1) / box.width
    share = box.area / _largest(brief)
    fits = {
        AskedRole.AS_IT_IS: box == Box.whole(),
        AskedRole.ESTABLISHING: share >= WIDE,
        AskedRole.CLOSE_UP: share <= CLOSE,
        AskedRole.LEFT_THIRD: abs(across - 1 / 3) <= ASIDE,
        AskedRole.RIGHT_THIRD: abs(across - 2 / 3) <= ASIDE,
        AskedRole.MEDIUM: CLOSE < share < WIDE,
        AskedRole.ANOTHER: True,
    }
    return next((role for role, fit in fits.items() if fit and role in open_), None)


def _largest(brief: Brief) -> float:
    """Return the share of the photo that the largest crop of the asked shape has."""
    if brief.ratio is None:
        return 1.0
    shape = brief.ratio * brief.view.size.height / brief.view.size.width
    return min(shape, 1 / shape)
