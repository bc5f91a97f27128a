"""The measures of the report: overlap, displacement, pairwise accuracy, faces cut and gone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropsmith.evals.metrics.cuts import GONE
from cropsmith.evals.training.photographer.examples import Examples
from cropsmith.tools.photographer.grids import areas
from cropsmith.tools.schema.geometry import Boxes

DRAWS = 1000
WHOLE = 0.95
"""Share of a face inside the crop from which it is whole; below `GONE` it is gone, else cut."""


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
    return np.asarray(both / (areas(a) + areas(b) - both))


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


def of_equal_area(examples: Examples) -> NDArray[np.float64]:
    """Return the votes (N, 10, 2), none for pairs whose crops differ by a hundredth in area."""
    sizes = np.prod(examples.pairs[..., 2:] - examples.pairs[..., :2], -1)
    equal = np.abs(sizes[..., 0] / sizes[..., 1] - 1) < 0.01
    return np.where(equal[..., None], examples.votes, 0)


def vote_gain(
    margins: NDArray[np.float64],
    before: NDArray[np.float64],
    votes: NDArray[np.float64],
    least: int,
) -> Interval:
    """Return the gain in pairwise accuracy over other margins, paired, resampling photos."""
    (right, count), (once, _) = (right_order(m, votes, least) for m in (margins, before))
    rows = np.random.default_rng(0).integers(0, len(right), (DRAWS, len(right)))
    more = right - once
    low, high = np.percentile(more[rows].sum(1) / count[rows].sum(1), [2.5, 97.5])
    return Interval(float(more.sum() / count.sum()), float(low), float(high))


def share_cut(crops: Boxes, faces: Boxes) -> float:
    """Return the share of photos with a face whose largest face the crop cuts."""
    inside = shares_kept(crops, faces)
    return float(((inside >= GONE) & (inside < WHOLE)).mean())


def share_gone(crops: Boxes, faces: Boxes) -> float:
    """Return the share of photos with a face whose largest face the crop does not show."""
    return float((shares_kept(crops, faces) < GONE).mean())


def shares_kept(crops: Boxes, faces: Boxes) -> NDArray[np.float64]:
    """Return the share inside the crop of each face that there is; both (N, 4), NaN for none."""
    shown = ~np.isnan(faces[:, 0])
    crop, face = crops[shown], faces[shown]
    size = np.minimum(crop[:, 2:], face[:, 2:]) - np.maximum(crop[:, :2], face[:, :2])
    return np.asarray(np.prod(np.clip(size, 0, None), 1) / areas(face))
