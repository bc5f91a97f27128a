"""What can be said of a crop beside its worth: clues for a second look at several crops.

Expected overlaps and log odds of the photographer's own outputs, what the crop cuts, its geometry,
and what the finder (NanoDet) says: which things are inside, cut or left out, and how the main one
lies in the frame.
"""

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.finder.chances import chances
from cropsmith.tools.photographer.cuts import face_cut, thing_cut
from cropsmith.tools.photographer.grids import areas
from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.photographer.network_head import Density, Head, geometry
from cropsmith.tools.schema.geometry import Boxes
from cropsmith.tools.schema.ratio import Ratio

if TYPE_CHECKING:
    from cropsmith.tools.finder.nanodet import Found

Floats = NDArray[np.float64]

CUTS = slice(7, 9)
"""Of the clues: how badly faces and things are cut."""
OWN = slice(27)
"""Clues that need no finder; the first is the expected overlap with an expert's crop."""
COUNT = 43
"""All clues."""
FINDER = 16
LIVING = (0, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23)
"""COCO's person and animals, which people rarely cut."""
SHARPNESSES = (0.8, 1.0)
"""Of the free output's density, beside the one that decides."""
SIZE_VOTES = 0.5
"""Log odds for a box e times as large, beside what the network says: voters like size more than a
network that also learns from experts admits (0.46 by a logistic fit out of fold)."""
LEAST = 0.1
"""Chance of a thing below which the finder has said nothing."""


class Model(Protocol):
    """What is asked of a `Preference`."""

    @property
    def head(self) -> Head:
        """Scores boxes."""
        ...

    def logits(self, sight: Sight, ratio: Ratio | None) -> tuple[Boxes, Floats]:
        """Return the grid of boxes and their log odds (N, 3)."""
        ...

    def density(self, sight: Sight, ratio: Ratio | None = None) -> Density:
        """Return where the expert's crop lies."""
        ...


def clues_of(
    model: Model, sight: Sight, found: "Found", boxes: Boxes, ratio: Ratio | None = None
) -> Floats:
    """Return (N, COUNT) of boxes (N, 4), free or at an asked ratio."""
    own = _own(model, sight, boxes, ratio)
    return np.hstack([own, geometry(boxes, sight.aspect), of_things(found, boxes)])


def _own(model: Model, sight: Sight, boxes: Boxes, ratio: Ratio | None) -> Floats:
    scores = model.head.scores(sight.features, boxes, sight.aspect).astype(np.float64)
    grid, logits = model.logits(sight, ratio)
    others = [Density.of(grid, part * logits[:, 0]) for part in SHARPNESSES]
    others.append(Density.of(grid, logits[:, 2] + SIZE_VOTES * np.log(areas(grid))))
    overlaps = [density.expected_overlap(boxes) for density in others]
    faces, things = sight.suspected_faces, sight.suspected_things
    zero = np.zeros(len(boxes))
    cuts = [
        face_cut(faces, boxes) if faces else zero,
        thing_cut(things, boxes) if len(things.boxes) else zero,
    ]
    expected = model.density(sight, ratio).expected_overlap(boxes)
    return np.column_stack([expected, scores, *overlaps, *cuts])


def of_things(found: "Found", boxes: Boxes) -> Floats:
    """Return (N, FINDER): kept and cut shares of all and of living things; place of the main one.

    Each thing counts as much as its chance. All is 0 where nothing is found.
    """
    sure = chances(found.scores)
    kept = sure > LEAST
    things, sure, classes = found.boxes[kept], sure[kept], found.classes[kept]
    clues = np.zeros((len(boxes), FINDER))
    if not len(things):
        return clues
    inside = shares_inside(things, boxes)
    sizes = areas(things)
    for at, some in ((0, np.ones(len(things), bool)), (3, np.isin(classes, LIVING))):
        if some.any():
            weight = sure[some] * np.sqrt(sizes[some])
            cut = 4 * inside[some] * (1 - inside[some]) * sure[some, None]
            clues[:, at] = weight @ inside[some] / weight.sum()
            clues[:, at + 1] = cut.max(0)
            clues[:, at + 2] = weight @ cut / weight.sum()
    main = int(np.argmax(sure * np.sqrt(sizes)))
    low, size = boxes[:, :2], boxes[:, 2:] - boxes[:, :2]
    near = (things[main, :2] - low) / size
    far = (low + size - things[main, 2:]) / size
    middle = ((things[main, :2] + things[main, 2:]) / 2 - low) / size
    away = np.abs(middle - 0.5)
    placed = [
        inside[main],
        sizes[main] / areas(boxes) * inside[main],
        *np.clip(near, -1, 1).T,
        *np.clip(far, -1, 1).T,
        *np.clip(away, 0, 1).T,
        *np.abs(away - 1 / 6).clip(0, 1).T,
    ]
    clues[:, 6:] = sure[main] * np.column_stack(placed)
    return clues


def shares_inside(things: Boxes, boxes: Boxes) -> Floats:
    """Return (T, N), the share of each thing (T, 4) inside each box (N, 4)."""
    low = np.maximum(things[:, None, :2], boxes[None, :, :2])
    high = np.minimum(things[:, None, 2:], boxes[None, :, 2:])
    return np.asarray(np.clip(high - low, 0, None).prod(-1) / areas(things)[:, None])
