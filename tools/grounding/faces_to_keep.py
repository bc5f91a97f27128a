"""Faces of a photo whose faces must not be cut: a closer look than every photo gets, and heads."""

from cropsmith.tools.constraints.must_stay import HEAD
from cropsmith.tools.finder.answer import things_of
from cropsmith.tools.finder.vocabulary import PERSON
from cropsmith.tools.grounding.offline import NANODET
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.vision.faces import find_small_faces

CLOSE_SIDE = 1280
"""Long side, in pixels, of what is looked at closely."""


def faces_to_keep(view: View, *, offline: bool = True) -> tuple[Evidence, ...]:
    """Return the faces, and the upper part of each likely person on whom none was found.

    Costs a tenth of a second, for requests that ask for faces; of an animation the faces of all its
    looks. People are looked for where the finder that ships may look (`offline`).
    """
    moments = view.photo.moments
    animated = moments is not None and len(moments.looks) > 1
    faces = view.sight.faces if animated else find_small_faces(view.pixels(CLOSE_SIDE))
    seen = things_of(view.things) if offline else ()
    people = [one for one in seen if one.label == PERSON]
    heads = [
        Evidence(
            kind=EvidenceKind.FACE,
            box=upper_part(one.box),
            source=NANODET,
            confidence=one.chance,
            label=PERSON,
        )
        for one in people
        if not any(_is_on(face.box, one.box) for face in faces)
    ]
    return (*faces, *heads)


def upper_part(person: Box) -> Box:
    """Return where the head of a person's box should be."""
    return person.model_copy(update={"y2": person.y1 + HEAD * person.height})


def _is_on(face: Box, person: Box) -> bool:
    return face.overlap(person) > face.area / 2
