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
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.constraints.must_stay import is_within
from cropsmith.tools.photographer.clues import SIZE_VOTES, clues_of
from cropsmith.tools.photographer.cuts import face_cut, thing_cut
from cropsmith.tools.photographer.grids import areas, free_grid, ratio_grid
from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.photographer.network_head import Density, Head, Known
from cropsmith.tools.photographer.taste import Taste
from cropsmith.tools.schema.geometry import Box, Boxes, iou_matrix
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.vision.things import Suspects

if TYPE_CHECKING:
    from cropsmith.tools.finder.nanodet import Found

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
UNLIKELY = 0.65
"""Chance of lying nearer than the original to an expert's crop, below which none is made: about two
to one, as the experts it was learnt from were asked to crop (docs/reports/photographer.md)."""
LEAST_MASS = 0.01
"""Share of the density that is given to either side at least: its tails are not to be believed."""
WHOLE = np.array([0.0, 0.0, 1.0, 1.0])
FACE_CUT = 0.4
"""Expected IoU that cutting or losing a certain face costs: experts hardly ever do."""
THING_CUT = 0.45
"""Expected IoU that losing a certain person, animal or vehicle costs, or cutting it in half."""


@dataclass(frozen=True)
class Objective:
    """What a box of one photo is worth for one target."""

    density: Density
    sight: Sight
    taste: Taste | None
    unwanted: tuple[Box, ...] = ()
    """What is to go: faces and things on it may be cut and lost."""

    def of(self, boxes: Boxes) -> NDArray[np.float64]:
        """Return each box's worth, (N,): expected IoU, less cut faces and things, plus taste."""
        worth = self.density.expected_overlap(boxes)
        if faces := tuple(one for one in self.sight.suspected_faces if self._is_wanted(one.box)):
            worth = worth - FACE_CUT * face_cut(faces, boxes)
        if len((things := self._things()).boxes):
            worth = worth - THING_CUT * thing_cut(things, boxes)
        return worth if self.taste is None else worth + self.taste.bonus(self.sight, boxes)

    def _things(self) -> Suspects:
        """Return the suspected things that are not to go."""
        things = self.sight.suspected_things
        if not self.unwanted:
            return things
        kept = np.array([self._is_wanted(Box.of(box)) for box in things.boxes], dtype=bool)
        return Suspects(things.boxes[kept], things.chances[kept])

    def _is_wanted(self, box: Box) -> bool:
        return not any(is_within(box, one) for one in self.unwanted)


@dataclass(frozen=True)
class Preference:
    """The trained model. Deterministic and picklable."""

    head: Head
    sharpness: float
    """Factor on the logits of the free choice, chosen by cross-validation."""
    nearer_scale: NDArray[np.float32]
    """(2, 2), slope and intercept from the density's log odds to a calibrated chance: free, and at
    a given ratio."""
    taste: Taste | None = None
    """A person's own, which shifts the scores."""
    shared: float = SHARED
    """Weight of the free choice in the choice at a ratio."""
    voters: NDArray[np.float32] | None = None
    """(COUNT,), log odds of the voters for a unit of each of `clues.py`."""

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return the model that ships with the package."""
        numbers = learned()
        return cls(
            head=Head(**{name: numbers[name] for name in HEAD}),
            sharpness=float(numbers["sharpness"]),
            nearer_scale=numbers["nearer_scale"],
            voters=numbers["voters"],
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
        grid, scores = self.logits(sight, ratio)
        if ratio is None:
            return Density.of(grid, self.sharpness * scores[:, FREE])
        free, given = scores[:, FREE], scores[:, GIVEN]
        return Density.of(grid, self.shared * free + (1 - self.shared) * given)

    def logits(self, sight: Sight, ratio: Ratio | None) -> tuple[Boxes, NDArray[np.float64]]:
        """Return the boxes that the density is spread over, and their log odds (N, 3)."""
        grid = grid_of(sight, ratio)
        return grid, self.head.scores(sight.features, grid, sight.aspect).astype(np.float64)

    def objective(self, sight: Sight, ratio: Ratio | None = None) -> Objective:
        """Return what boxes of this photo are worth, free or at an asked ratio."""
        return Objective(self.density(sight, ratio), sight, self.taste)

    def score(
        self,
        sight: Sight,
        boxes: Boxes,
        ratio: Ratio | None = None,
        unwanted: tuple[Box, ...] = (),
    ) -> NDArray[np.float64]:
        """Return each box's worth, (N,), higher is better: about the expected IoU with an expert's
        crop. Faces and things on what is `unwanted` may be lost."""
        return replace(self.objective(sight, ratio), unwanted=unwanted).of(boxes)

    def votes(
        self, sight: Sight, boxes: Boxes, found: "Found | None" = None
    ) -> NDArray[np.float64]:
        """Return (N,) values whose differences are log odds that a person prefers one box.

        `found`: what the finder found on the photo, which tells much of what voters go by.
        """
        scores = self.head.scores(sight.features, boxes, sight.aspect)
        odds = scores[:, VOTE].astype(np.float64) + SIZE_VOTES * np.log(areas(boxes))
        if found is None or self.voters is None:
            return odds
        return np.asarray(odds + clues_of(self, sight, found, boxes) @ self.voters)

    def chosen(self, sight: Sight, boxes: Boxes) -> NDArray[np.float64]:
        """Return (N,) values whose differences are log odds that an expert chooses one box."""
        scores = self.head.scores(sight.features, boxes, sight.aspect)
        return scores[:, FREE].astype(np.float64)

    def nearer(self, sight: Sight, box: NDArray[np.float64], ratio: Ratio | None = None) -> float:
        """Return the density's log odds that the expert's crop overlaps the box (4,) more than it
        overlaps the whole photo."""
        density = self.density(sight, ratio)
        both = iou_matrix(density.boxes, np.stack([box, WHOLE]))
        share = float(density.weights[both[:, 0] > both[:, 1]].sum())
        share = min(max(share, LEAST_MASS), 1 - LEAST_MASS)
        return float(np.log(share / (1 - share)))

    def confidence(self, sight: Sight, box: Box, ratio: Ratio | None = None) -> float:
        """Return the calibrated chance that an expert's crop, free or at an asked ratio, lies
        nearer (IoU) to this crop than to the original."""
        slope, intercept = self.nearer_scale[int(ratio is not None)].astype(np.float64)
        odds = self.nearer(sight, np.array(box.corners), ratio)
        return float(1 / (1 + np.exp(-(slope * odds + intercept))))


def shape_of(sight: Sight, ratio: Ratio | None) -> float | None:
    """Return a box's width over its height, as shares of the photo's sides, for this ratio."""
    return ratio.value / sight.aspect if ratio else None


def grid_of(sight: Sight, ratio: Ratio | None) -> Boxes:
    """Return the boxes among which the density is spread."""
    shape = shape_of(sight, ratio)
    return ratio_grid(shape) if shape else free_grid(FREE_STEPS)
