"""From what was asked and what was found to the hard constraints of one target."""

from collections.abc import Iterable, Sequence

from cropsmith.tools.constraints.clutter import CalmSide, Clutter
from cropsmith.tools.constraints.kinds import (
    AtLeast,
    ClearSide,
    Constraint,
    Contains,
    Excludes,
    Inside,
    NotCut,
    touched,
    with_target,
)
from cropsmith.tools.schema.candidate import Check
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box, PixelBox, Size
from cropsmith.tools.schema.request import Intent, NeverCut, Target
from cropsmith.tools.schema.result import CheckKind

PROTECTED = {
    NeverCut.FACES: EvidenceKind.FACE,
    NeverCut.TEXT: EvidenceKind.TEXT,
    NeverCut.PEOPLE: EvidenceKind.PERSON,
    NeverCut.SUBJECT: EvidenceKind.SUBJECT,
}
NAMES = {
    EvidenceKind.FACE: "a face",
    EvidenceKind.TEXT: "a line of text",
    EvidenceKind.PERSON: "a person",
    EvidenceKind.SUBJECT: "the subject",
    EvidenceKind.AVOID: "what to leave out",
    EvidenceKind.SALIENT: "what draws the eye",
}


def constraints_for(
    intent: Intent,
    target: Target,
    evidence: Iterable[Evidence],
    image: Size,
    clutter: Clutter | None = None,
) -> Sequence[Constraint]:
    """Return what must hold of every crop for a target, in whole pixels of the image.

    Evidence is taken at its word: a `SUBJECT` box must be inside when a subject was asked for, an
    `AVOID` box outside; faces, text and people count when the intent says never to cut them. Copy
    space must be free of subjects, faces and text, and calm where the photo's `clutter` is given.
    """
    found = list(evidence)
    subjects = _subjects(intent, found)
    constraints: list[Constraint] = [Inside(image)]
    # A subject never to be cut must be inside; any other may yield where it cannot fit.
    kind = CheckKind.NEVER_CUT if NeverCut.SUBJECT in intent.never_cut else CheckKind.SUBJECT
    for subject in subjects:
        constraints.append(Contains(touched(subject.box, image), _name(subject), kind))
    if intent.margin and subjects:
        room = with_margin([s.box for s in subjects], intent.margin, image)
        wish = f"a margin of {intent.margin:.0%} round the subject"
        constraints.append(Contains(touched(room, image), wish, CheckKind.MARGIN))
    for one in found:
        if one.kind is EvidenceKind.AVOID:
            constraints.append(Excludes(touched(one.box, image), _name(one)))
    for zone in intent.keep_out:
        constraints.append(Excludes(touched(zone, image), "a keep-out zone", CheckKind.KEEP_OUT))
    kinds = {PROTECTED[kind] for kind in intent.never_cut}
    for one in found:
        if one.kind in kinds and one not in subjects:
            constraints.append(NotCut(touched(one.box, image), _name(one)))
    if intent.min_size is not None:
        constraints.append(AtLeast(intent.min_size))
    if intent.copy_space is not None:
        obstacles = _obstacles(subjects, found)
        boxes = tuple(touched(one.box, image) for one in obstacles)
        space = intent.copy_space
        constraints.append(ClearSide(space.side, space.share, boxes))
        if clutter is not None:
            constraints.append(CalmSide(space.side, space.share, clutter))
    return with_target(constraints, target, intent.upscale)


def _subjects(intent: Intent, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the boxes of what was named or shown; none when the person named nothing."""
    if intent.subject_box is not None:
        return [Evidence(kind=EvidenceKind.SUBJECT, box=intent.subject_box, source="user")]
    if not intent.subjects and intent.subject_image is None:
        return []
    return [one for one in evidence if one.kind is EvidenceKind.SUBJECT]


def _obstacles(subjects: Sequence[Evidence], evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return what copy space must be free of; what draws the eye only where nothing else is."""
    solid = {EvidenceKind.SUBJECT, EvidenceKind.FACE, EvidenceKind.TEXT, EvidenceKind.PERSON}
    found = [*subjects, *(e for e in evidence if e.kind in solid and e not in subjects)]
    return found or [one for one in evidence if one.kind is EvidenceKind.SALIENT]


def _name(evidence: Evidence) -> str:
    """Return what to call a piece of evidence in a sentence."""
    return f"the {evidence.phrase}" if evidence.phrase else NAMES[evidence.kind]


def with_margin(boxes: Sequence[Box], margin: float, image: Size) -> Box:
    """Return the union with room of `margin` times its larger side (in pixels), in the frame.

    A subject near an edge of the photo gets the room that there is: a crop cannot make more.
    """
    union = boxes[0].union(*boxes[1:])
    room = margin * max(union.width * image.width, union.height * image.height)
    x, y = room / image.width, room / image.height
    return Box.of((union.x1 - x, union.y1 - y, union.x2 + x, union.y2 + y))


def check_all(pixels: PixelBox, constraints: Iterable[Constraint]) -> tuple[Check, ...]:
    """Hold every constraint against a crop, in order."""
    return tuple(constraint.check(pixels) for constraint in constraints)
