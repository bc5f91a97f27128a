"""When no crop of the photo has what was asked: the nearest thing that works, and why it is not.

A wish that excludes another by itself is an error of the request, told before anything is looked
at. Wishes that only this photo cannot meet together end here: an answer, for every mind.
"""

from collections.abc import Sequence

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.sources.known import known_of
from cropsmith.errors import Infeasible
from cropsmith.tools.constraints.best_first import search
from cropsmith.tools.constraints.from_intent import check_all, least_picture
from cropsmith.tools.constraints.kinds import Constraint, Inside, touched, with_target
from cropsmith.tools.constraints.must_stay import must_stay
from cropsmith.tools.constraints.relaxation import Conflict
from cropsmith.tools.constraints.things import Excludes
from cropsmith.tools.explain.naming import Named, avoided, is_doubtful
from cropsmith.tools.explain.shortfalls import MOSTLY, most_inside
from cropsmith.tools.photographer.subject import sure_of
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.evidence import EvidenceKind
from cropsmith.tools.schema.geometry import Box, PixelBox
from cropsmith.tools.schema.request import Target
from cropsmith.tools.schema.result import Decision, Verdict

WITHIN = 0.3
"""Share of what is to go inside the subject's own box above which no crop could part them."""
INSIDE, FILLS = 0.9, 0.3
"""Share of a person inside, and of the crop that they take, from which the crop is of them."""
NEAREST = "nearest"
"""The source of candidates that lack something asked."""
WHERE = "Say where, as in “the man on the left”."


def nearest_to(
    brief: Brief, drafts: Sequence[Candidate], refused: Infeasible
) -> Sequence[Candidate]:
    """Return the drafts in whole pixels, as near to the request as the photo allows.

    Each says why it is not what was asked. What can hold is held: the relaxation of a `Conflict`,
    else the shape alone.
    """
    target, size = brief.target, brief.view.size
    shape = with_target((), target, brief.intent.upscale)
    rules: Sequence[Constraint] = refused.relaxed if isinstance(refused, Conflict) else shape
    found: dict[PixelBox, None] = {}
    for draft in drafts:
        if (pixels := search(draft.box, None, rules, size)) is not None:
            found.setdefault(pixels)
    if not found:
        raise refused
    return [
        Candidate(
            id=f"{brief.target_index}.{brief.round}.{number}",
            target=brief.target_index,
            box=pixels.normalised(size),
            provenance=Provenance(source=NEAREST, round=brief.round, detail=refused.hint),
            reason=refused.message,
            checks=check_all(pixels, rules),
        )
        for number, pixels in enumerate(found)
    ]


def is_rejected(brief: Brief) -> bool:
    """Tell whether all that there is for a shape lacks something asked."""
    return bool(brief.earlier) and all(c.proposed_by(NEAREST) for c in brief.earlier)


def with_rejection(brief: Brief, decided: Decision) -> Decision:
    """Return the decision, turned into a rejection where its crop shows most of what was to go.

    Who asks for a photo without the car does not want one of the car. Where nobody is sure that it
    is the car, or it reaches into what the crop is about, a note says so instead; but a crop of one
    person is not without a woman whom nobody can tell from the others.
    """
    chosen = next((c for c in brief.earlier if c.id == decided.chosen), None)
    if chosen is None or decided.verdict is Verdict.REJECT:
        return decided
    if reasons := _of_one_of_many(brief, chosen.box):
        return decided.model_copy(update={"verdict": Verdict.REJECT, "reasons": reasons})
    about = [one.box for one in brief.seen if one.kind is EvidenceKind.SUBJECT]
    sure = [
        one
        for one in brief.seen
        if one.kind is EvidenceKind.AVOID
        and not (one.guessed or is_doubtful(one))
        and not any(one.box.overlap(box) > WITHIN * one.box.area for box in about)
    ]
    shown = [n for n in avoided(sure) if most_inside(n, chosen.box) > MOSTLY]
    if not shown:
        return decided
    names = " and ".join(named.name for named in shown)
    one = len(shown) == 1 and not shown[0].plural
    of = "it still shows" if one else "them still show"
    why = f"No crop of this photo leaves out {names}: in the nearest one most of {of}."
    update = {"verdict": Verdict.REJECT, "reasons": (why, _works_without(brief, shown))}
    return decided.model_copy(update=update)


def _of_one_of_many(brief: Brief, box: Box) -> tuple[str, ...]:
    """Return why a crop of one person may be of the very one who is to go; nothing if it is not."""
    gone = [p.text for p in brief.intent.avoid if p.text in brief.grounding.unsure]
    large = [
        one
        for one in sure_of(brief.seen, EvidenceKind.PERSON)
        if (shows := one.box.overlap(box)) >= INSIDE * one.box.area and shows >= FILLS * box.area
    ]
    if not gone or not large:
        return ()
    who = f"nobody can tell which of the people is “{gone[0]}”"
    return f"In the nearest crop one person fills much, and {who}.", WHERE


def _works_without(brief: Brief, shown: Sequence[Named]) -> str:
    """Return what would have to yield, a sentence: where a subject is named, that they are out."""
    if must_stay(brief.intent, known_of(brief)).named:
        return f"It works with {' and '.join(named.name for named in shown)} in the picture."
    size = brief.view.size
    out = [Excludes(touched(box, size), n.name) for n in shown for box in n.boxes]

    def works(target: Target) -> bool:
        least = least_picture(target, size)
        rules = with_target([Inside(size), *out, least], target, brief.intent.upscale)
        return search(Box.whole(), None, rules, size) is not None

    if works(brief.target):
        kept = [t.what for t in must_stay(brief.intent, known_of(brief)).things]
        rest = " and ".join(dict.fromkeys(kept[:2])) or "the rest of what was asked"
        return f"It works without {rest}."
    if brief.target != Target() and works(Target()):
        return "It works in another shape."
    return "Nothing but a small part of the photo is free of it."


def rejected(brief: Brief) -> Decision | None:
    """Return the decision that no crop answers the request; None where one may."""
    if not is_rejected(brief):
        return None
    best = brief.earlier[0]
    return Decision(
        target=brief.target_index,
        chosen=best.id,
        verdict=Verdict.REJECT,
        reasons=tuple(filter(None, (best.reason, best.provenance.detail))),
        source="request",
        ranking=tuple(candidate.id for candidate in brief.earlier),
    )
