"""What models that had not seen them predicted for the training photos."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cropsmith.evals.training.photographer.examples import Examples
from cropsmith.tools.schema.geometry import Boxes

POOL = 24
"""Proposals a photo among which the best possible is sought."""
FILE = "predictions.npz"


@dataclass(frozen=True)
class Predictions:
    """What was predicted for N photos; rows are parallel."""

    free: Boxes
    given: Boxes
    free_pool: NDArray[np.float64]
    """(N, POOL, 4), all proposals, the first repeated where there were fewer."""
    given_pool: NDArray[np.float64]
    margins: NDArray[np.float64]
    """(N, 10), log odds that the first crop of each pair is preferred."""
    nearer: NDArray[np.float64]
    """(N, 2), log odds by the density that the expert's crop lies nearer to the photographer's crop
    than to the original: free, and at the expert's ratio."""

    @classmethod
    def empty(cls, examples: Examples) -> Self:
        """Return arrays for all photos, NaN everywhere."""
        count, pairs = examples.votes.shape[:2]
        shapes = [(count, 4)] * 2 + [(count, POOL, 4)] * 2 + [(count, pairs), (count, 2)]
        return cls(*(np.full(shape, np.nan) for shape in shapes))

    @classmethod
    def load(cls, cache: Path) -> Self:
        """Read what the cross-validation left in its cache folder."""
        return cls(**np.load(cache / FILE))

    def of(self, photos: NDArray[np.int64]) -> Self:
        """Return what was predicted for some of the photos, by their places."""
        return type(self)(*(value[photos] for value in vars(self).values()))

    def save(self, cache: Path) -> None:
        """Write them into the cache folder."""
        np.savez(cache / FILE, **vars(self))
