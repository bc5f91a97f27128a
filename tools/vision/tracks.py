"""The same faces in several frames of an animation: one box for each, round all its places."""

from collections.abc import Iterable, Sequence

from cropsmith.tools.schema.evidence import Evidence

SAME = 0.3
"""Share of the smaller box that two frames' faces must have in common to be one that moved."""


def tracks(frames: Iterable[Sequence[Evidence]]) -> tuple[Evidence, ...]:
    """Return the faces of all frames, those that overlap from one to another united.

    The largest first, each as sure as in the frame that is surest of it. One that jumps further
    than its own size is told twice.
    """
    found: list[Evidence] = []
    for frame in frames:
        for face in frame:
            same = [one for one in found if _shared(one, face) >= SAME]
            found = [one for one in found if one not in same]
            found.append(_united([*same, face]))
    return tuple(sorted(found, key=lambda one: -one.box.area))


def _shared(a: Evidence, b: Evidence) -> float:
    return a.box.overlap(b.box) / min(a.box.area, b.box.area)


def _united(faces: Sequence[Evidence]) -> Evidence:
    box = faces[0].box.union(*(face.box for face in faces[1:]))
    surest = max(faces, key=lambda face: face.confidence or 0.0)
    return surest.model_copy(update={"box": box})
