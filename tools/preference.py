"""What people prefer: one model that chooses, ranks and says how sure it is.

From the learned eye's map the head scores a grid of boxes; their softmax is a density of where an
expert's crop lies. A box's score is its expected overlap (IoU) with the expert's crop under that
density: a crop between two likely ones beats either when they are near, as it should. The same
score ranks the candidates of any mind. A second output, learned from voted pairs, compares two
crops of a photo: what an expert chooses and what a crowd prefers are different questions.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.geometry import Box, Boxes, as_array
from cropsmith.tools.grids import free_grid, ratio_grid
from cropsmith.tools.head import Head
from cropsmith.tools.learned import learned
from cropsmith.tools.ratio import Ratio
from cropsmith.tools.sight import Sight
from cropsmith.tools.taste import Taste

FREE_STEPS = 12
HEAD = ("regions", "geometry", "bias", "out", "out_bias")
FREE, GIVEN, VOTE = 0, 1, 2
LIKELIEST = 192
"""Boxes of the density that count; the rest hold next to nothing."""


@dataclass(frozen=True)
class Density:
    """Where the expert's crop lies: boxes (K, 4) and their probabilities (K,), which sum to 1."""

    boxes: Boxes
    weights: NDArray[np.float64]

    def expected_overlap(self, boxes: Boxes) -> NDArray[np.float64]:
        """Return each box's expected IoU with the expert's crop, (N,)."""
        # Side by side rather than stacked: this is the inner loop of every search.
        x1, y1, x2, y2 = boxes.T[:, :, None]
        u1, v1, u2, v2 = self.boxes.T[:, None, :]
        width = np.minimum(x2, u2) - np.maximum(x1, u1)
        both = np.maximum(width, 0) * np.maximum(np.minimum(y2, v2) - np.maximum(y1, v1), 0)
        union = (x2 - x1) * (y2 - y1) + (u2 - u1) * (v2 - v1) - both
        return np.asarray((both / union) @ self.weights)


@dataclass(frozen=True)
class Preference:
    """The trained model. Deterministic and picklable."""

    head: Head
    taste: Taste | None = None
    """A person's own, which shifts the scores."""

    @classmethod
    def load(cls) -> Self:
        """Return the model that ships with the package."""
        return cls(head=Head(**{name: learned()[name] for name in HEAD}))

    def density(self, sight: Sight, ratio: Ratio | None = None) -> Density:
        """Return where the expert's crop lies, free or at an asked ratio."""
        shape = shape_of(sight, ratio)
        grid = grid_of(sight, ratio)
        scores = self.head.scores(sight.features, grid, sight.aspect)
        logits = scores[:, GIVEN if shape else FREE].astype(np.float64)
        likeliest = np.argsort(-logits, kind="stable")[:LIKELIEST]
        weights = np.exp(logits[likeliest] - logits.max())
        return Density(boxes=grid[likeliest], weights=weights / weights.sum())

    def score(self, sight: Sight, boxes: Boxes, ratio: Ratio | None = None) -> NDArray[np.float64]:
        """Return each box's expected IoU with an expert's crop, (N,), higher is better."""
        scores = self.density(sight, ratio).expected_overlap(boxes)
        return scores if self.taste is None else scores + self.taste.bonus(sight, boxes)

    def adapted(self, taste: Taste) -> Self:
        """Return this model with a person's taste added to its scores."""
        return replace(self, taste=taste if taste.judged else None)

    def votes(self, sight: Sight, boxes: Boxes) -> NDArray[np.float64]:
        """Return (N,) values whose differences are log odds that a person prefers one box."""
        scores = self.head.scores(sight.features, boxes, sight.aspect)
        return scores[:, VOTE].astype(np.float64)

    def chosen(self, sight: Sight, boxes: Boxes) -> NDArray[np.float64]:
        """Return (N,) values whose differences are log odds that an expert chooses one box."""
        scores = self.head.scores(sight.features, boxes, sight.aspect)
        return scores[:, FREE].astype(np.float64)

    def confidence(self, sight: Sight, box: Box) -> float:
        """Return the probability that a person prefers the crop to the original."""
        both = self.votes(sight, as_array([box, Box.whole()]))
        return float(1 / (1 + np.exp(both[1] - both[0])))


def shape_of(sight: Sight, ratio: Ratio | None) -> float | None:
    """Return a box's width over its height, as shares of the photo's sides, for this ratio."""
    return ratio.value / sight.aspect if ratio else None


def grid_of(sight: Sight, ratio: Ratio | None) -> Boxes:
    """Return the boxes among which the density is spread."""
    shape = shape_of(sight, ratio)
    return ratio_grid(shape) if shape else free_grid(FREE_STEPS)
