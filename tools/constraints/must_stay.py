"""What must stay in every crop: what the request names, else faces and people, else what leads."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from cropsmith.tools.constraints.calling import DOUBTFUL, NAMES, called
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent, NeverCut, Placement, Shot, Tightness
from cropsmith.tools.schema.values import Value

FACE_ROOM = 0.1
"""Room on every side of a face, as a share of its own sides: finders draw faces tightly."""
HAIR_ROOM = 0.45
"""Room above a face, in its heights: a crop through the hair looks like a cut head."""
NAMED_ROOM = 0.05
"""Room on every side of what is named: a thing that touches the frame looks cut."""
SMALLEST_FACE = 1 / 30
"""Share of the photo's height below which a face is one of the crowd."""
MOST_FACES = 12
"""Faces that bind: the largest of a crowd stand for it."""
DOUBT_ROOM = 0.25
"""Room on every side of a box of no chance at all, as a share of its own sides."""
WITHIN = 0.5
"""Share of a thing inside another from which it belongs to it."""
LEAST_LEADING = 0.02
"""Share of the photo below which a thing that nobody named is not what the photo is about."""
PEOPLE_FIRST = 2.0
"""Times its area that a person counts, beside things that nobody named."""
HEAD = 0.2
"""Share of a standing person's height that the head takes, with some air."""

PROTECTED = {
    NeverCut.SUBJECT: EvidenceKind.SUBJECT,
    NeverCut.FACES: EvidenceKind.FACE,
    NeverCut.PEOPLE: EvidenceKind.PERSON,
    NeverCut.TEXT: EvidenceKind.TEXT,
}
SOLID = (EvidenceKind.THING, EvidenceKind.PERSON)
"""What stands out of itself, beside what merely draws the eye."""
CLOSE = (Shot.HEADSHOT, Shot.PORTRAIT, Shot.HALF_BODY, Shot.PASSPORT)
"""Shots that show no whole person: the face is what must stay."""


class Because(StrEnum):
    """Why something must stay."""

    NAMED = "named"
    """The request names it, shows it or points to it."""
    NEVER_CUT = "never cut"
    """The request says never to cut things of its kind."""
    FACE = "face"
    """A face, which binds every crop."""
    MAIN = "main"
    """Nothing is named: it is what the photo is about."""


class Staying(Value):
    """One thing that must stay."""

    what: str
    """What to call it within a sentence: "the dog", "a face"."""
    box: Box
    """As it was found."""
    room: Box
    """What should be inside: the box with the room that its kind or a doubt asks for."""
    heart: Box | None = None
    """What of it stays where the whole does not fit; None for its middle."""
    heart_name: str = "middle"
    because: Because
    kind: EvidenceKind

    @property
    def asked(self) -> bool:
        """Whether the request speaks of it."""
        return self.because in (Because.NAMED, Because.NEVER_CUT)


class MustStay(Value):
    """Everything that must stay in every crop of a photo, the most important first."""

    things: tuple[Staying, ...] = ()

    def because(self, *reasons: Because) -> tuple[Staying, ...]:
        """Return what must stay for one of these reasons."""
        return tuple(thing for thing in self.things if thing.because in reasons)

    @property
    def named(self) -> tuple[Staying, ...]:
        """What the request names."""
        return self.because(Because.NAMED)


