"""Faces of the photos, detected once and noted, so that a report can say which crops cut them."""

import asyncio
from collections.abc import Sequence

from cropsmith.evals.study.plan import Plan
from cropsmith.evals.study.store import Store
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.schema.geometry import Box

LONG_SIDE = 1024
"""Pixels a side for the detector: the size that vision models are shown, too."""


async def note_faces(plan: Plan) -> None:
    """Detect the faces of every photo whose dataset asks for it and that has none noted."""
    for part in plan.parts:
        if not part.spec.faces:
            continue
        for photo, present in plan.photos_present(part):
            if present and plan.store.faces(photo.path) is None:
                boxes = await asyncio.to_thread(_detect, photo.path)
                plan.store.set_faces(photo.path, boxes)


def _detect(path: str) -> list[list[float]]:
    from cropsmith.tools.vision.faces import find_faces

    found = find_faces(open_photo(path).pixels(LONG_SIDE))
    return [list(face.box.corners) for face in found]


def faces_of(store: Store, path: str) -> Sequence[Box]:
    """Return the noted faces of a photo; none when it was never looked at."""
    return [Box.of(corners) for corners in store.faces(path) or []]
