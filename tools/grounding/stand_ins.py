"""The main subject of a photo, in the place of what was named and not found."""

from collections.abc import Sequence

from cropsmith.tools.finder.chances import LIKELY
from cropsmith.tools.finder.vocabulary import PERSON
from cropsmith.tools.grounding.queries import names_people
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent, Phrase

MAIN = 0.02
"""Share of the photo from which a thing may be its main subject."""

STANDS_OUT = 0.16
"""Chance that what stands out is the main subject: its box matches the largest thing (IoU of at
least one half) in so many of the photos of docs/reports/grounding.md."""

GONE = 0.5
"""Share of a box from which it is mostly another."""

PEOPLE = (EvidenceKind.FACE, EvidenceKind.PERSON)


def stand_ins(
    intent: Intent, found: Grounding, evidence: Sequence[Evidence]
) -> tuple[Evidence, ...]:
    """Return the main subject for each subject that was not found.

    Not for a person whom nobody can tell from the others: any choice among them would be a guess.
    What is to go, or may be that, never stands in.
    """
    wanted = [p for p in intent.subjects if p.text in found.missing and p.text not in found.unsure]
    staying = _staying(intent, found, evidence)
    standing = [_stand_in(phrase, staying) for phrase in wanted]
    return tuple(one for one in standing if one is not None)


def _staying(intent: Intent, found: Grounding, evidence: Sequence[Evidence]) -> Sequence[Evidence]:
    """Return the evidence without what is to go, and without what may be it where nobody knows."""
    gone = [one.box for one in found.found if one.kind is EvidenceKind.AVOID]
    gone += intent.keep_out
    staying = [one for one in evidence if not any(_is_of(one.box, box) for box in gone)]
    lost = [phrase for phrase in intent.avoid if phrase.text in found.missing]
    if any(names_people(phrase) for phrase in lost):
        staying = [one for one in staying if one.kind not in PEOPLE and one.label != PERSON]
    if any(phrase.text in (*found.beyond, *found.unsure) for phrase in lost):
        staying = [one for one in staying if one.kind is not EvidenceKind.SALIENT]
    return staying


def _is_of(one: Box, gone: Box) -> bool:
    """Tell whether a thing may be what is to go: most of it is that."""
    return one.overlap(gone) > GONE * one.area


def _stand_in(phrase: Phrase, evidence: Sequence[Evidence]) -> Evidence | None:
    """Return the main subject in the place of a thing that was not found.

    For a person the largest face; else the largest likely thing, if it takes enough of the photo;
    else what stands out; None where nothing does. Its confidence is that of being the main subject.
    """
    faces = [one for one in evidence if one.kind is EvidenceKind.FACE]
    seen = (EvidenceKind.THING, EvidenceKind.PERSON)
    large = [
        one
        for one in evidence
        if one.kind in seen and one.box.area >= MAIN and (one.confidence or 0.0) >= LIKELY
    ]
    out = [one for one in evidence if one.kind is EvidenceKind.SALIENT]
    main = (faces if names_people(phrase) else []) or large or out
    if not main:
        return None
    chosen = max(main, key=lambda one: one.box.area)
    update = {"kind": EvidenceKind.SUBJECT, "phrase": phrase.text, "guessed": True}
    if chosen.kind is EvidenceKind.SALIENT:
        return chosen.model_copy(update={**update, "confidence": STANDS_OUT})
    if chosen.kind is EvidenceKind.FACE:
        # The finder was sure of a face, not of this being the person who was named.
        return chosen.model_copy(update={**update, "confidence": None})
    return chosen.model_copy(update=update)