def must_stay(intent: Intent, evidence: Iterable[Evidence]) -> MustStay:
    """Return what must stay in every crop, from all that was found.

    Named things come first, in the order named; then what is never to be cut, the largest first.
    With nothing named, the faces, and, where another wish could push it out, the thing that leads.
    What lies within something to leave out does not count, and a close shot is of the face.
    """
    found = list(evidence)
    unwanted = [one.box for one in found if one.kind is EvidenceKind.AVOID]
    faces = _faces(found, unwanted)
    # A face before the umbrella that is to go is still the face of whoever was named.
    things = _named(intent, found, list(dict.fromkeys((*faces, *_faces(found, ())))))
    subjects = [thing.box for thing in things]
    things += _protected(intent, found, faces, subjects)
    if not subjects:
        rest = [_face(face) for face in faces if all(face.box != one.box for one in things)]
        # A shot of somebody is about nothing else.
        shown = intent.shot and any(one.kind is EvidenceKind.SUBJECT for one in found)
        leading = None if shown else _leading(found, unwanted, faces, _pushing(intent))
        # A person is the face's own; any other thing comes after the faces.
        first = leading is not None and leading.heart is not None
        main = [] if leading is None else [leading]
        things += [*main, *rest] if first else [*rest, *main]
    if intent.passport is not None:
        # The rule says itself how much air there is above the head.
        things = [one.model_copy(update={"room": one.box, "heart": None}) for one in things]
    return MustStay(things=tuple(things))


def bystanders(stay: MustStay, evidence: Iterable[Evidence]) -> list[Evidence]:
    """Return the faces that need not be inside, since something else was named."""
    if not stay.named:
        return []
    found = list(evidence)
    known = [thing.box for thing in stay.things]
    unwanted = [one.box for one in found if one.kind is EvidenceKind.AVOID]
    return [face for face in _faces(found, unwanted) if face.box not in known]


def roomy(box: Box, room: float) -> Box:
    """Return the box with room on every side, a share of its own sides, within the photo."""
    x, y = room * box.width, room * box.height
    return Box.of((box.x1 - x, box.y1 - y, box.x2 + x, box.y2 + y))


def room_of_doubt(one: Evidence) -> float:
    """Return the room on every side that a doubtful box asks for, as a share of its own sides."""
    return DOUBT_ROOM * max(0.0, 1 - one.sure / DOUBTFUL)


def is_within(inner: Box, outer: Box) -> bool:
    """Tell whether a box belongs to another: half of it lies inside."""
    return inner.overlap(outer) >= WITHIN * inner.area


def _faces(found: Sequence[Evidence], unwanted: Sequence[Box]) -> list[Evidence]:
    """Return the faces that count: those that are likely first, then doubtful ones, then heads.

    Of each the largest first. A head is where a person's face should be: it has that label.
    """
    faces = [
        one
        for one in found
        if one.kind is EvidenceKind.FACE
        and one.box.height >= SMALLEST_FACE
        and not any(is_within(one.box, box) for box in unwanted)
    ]
    order = sorted(faces, key=lambda face: (bool(face.label), face.sure < DOUBTFUL, -face.box.area))
    return order[:MOST_FACES]


def _head(face: Box) -> Box:
    """Return the room of a face, with the hair above it."""
    room = roomy(face, FACE_ROOM)
    return room.model_copy(update={"y1": max(0.0, face.y1 - HAIR_ROOM * face.height)})


def _face(face: Evidence, because: Because = Because.FACE) -> Staying:
    return Staying(
        what=NAMES[EvidenceKind.FACE],
        box=face.box,
        room=_head(face.box),
        heart=roomy(face.box, FACE_ROOM),
        heart_name="face",
        because=because,
        kind=EvidenceKind.FACE,
    )


def _named(intent: Intent, found: Sequence[Evidence], faces: Sequence[Evidence]) -> list[Staying]:
    """Return what was named or shown, in that order.

    Where that is nothing, or was not found: the subject that the file shows by itself, a cut-out or
    what moves.
    """
    if intent.subject_box is not None:
        own = Evidence(kind=EvidenceKind.SUBJECT, box=intent.subject_box, source="user")
        return [_thing(own, faces, Because.NAMED)]
    order = {phrase.text: place for place, phrase in enumerate(intent.subjects)}
    subjects = [one for one in found if one.kind is EvidenceKind.SUBJECT]
    if not intent.subjects and intent.subject_image is None:
        return [_thing(one, faces, Because.MAIN) for one in subjects if not one.phrase]
    subjects.sort(key=lambda one: order.get(one.phrase, len(order)))
    things = [_thing(one, faces, Because.NAMED) for one in subjects]
    return [_close(thing) for thing in things] if intent.shot in CLOSE else things


