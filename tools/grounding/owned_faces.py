"""Whose face is meant: the face that was found on the person whom the words name."""

from collections.abc import Sequence

from cropsmith.tools.schema.evidence import Evidence, EvidenceKind


def with_faces(
    owners: Sequence[Evidence], whose: str, evidence: Sequence[Evidence]
) -> tuple[Sequence[Evidence], tuple[str, ...]]:
    """Return the faces of those whose faces were named, with what to tell of one without."""
    faces = [one for one in evidence if one.kind is EvidenceKind.FACE]
    found = [_face_on(owner, faces) for owner in owners]
    if found and None not in found:
        return [face for face in found if face is not None], ()
    told = f"No face was found there: the whole {whose} is meant."
    return [face or owner for face, owner in zip(found, owners, strict=True)], (told,)


def _face_on(owner: Evidence, faces: Sequence[Evidence]) -> Evidence | None:
    """Return the largest face that lies on somebody, as sure as it is that they are meant."""
    own = [face for face in faces if face.box.overlap(owner.box) > face.box.area / 2]
    if not own:
        return None
    face = max(own, key=lambda one: one.box.area)
    return owner.model_copy(update={"box": face.box, "source": face.source, "label": ""})
