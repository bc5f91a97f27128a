"""Values gathered by photo, the unit that is resampled."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Draws = NDArray[np.uint8]
"""How often each photo is drawn: a byte each, as 1,000 draws of 100,000 photos are 100 MB so."""
BLOCK = 32
"""Draws that are widened to floats at once."""


@dataclass(frozen=True)
class Clustered:
    """Sums and weights of a measure by photo; the figure reported is sum(sums) / sum(weights)."""

    photos: tuple[str, ...]
    sums: Floats
    """Shape (P,): of value times weight."""
    weights: Floats
    """Shape (P,): 1 a sample, or the number of pairs behind it; 0 where there was nothing."""

    @classmethod
    def gather(
        cls,
        photos: Sequence[str],
        values: Sequence[float],
        weights: Sequence[float] | None = None,
        order: Sequence[str] | None = None,
    ) -> Self:
        """Gather samples by photo, in the order of first appearance unless one is given."""
        names = tuple(dict.fromkeys(photos)) if order is None else tuple(order)
        index = {name: i for i, name in enumerate(names)}
        sums, total = np.zeros(len(names)), np.zeros(len(names))
        where = np.array([index[p] for p in photos], dtype=np.intp)
        weight = np.ones(len(photos)) if weights is None else np.asarray(weights, dtype=float)
        np.add.at(sums, where, np.asarray(values, dtype=float) * weight)
        np.add.at(total, where, weight)
        return cls(names, sums, total)

    @property
    def mean(self) -> float:
        """The figure; NaN without any weight."""
        total = self.weights.sum()
        return float(self.sums.sum() / total) if total else float("nan")

    @property
    def by_photo(self) -> Floats:
        """Shape (P,): mean value of each photo, NaN where it has no weight."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.sums / self.weights)


def draws(photos: int, count: int, seed: int = 0) -> Draws:
    """Return bootstrap weights, shape (count, photos): how often each photo is drawn.

    The same seed gives the same draws, so systems on the same photos are resampled together.
    """
    generator = np.random.default_rng(seed)
    weights = np.empty((count, photos), dtype=np.uint8)
    for row in range(count):
        picks = generator.integers(0, photos, size=photos)
        weights[row] = np.bincount(picks, minlength=photos)
    return weights


def resampled(data: Clustered, weights: Draws) -> Floats:
    """Return the figure of each draw, shape (count,); NaN where a draw has no weight."""
    both = np.stack([data.sums, data.weights], axis=1)
    blocks = (weights[at : at + BLOCK] @ both for at in range(0, len(weights), BLOCK))
    sums = np.concatenate(list(blocks))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums[:, 0] / sums[:, 1])