def _close(thing: Staying) -> Staying:
    """Return the part of a person that a close shot must keep, where it is known."""
    if thing.heart is None:
        return thing
    return thing.model_copy(update={"room": thing.heart, "box": thing.heart})


def _protected(
    intent: Intent, found: Sequence[Evidence], faces: Sequence[Evidence], known: Sequence[Box]
) -> list[Staying]:
    """Return what must not be cut because the request says so, kind by kind, largest first."""
    kinds = [PROTECTED[kind] for kind in intent.never_cut]
    if intent.shot in (Shot.GROUP, Shot.FULL_BODY) and not known:
        kinds.append(EvidenceKind.PERSON)
    things: list[Staying] = []
    for kind in dict.fromkeys(kinds):
        if kind is EvidenceKind.FACE:
            things += [_face(face, Because.NEVER_CUT) for face in faces]
        elif kind is not EvidenceKind.SUBJECT:
            every = sorted((e for e in found if e.kind is kind), key=lambda e: -e.box.area)
            things += [_thing(one, faces, Because.NEVER_CUT) for one in every]
    return [thing for thing in things if thing.box not in known]


def _pushing(intent: Intent) -> Sequence[EvidenceKind]:
    """Return the kinds of what the photo may be about that a wish could push out of the crop.

    A horizon is moved past clouds and shores: what merely draws the eye does not hold it.
    """
    still = intent.placement.model_copy(update={"horizon": None})
    if (
        intent.copy_space
        or intent.avoid
        or intent.keep_out
        or intent.edges
        or intent.subjects
        or intent.tightness is Tightness.LOOSE
        or still != Placement()
    ):
        return (*SOLID, EvidenceKind.SALIENT)
    return () if intent.placement == still else SOLID


def _leading(
    found: Sequence[Evidence],
    unwanted: Sequence[Box],
    faces: Sequence[Evidence],
    allowed: Sequence[EvidenceKind],
) -> Staying | None:
    """Return the thing or person that leads, else what draws the eye; None if nothing does."""
    for kinds in (set(allowed) & set(SOLID), set(allowed) - set(SOLID)):
        things = [
            one
            for one in found
            if one.kind in kinds
            and one.box.area >= LEAST_LEADING
            and not any(is_within(one.box, box) for box in unwanted)
        ]
        if things:
            # The surest and largest: a cup that is certain is not what a photo of a dog is about;
            # but who rides a bicycle is, before the bicycle.
            main = max(things, key=lambda one: one.box.area * one.sure * _weight(one))
            return _thing(main, faces, Because.MAIN)
    return None


def _weight(one: Evidence) -> float:
    return PEOPLE_FIRST if _is_person(one) else 1.0


def _is_person(one: Evidence) -> bool:
    return one.label == "person" or one.kind is EvidenceKind.PERSON


def _thing(one: Evidence, faces: Sequence[Evidence], because: Because) -> Staying:
    """Return a thing with its heart: the face of a person, or where the head should be."""
    # A person's own box is as the person means it.
    asked = because in (Because.NAMED, Because.NEVER_CUT)
    air = NAMED_ROOM if asked and one.source != "user" else 0.0
    room = max(air, room_of_doubt(one))
    own = [face.box for face in faces if is_within(face.box, one.box)]
    is_person = _is_person(one)
    heart, name = None, "middle"
    if own and own[0] == one.box:  # the face itself is what was named
        heart, name = one.box, "face"
    elif own and (is_person or len(own) == 1):
        heart, name = _head(own[0]), "face"
    elif is_person and one.box.height > 2 * HEAD:
        below = one.box.y1 + HEAD * one.box.height
        heart, name = one.box.model_copy(update={"y2": below}), "upper part"
    return Staying(
        what=called(one),
        box=one.box,
        room=roomy(one.box, room) if room else one.box,
        heart=heart,
        heart_name=name,
        because=because,
        kind=one.kind,
    )
