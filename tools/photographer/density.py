"""A density of where an expert's crop lies, and what a box may hope for under it."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.photographer.one_thread import one_thread
from cropsmith.tools.schema.geometry import Boxes

LIKELIEST = 192
"""Boxes of the density that count; the rest hold next to nothing."""


@dataclass(frozen=True)
class Known:
    """A density, and the model that measured it."""

    model: object
    density: "Density"


@dataclass(frozen=True)
class Density:
    """Where the expert's crop lies: boxes (K, 4) and their probabilities (K,), which sum to 1."""

    boxes: Boxes
    """Likeliest first."""
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, boxes: Boxes, logits: NDArray[np.float64]) -> Self:
        """Return the softmax of logits (N,) over boxes (N, 4), without its long tail."""
        likeliest = np.argsort(-logits, kind="stable")[:LIKELIEST]
        weights = np.exp(logits[likeliest] - logits.max())
        return cls(boxes=boxes[likeliest], weights=weights / weights.sum())

    def expected_overlap(self, boxes: Boxes) -> NDArray[np.float64]:
        """Return each box's expected IoU with the expert's crop, (N,)."""
        # Side by side rather than stacked: this is the inner loop of every search.
        x1, y1, x2, y2 = boxes.T.astype(np.float32)[:, :, None]
        u1, v1, u2, v2 = self.boxes.T.astype(np.float32)[:, None, :]
        width = np.minimum(x2, u2) - np.maximum(x1, u1)
        both = np.maximum(width, 0) * np.maximum(np.minimum(y2, v2) - np.maximum(y1, v1), 0)
        union = (x2 - x1) * (y2 - y1) + (u2 - u1) * (v2 - v1) - both
        with one_thread():
            return np.asarray((both / union) @ self.weights.astype(np.float32), np.float64)
