"""What people prefer: one model that chooses, ranks and says how sure it is.

From the learned eye's map the head scores a grid of boxes; their softmax is a density of where an
expert's crop lies. A box's score is its expected overlap (IoU) with the expert's crop under that
density: a crop between two likely ones beats either when they are near, as it should. The same
score ranks the candidates of any mind. A second output, learned from voted pairs, compares two
crops of a photo: what an expert chooses and what a crowd prefers are different questions.
"""

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.photographer.grids import areas, free_grid, ratio_grid
from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.photographer.network_head import Density, Head, Known
from cropsmith.tools.photographer.taste import Taste
from cropsmith.tools.schema.evidence import Evidence
from cropsmith.tools.schema.geometry import Box, Boxes, as_array
from cropsmith.tools.schema.ratio import Ratio

DATA = "preference.npz"


@cache
def learned() -> dict[str, NDArray[np.float32]]:
    """Return the arrays of `tools/photographer/preference.npz` by name."""
    with files("cropsmith.tools.photographer").joinpath(DATA).open("rb") as file:
        loaded = np.load(file)
        return {name: loaded[name] for name in loaded.files}


FREE_STEPS = 12
HEAD = ("regions", "geometry", "bias", "out", "out_bias")
FREE, GIVEN, VOTE = 0, 1, 2
SHARED = 0.5
"""Weight of the free choice in the choice at a ratio: it knows more of what the photo is about
(docs/reports/photographer.md)."""
SIZE_VOTES = 0.5
"""Log odds for a box e times as large, beside what the network says: voters like size more than a
network that also learns from experts admits (0.46 by a logistic fit out of fold)."""
FACE_CUT = 0.4
"""Expected IoU that cutting a certain face through its middle costs: experts hardly ever do."""


@dataclass(frozen=True)
class Objective:
    """What a box of one photo is worth for one target."""

    density: Density
    sight: Sight
    taste: Taste | None

    def of(self, boxes: Boxes) -> NDArray[np.float64]:
        """Return each box's worth, (N,): expected IoU, less what cut faces cost, plus taste."""
        worth = self.density.expected_overlap(boxes)
        if faces := self.sight.suspected_faces:
            worth = worth - FACE_CUT * face_cut(faces, boxes)
        return worth if self.taste is None else worth + self.taste.bonus(self.sight, boxes)


@dataclass(frozen=True)
class Preference:
    """The trained model. Deterministic and picklable."""

    head: Head
    sharpness: float
    """Factor on the logits of the free choice, chosen by cross-validation."""
    vote_scale: NDArray[np.float32]
    """Slope and intercept from the votes' log odds to a calibrated chance."""
    taste: Taste | None = None
    """A person's own, which shifts the scores."""
    shared: float = SHARED
    """Weight of the free choice in the choice at a ratio."""

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return the model that ships with the package."""
        numbers = learned()
        return cls(
            head=Head(**{name: numbers[name] for name in HEAD}),
            sharpness=float(numbers["sharpness"]),
            vote_scale=numbers["vote_scale"],
        )

    def adapted(self, taste: Taste) -> Self:
        """Return this model with a person's taste added to its scores."""
        return replace(self, taste=taste if taste.judged else None)

    def density(self, sight: Sight, ratio: Ratio | None = None) -> Density:
        """Return where the expert's crop lies, free or at an asked ratio; measured once a sight."""
        known = sight.densities.get(ratio)
        if known is None or known.model is not self.head:
            known = sight.densities[ratio] = Known(self.head, self._density(sight, ratio))
        return known.density

    def _density(self, sight: Sight, ratio: Ratio | None) -> Density:
        grid = grid_of(sight, ratio)
        scores = self.head.scores(sight.features, grid, sight.aspect).astype(np.float64)
        if ratio is None:
            return Density.of(grid, self.sharpness * scores[:, FREE])
        free, given = scores[:, FREE], scores[:, GIVEN]
        return Density.of(grid, self.shared * free + (1 - self.shared) * given)

    def objective(self, sight: Sight, ratio: Ratio | None = None) -> Objective:
        """Return what boxes of this photo are worth, free or at an asked ratio."""
        return Objective(self.density(sight, ratio), sight, self.taste)

    def score(self, sight: Sight, boxes: Boxes, ratio: Ratio | None = None) -> NDArray[np.float64]:
        """Return each box's worth, (N,), higher is better: about the expected IoU with an expert's
        crop."""
        return self.objective(sight, ratio).of(boxes)

    def votes(self, sight: Sight, boxes: Boxes) -> NDArray[np.float64]:
        """Return (N,) values whose differences are log odds that a person prefers one box."""
        scores = self.head.scores(sight.features, boxes, sight.aspect)
        return scores[:, VOTE].astype(np.float64) + SIZE_VOTES * np.log(areas(boxes))

    def chosen(self, sight: Sight, boxes: Boxes) -> NDArray[np.float64]:
        """Return (N,) values whose differences are log odds that an expert chooses one box."""
        scores = self.head.scores(sight.features, boxes, sight.aspect)
        return scores[:, FREE].astype(np.float64)

    def confidence(self, sight: Sight, box: Box) -> float:
        """Return the calibrated probability that a person prefers the crop to the original."""
        crop, whole = self.votes(sight, as_array([box, Box.whole()]))
        slope, intercept = (float(v) for v in self.vote_scale)
        return float(1 / (1 + np.exp(-(slope * (crop - whole) + intercept))))


def face_cut(faces: tuple[Evidence, ...], boxes: Boxes) -> NDArray[np.float64]:
    """Return how badly each box cuts the worst-cut face, (N,): 0 whole or absent, 1 in half.

    A suspicion counts as much as its chance.
    """
    edges = as_array(face.box for face in faces)
    chances = np.array([face.confidence or 1.0 for face in faces])
    x1, y1, x2, y2 = edges.T[:, :, None]
    width = np.minimum(boxes[:, 2], x2) - np.maximum(boxes[:, 0], x1)
    height = np.minimum(boxes[:, 3], y2) - np.maximum(boxes[:, 1], y1)
    inside = np.maximum(width, 0) * np.maximum(height, 0) / areas(edges)[:, None]
    cut = np.minimum(1, 4 * inside * (1 - inside))
    return np.asarray((cut * chances[:, None]).max(0))


def shape_of(sight: Sight, ratio: Ratio | None) -> float | None:
    """Return a box's width over its height, as shares of the photo's sides, for this ratio."""
    return ratio.value / sight.aspect if ratio else None


def grid_of(sight: Sight, ratio: Ratio | None) -> Boxes:
    """Return the boxes among which the density is spread."""
    shape = shape_of(sight, ratio)
    return ratio_grid(shape) if shape else free_grid(FREE_STEPS)
