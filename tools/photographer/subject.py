"""What a photo is about: the named things, else people, else the largest thing, else what stands
out."""

from collections.abc import Sequence
from dataclasses import dataclass

from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box, Point
from cropsmith.tools.vision.faces import is_certain

SURE = 0.5
"""Chance from which a thing that nobody named is spoken of."""
STAND_IN = "saliency"
"""The source of a subject that was not found but only stands out."""


@dataclass(frozen=True)
class Subject:
    """What a photo is about."""

    found: tuple[Evidence, ...]
    """One at least, the most important first."""
    sure: bool
    """Whether somebody found it, so that words may speak of it; else it merely stands out."""

    @property
    def box(self) -> Box:
        """The smallest box around all of it."""
        return self.found[0].box.union(*(e.box for e in self.found[1:]))

    @property
    def focus(self) -> Point:
        """The point to look at, which lies on one of the things and never between two."""
        if len(self.found) == 1:
            return self.found[0].middle
        centre = self.box.centre
        if any(_holds(e.box, centre) for e in self.found):
            return centre
        return max(self.found, key=lambda e: e.box.area).middle


def subject_of(evidence: Sequence[Evidence], sight: Sight) -> Subject | None:
    """Return what the photo is about; None where nothing stands out."""
    named = tuple(e for e in evidence if e.kind is EvidenceKind.SUBJECT)
    if named:
        return Subject(named, sure=any(e.source != STAND_IN for e in named))
    faces = tuple(face for face in sight.faces if is_certain(face))
    if faces:
        return Subject(faces, sure=True)
    people = sure_of(evidence, EvidenceKind.PERSON)
    if people:
        return Subject(people, sure=True)
    things = sure_of(evidence, EvidenceKind.THING)
    if things:
        return Subject(things[:1], sure=True)
    return None if sight.salient is None else Subject((sight.salient,), sure=False)


def sure_of(evidence: Sequence[Evidence], kind: EvidenceKind) -> tuple[Evidence, ...]:
    """Return what was found of a kind with a chance of SURE, largest first."""
    found = [e for e in evidence if e.kind is kind and (e.confidence or 0.0) >= SURE]
    return tuple(sorted(found, key=lambda e: -e.box.area))


def focal_point(evidence: Sequence[Evidence], sight: Sight) -> Point:
    """Return the point that the photo is about."""
    subject = subject_of(evidence, sight)
    return subject.focus if subject is not None and subject.sure else sight.focal_point


def _holds(box: Box, point: Point) -> bool:
    return box.x1 <= point.x <= box.x2 and box.y1 <= point.y <= box.y2
