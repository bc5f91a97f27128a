"""The measures of the report: overlap, displacement, pairwise accuracy, with intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Boxes

DRAWS = 1000


@dataclass(frozen=True)
class Interval:
    """A mean and its 95 % bootstrap interval over photos."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:+.4f} [{self.low:+.4f}, {self.high:+.4f}]"


def interval(values: NDArray[np.float64], seed: int = 0) -> Interval:
    """Return the mean of one value a photo, resampling photos."""
    random = np.random.default_rng(seed)
    rows = random.integers(0, len(values), (DRAWS, len(values)))
    low, high = np.percentile(values[rows].mean(1), [2.5, 97.5])
    return Interval(float(values.mean()), float(low), float(high))


def overlap(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """Return row by row intersection over union, (N,)."""
    low, high = np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:], b[:, 2:])
    both = np.prod(np.clip(high - low, 0, None), 1)
    areas = [np.prod(c[:, 2:] - c[:, :2], 1) for c in (a, b)]
    return np.asarray(both / (areas[0] + areas[1] - both))


def displacement(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """Return row by row boundary displacement, the mean distance of the four sides, (N,)."""
    return np.asarray(np.abs(a - b).mean(1))


def right_order(
    margins: NDArray[np.float64], votes: NDArray[np.float64], least: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return by photo the pairs ordered like the majority, and the pairs, at this vote margin.

    A tie counts half.
    """
    lead = votes[..., 0] - votes[..., 1]
    right = np.where(margins == 0, 0.5, np.sign(margins) == np.sign(lead))
    counted = np.abs(lead) >= least
    return (right * counted).sum(1), counted.sum(1).astype(np.float64)


def accuracy(margins: NDArray[np.float64], votes: NDArray[np.float64], least: int) -> Interval:
    """Return pairwise accuracy at this vote margin, resampling photos."""
    right, count = right_order(margins, votes, least)
    random = np.random.default_rng(0)
    rows = random.integers(0, len(right), (DRAWS, len(right)))
    low, high = np.percentile(right[rows].sum(1) / count[rows].sum(1), [2.5, 97.5])
    return Interval(float(right.sum() / count.sum()), float(low), float(high))
