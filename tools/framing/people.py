"""Who is in the photo, and which of them a request means."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cropsmith.tools.framing.heads import FIGURE, Head, head_of, head_on
from cropsmith.tools.grounding.doubt import is_guess
from cropsmith.tools.grounding.queries import names_people
from cropsmith.tools.language.positions import plural, resolve
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box, Size, as_array
from cropsmith.tools.schema.request import Intent, Phrase, Shot

SAME = 0.5
"""IoU from which two boxes of bodies are of one person."""
TOGETHER = 0.6
"""Height of a head, as a share of the largest, from which people are shown together."""
COLLECTIVE = {
    "couple", "family", "group", "pair", "team", "crowd", "band", "class", "everybody", "everyone",
}  # fmt: skip
"""Nouns of one box with several people in it."""
UNSEEN = "saliency"
"""The source of a subject that stands in for what was not found: nobody in particular."""


@dataclass(frozen=True)
class Person:
    """A face, a body, or both, of one person."""

    head: Head
    face: Evidence | None = None
    body: Evidence | None = None

    def whole(self, image: Size) -> Box:
        """Return head and body together; without a body, what a standing figure would take."""
        head = self.head.box(image)
        if self.body is not None:
            return self.body.box.union(head)
        tall, half = FIGURE * self.head.height, self.head.height
        low = min(1.0, (self.head.crown + tall) / image.height)
        left, right = (
            (self.head.middle - half) / image.width,
            (self.head.middle + half) / image.width,
        )
        return head.union(Box.of((left, head.y1, right, low)))


def people_in(evidence: Sequence[Evidence], image: Size) -> list[Person]:
    """Return everybody who was found, the largest head first; each face goes to one body.

    Not who is to be left out: a shot is of somebody else.
    """
    faces = [e for e in evidence if e.kind is EvidenceKind.FACE]
    bodies = [*_bodies(evidence, faces), *filter(_is_unwanted, evidence)]
    people: list[Person] = []
    taken: set[int] = set()
    for face in sorted(faces, key=lambda f: -f.box.area):
        mine = [i for i, b in enumerate(bodies) if i not in taken and _owns(b.box, face.box)]
        best = min(mine, key=lambda i: bodies[i].box.area, default=None)
        if best is not None:
            taken.add(best)
        body = None if best is None else bodies[best]
        people.append(Person(head_of(face.box, image), face, body))
    for index, body in enumerate(bodies):
        if index not in taken:
            people.append(Person(head_on(body.box, image), None, body))
    people = [one for one in people if one.body is None or not _is_unwanted(one.body)]
    return sorted(people, key=lambda person: -person.head.height)


def _is_unwanted(one: Evidence) -> bool:
    """Tell whether it is a person who is to be left out."""
    named = one.label == "person" or names_people(Phrase(text=one.phrase, head=one.phrase))
    return one.kind is EvidenceKind.AVOID and named


def meant(intent: Intent, people: Sequence[Person], evidence: Sequence[Evidence]) -> list[Person]:
    """Return the people whom the request's subjects name; all of them when it names none.

    A subject that was found takes the people in its box. One that was not, while faces were, is
    resolved over the heads by its words: "the man on the left". None when it names something else.
    Where somebody is only guessed to be the one, it is everybody: whoever is meant is among them.
    Not where others are to go: then the one who was guessed is all that is left.
    """
    subjects = [e for e in evidence if e.kind is EvidenceKind.SUBJECT and e.source != UNSEEN]
    chosen = [person for subject in subjects for person in _in(subject, people)]
    found = {subject.phrase for subject in subjects}
    heads = as_array(_seen(person) for person in people)
    for phrase in intent.subjects:
        if phrase.text not in found and names_people(phrase) and people:
            sizes = np.array([person.head.height for person in people])
            chosen += [people[i] for i in resolve(phrase, heads, sizes)]
    others_go = any(e.kind is EvidenceKind.AVOID and e.label == "person" for e in evidence)
    if chosen and not others_go and any(is_guess(subject) for subject in subjects):
        return list(people)
    if chosen or intent.subjects or subjects:
        return [person for person in people if person in chosen]
    return list(people)


def shown(shot: Shot, people: Sequence[Person], *, named: bool) -> list[Person]:
    """Return whom a shot shows of those meant: one for a headshot, else those of like size."""
    if not people or shot is Shot.GROUP or named:
        return list(people)
    if shot in (Shot.HEADSHOT, Shot.PASSPORT):
        return [people[0]]
    return [p for p in people if p.head.height >= TOGETHER * people[0].head.height]


def _seen(person: Person) -> Box:
    """Return the box that was found, the face's first."""
    found = person.face or person.body
    if found is None:
        raise ValueError("a person needs a face or a body")
    return found.box


def _bodies(evidence: Sequence[Evidence], faces: Sequence[Evidence]) -> list[Evidence]:
    """Return the boxes of whole people: a named subject is one when it was labelled so."""
    bodies = [e for e in evidence if e.kind is EvidenceKind.PERSON]
    for one in evidence:
        named = one.kind is EvidenceKind.SUBJECT and one.source != UNSEEN
        person = one.label == "person" or any(_owns(one.box, face.box) for face in faces)
        if (
            named
            and person
            and not _several(one)
            and all(one.box.iou(b.box) < SAME for b in bodies)
        ):
            bodies.append(one)
    return bodies


def _owns(body: Box, face: Box) -> bool:
    """Tell whether a face sits on a body: in its upper part, and no wider than it."""
    middle = face.centre
    across = body.x1 <= middle.x <= body.x2
    down = body.y1 - 0.3 * face.height <= middle.y <= body.y1 + max(0.6 * body.height, face.height)
    return across and down and face.area < body.area and face.width <= 1.2 * body.width


def _in(subject: Evidence, people: Sequence[Person]) -> list[Person]:
    """Return who a subject's box shows: the body most like it, else the largest face there.

    "The couple" is everybody whose face is in the box.
    """
    box = subject.box
    alike = [p for p in people if p.body is not None and p.body.box.iou(box) >= SAME]
    if alike and not _several(subject):
        return [max(alike, key=lambda p: p.body.box.iou(box) if p.body else 0.0)]
    there = [
        p
        for p in people
        if p.face is not None and (_owns(box, p.face.box) or box.iou(p.face.box) >= SAME / 2)
    ]
    return there if _several(subject) else there[:1]


def _several(subject: Evidence) -> bool:
    """Tell whether one box of these words shows several people."""
    return plural(subject.phrase) or bool(COLLECTIVE & {*subject.phrase.lower().split()})
