"""The subject that a file shows by itself: the object of a cut-out, what moves in an animation."""

from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Grounding
from cropsmith.tools.vision.motion import moving_box

ALPHA, MOTION = "alpha", "motion"
"""Sources of its evidence."""


def own_subject(view: View) -> Evidence | None:
    """Return the opaque object, or else all the places of what moves; None for a plain photo."""
    cutout, moments = view.photo.cutout, view.photo.moments
    if cutout is not None:
        return Evidence(
            kind=EvidenceKind.SUBJECT,
            box=cutout.box,
            centre=cutout.centre,
            source=ALPHA,
            confidence=1.0,
        )
    box = None if moments is None else moving_box(moments.looks)
    return None if box is None else Evidence(kind=EvidenceKind.SUBJECT, box=box, source=MOTION)


def with_own_subject(grounding: Grounding, view: View) -> Grounding:
    """Return the grounding with the file's own subject, where no other was found or given."""
    if any(one.kind is EvidenceKind.SUBJECT for one in grounding.found):
        return grounding
    own = own_subject(view)
    if own is None:
        return grounding
    return grounding.model_copy(update={"found": (*grounding.found, own)})


def own_notes(view: View, grounding: Grounding) -> tuple[str, ...]:
    """Say which frames were looked at, and that the file's own subject is the crop's."""
    notes = []
    if (moments := view.photo.moments) is not None:
        if moments.looked < moments.frames:
            notes.append(f"Looked at {moments.looked} of {moments.frames} frames.")
        if moments.damaged is not None:
            notes.append(f"Frame {moments.damaged + 1} cannot be decoded.")
        elif moments.reached < moments.frames:
            notes.append(f"The frames after the first {moments.reached} were not looked at.")
    sources = {one.source for one in grounding.found}
    if ALPHA in sources:
        notes.append("The cut-out is the subject.")
    if MOTION in sources:
        notes.append("What moves is the subject, with all the places that it comes to.")
    return tuple(notes)
