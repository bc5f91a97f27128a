"""What is placed in the crop: the subject, else the people, else what the eye goes to."""

from collections.abc import Sequence
from dataclasses import dataclass

from cropsmith.tools.constraints.calling import called
from cropsmith.tools.constraints.must_stay import is_within, room_of_doubt
from cropsmith.tools.framing.people import Person
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box, Size

UNNAMED = "the main subject"


@dataclass(frozen=True)
class Anchor:
    """A box of the photo and what to call it in a sentence."""

    box: Box
    name: str
    """With its article: "the lighthouse"."""
    person: Person | None = None
    """The person it is, when it is a single one."""
    doubt: float = 0.0
    """Room on every side that the crop must keep for a doubt, as a share of its own sides."""


def anchor_of(evidence: Sequence[Evidence], people: Sequence[Person], image: Size) -> Anchor | None:
    """Return what a placement speaks of; None where nothing at all stands out.

    `people` are those whom the request means, the largest head first. What is to go is never it.
    """
    subjects = [e for e in evidence if e.kind is EvidenceKind.SUBJECT]
    if subjects:
        box = subjects[0].box.union(*(e.box for e in subjects[1:]))
        said = dict.fromkeys(called(e) for e in subjects if e.phrase)
        name = " and ".join(said) or UNNAMED
        doubt = max(room_of_doubt(e) for e in subjects)
        return Anchor(box, name, people[0] if len(people) == 1 else None, doubt)
    if people:
        boxes = [_found(person, image) for person in people]
        name = "the person" if len(people) == 1 else "the people"
        only = people[0] if len(people) == 1 else None
        return Anchor(boxes[0].union(*boxes[1:]), name, only)
    gone = [e.box for e in evidence if e.kind is EvidenceKind.AVOID]
    staying = [e for e in evidence if not any(is_within(e.box, box) for box in gone)]
    things = [e for e in staying if e.kind is EvidenceKind.THING]
    if things:
        # The surest and largest: a cup that is certain is not what a photo of a dog is about.
        main = max(things, key=lambda e: e.box.area * (e.confidence or 0.5))
        return Anchor(main.box, f"the {main.label}" if main.label else UNNAMED)
    standing = [e for e in staying if e.kind is EvidenceKind.SALIENT]
    return Anchor(standing[0].box, UNNAMED) if standing else None


def _found(person: Person, image: Size) -> Box:
    """Return the body, or, where only a face was found, the head."""
    return person.whole(image) if person.body is not None else person.head.box(image)
