"""How badly boxes cut what is better left whole: faces, people, animals, vehicles."""

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.photographer.grids import areas
from cropsmith.tools.schema.evidence import Evidence
from cropsmith.tools.schema.geometry import Boxes, as_array
from cropsmith.tools.vision.things import Suspects

SMALL = 0.02
"""Share of the photo below which a thing counts the less, the smaller it is."""


LIKELY_FACE = 0.25
"""Chance from which a crop without the main face is as bad as one that cuts it."""
AIR = 0.04
"""Room round a thing on every side, as a share of its own: what touches the frame looks cut, and
the eye draws its boxes by the cell."""


def face_cut(faces: tuple[Evidence, ...], boxes: Boxes) -> NDArray[np.float64]:
    """Return how badly each box cuts the worst-cut face or loses the main one, (N,): 0 to 1.

    The main one is the most likely and largest. A suspicion counts as much as its chance.
    """
    edges = as_array(face.box for face in faces)
    chances = np.array([face.sure for face in faces])
    inside = _inside(edges, boxes)
    cut = (_cut(inside) * chances[:, None]).max(0)
    main = int(np.argmax(chances * np.sqrt(areas(edges))))
    if chances[main] < LIKELY_FACE:
        return np.asarray(cut)
    return np.asarray(np.maximum(cut, _lost(inside[main]) * chances[main]))


def thing_cut(things: Suspects, boxes: Boxes) -> NDArray[np.float64]:
    """Return how badly each box cuts the worst-cut thing or loses the main one, (N,): 0 to 1.

    The main one is the most likely and largest; half of it is as bad as none. Each counts as much
    as its chance.
    """
    sizes = areas(things.boxes)
    air = AIR * (things.boxes[:, 2:] - things.boxes[:, :2])
    roomy = np.concatenate([things.boxes[:, :2] - air, things.boxes[:, 2:] + air], 1)
    inside = _inside(np.clip(roomy, 0, 1), boxes)
    weights = things.chances * np.minimum(1, sizes / SMALL)
    cut = (_cut(inside) * weights[:, None]).max(0)
    main = int(np.argmax(things.chances * np.sqrt(sizes)))
    lost = _lost(inside[main]) * things.chances[main]
    return np.asarray(np.maximum(cut, lost))


def _inside(edges: Boxes, boxes: Boxes) -> NDArray[np.float64]:
    """Return the share of each of `edges` (M, 4) that lies in each box (N, 4), (M, N)."""
    x1, y1, x2, y2 = edges.T[:, :, None]
    width = np.minimum(boxes[:, 2], x2) - np.maximum(boxes[:, 0], x1)
    height = np.minimum(boxes[:, 3], y2) - np.maximum(boxes[:, 1], y1)
    inside = np.maximum(width, 0) * np.maximum(height, 0) / areas(edges)[:, None]
    return np.asarray(inside)


def _lost(inside: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how badly the main thing is lost: half of it is as bad as none."""
    return np.minimum(1, 2 * (1 - inside))


def _cut(inside: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.minimum(1, 4 * inside * (1 - inside))
