"""The finder that ships, as one more source: what it may answer, and what it saw unasked."""

from collections.abc import Sequence

from cropsmith.tools.finder.answer import Answer, Thing, answer, things_of
from cropsmith.tools.finder.chances import LIKELY
from cropsmith.tools.finder.vocabulary import PERSON
from cropsmith.tools.photographer.opened_photo import FINDER_SIDE, View
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Phrase

NANODET = "nanodet"
"""Who found it, as written into the evidence."""

SAME = 0.5
"""IoU above which a thing is one that was named."""

POSSIBLE = 0.2
"""Chance from which a thing may lead a photo: on the labelled photos of docs/reports/grounding.md
the largest and surest box from here is the largest thing in .76, the largest likely one in .63."""


def ask(view: View, phrase: Phrase) -> Answer:
    """Return what a phrase means among the things that the finder sees on the photo."""
    return answer(phrase, view.things, view.pixels(FINDER_SIDE))


def usable(kind: EvidenceKind, phrase: Phrase, given: Answer, heard: bool) -> Sequence[Evidence]:
    """Return the evidence of an answer that counts.

    Who names a thing says that it is there: then the best box counts however unsure. If another
    finder has looked (`heard`), or if several unnumbered things are to go ("without people"), a
    box must be likelier right than wrong.
    """
    several = kind is EvidenceKind.AVOID and given.many
    least = LIKELY if heard or several else 0.0
    return [
        _evidence(kind, phrase.text, one).model_copy(update={"guessed": given.rivals > 0})
        for one in given.things
        if one.chance >= least
    ]


def guess(kind: EvidenceKind, phrase: Phrase, given: Answer) -> Sequence[Evidence]:
    """Return the finder's best box that did not count, or nothing."""
    return [_evidence(kind, phrase.text, one) for one in given.things[:1]]


def cannot_tell(phrase: Phrase, people: int) -> str:
    """Return the note on a person whom a picture alone does not tell from others."""
    return (
        f"There are {people} people in view, and which of them is “{phrase.text}” cannot be told:"
        " say where, as in “the man on the left”."
    )


def bystanders(view: View, named: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the people and things that are likely there and that nobody named, best first.

    The one that leads, the largest and surest, is among them even if it is less than likely.
    """
    free = [
        one
        for one in things_of(view.things, POSSIBLE)
        if not any(_same(one.box, other.box) for other in named)
    ]
    lead = max(free, key=lambda one: one.box.area * one.chance, default=None)
    return tuple(
        _evidence(_kind(one), "", one) for one in free if one is lead or one.chance >= LIKELY
    )


def _kind(one: Thing) -> EvidenceKind:
    """Return a likely person, or a thing: a shot of somebody unlikely would be of nobody."""
    person = one.label == PERSON and one.chance >= LIKELY
    return EvidenceKind.PERSON if person else EvidenceKind.THING


def _same(one: Box, other: Box) -> bool:
    return one.iou(other) > SAME or other.contains(one)


def _evidence(kind: EvidenceKind, phrase: str, thing: Thing) -> Evidence:
    return Evidence(
        kind=kind,
        box=thing.box,
        source=NANODET,
        phrase=phrase,
        confidence=thing.chance,
        label=thing.label,
    )
