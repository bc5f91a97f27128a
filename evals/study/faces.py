"""Faces of the photos, detected once and noted, so that a report can say what crops do to them.

YuNet alone is asked. What finds faces where its weights are missing is the built-in photographer's
own finder, and a photographer that avoids the faces it sees cannot be judged by them.
"""

import asyncio
from collections.abc import Sequence

from cropsmith.evals.study.plan import Part, Plan
from cropsmith.evals.study.store import Store
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.vision.faces import yunet_faces, yunet_weights

LONG_SIDE = 1024
"""Pixels a side for the detector: the size that vision models are shown, too."""

NOT_COUNTED = (
    "Faces were not counted: the weights of YuNet are not here "
    "(cropsmith weights fetch yunet, then run the study again)."
)


async def note_faces(plan: Plan) -> None:
    """Detect the faces of every photo whose dataset asks for it and that has none noted."""
    if yunet_weights() is None:
        return
    for part in plan.parts:
        if not part.spec.faces:
            continue
        for photo, present in plan.photos_present(part):
            if present and plan.store.faces(photo.path) is None:
                boxes = await asyncio.to_thread(_detect, photo.path)
                plan.store.set_faces(photo.path, boxes)


def _detect(path: str) -> list[list[float]]:
    weights = yunet_weights()
    assert weights is not None  # the caller asked
    found = yunet_faces(open_photo(path).pixels(LONG_SIDE), weights)
    return [list(face.box.corners) for face in found]


def faces_counted(plan: Plan, part: Part) -> bool:
    """Tell whether a table may have the columns of faces: asked for and looked for."""
    return part.spec.faces and any(plan.store.faces(p.path) is not None for p in part.photos)


def faces_of(store: Store, path: str) -> Sequence[Box]:
    """Return the noted faces of a photo; none when it was never looked at."""
    return [Box.of(corners) for corners in store.faces(path) or []]
