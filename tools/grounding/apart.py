"""What is to go, told from the subject itself: "the red parrot without the blue one"."""

from collections.abc import Sequence
from dataclasses import dataclass

from cropsmith.tools.constraints.calling import NAMES, spoken
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind

SAME = 0.5
"""IoU with a subject's box above which what is to go is the subject."""


@dataclass(frozen=True)
class Apart:
    """What was found, without what would leave out the subject."""

    found: tuple[Evidence, ...]
    unsure: tuple[str, ...] = ()
    """Phrases of what was to go of which nothing else is left."""
    told: tuple[str, ...] = ()


def apart_from_subject(found: Sequence[Evidence]) -> Apart:
    """Return what was found without the boxes to leave out that are a subject's own.

    Of "the people" the others stay to be left out; where nothing else is left, a note says so.
    """
    subjects = [one for one in found if one.kind is EvidenceKind.SUBJECT]
    own = {
        at: subject
        for at, one in enumerate(found)
        if one.kind is EvidenceKind.AVOID
        for subject in subjects
        if one.box.iou(subject.box) > SAME
    }
    kept = tuple(one for at, one in enumerate(found) if at not in own)
    left = {one.phrase for one in kept if one.kind is EvidenceKind.AVOID}
    lost = {
        found[at].phrase: (found[at], subject)
        for at, subject in own.items()
        if found[at].phrase not in left
    }
    return Apart(
        kept,
        tuple(lost),
        tuple(
            f"“{phrase}” cannot be {_how(one, subject)} {_name(subject)}, so nothing was left out"
            " for it."
            for phrase, (one, subject) in lost.items()
        ),
    )


def _how(one: Evidence, subject: Evidence) -> str:
    """Return what nobody can do: tell two of a kind apart, or part a chair from who sits on it."""
    return "told from" if one.label == subject.label else "parted from"


def _name(subject: Evidence) -> str:
    return spoken(subject.phrase) if subject.phrase else NAMES[EvidenceKind.SUBJECT]
