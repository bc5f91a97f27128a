"""Would the order of the systems survive other photos?"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cropsmith.evals.statistics.clusters import Clustered, Draws, Floats, resampled
from cropsmith.evals.statistics.intervals import percentile


@dataclass(frozen=True)
class Standing:
    """A system's place over bootstrap draws of the photos."""

    name: str
    rank: int
    """On all photos, 1 is best; equal figures share the better rank."""
    low: int
    high: int
    first_share: float
    """Share of draws in which it is first (shared firsts are split)."""


@dataclass(frozen=True)
class Stability:
    """Every system's standing, and how alike the draws' orders are to the whole order."""

    standings: tuple[Standing, ...]
    kendall: float
    """Mean over draws of Kendall's tau-b between the draw's order and that of all photos."""


def stability(
    systems: Mapping[str, Clustered], weights: Draws, *, higher_is_better: bool = True
) -> Stability:
    """Rank the systems in every draw; the draws are shared, so photos are resampled together."""
    names = list(systems)
    sign = 1.0 if higher_is_better else -1.0
    whole = sign * np.array([systems[name].mean for name in names])
    drawn = sign * np.stack([resampled(systems[name], weights) for name in names], axis=1)
    drawn = np.where(np.isnan(drawn), -np.inf, drawn)
    ranks = _ranks(drawn)
    final = _ranks(whole[None, :])[0]
    best = ranks == 1
    shares = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
    standings = []
    for index, name in enumerate(names):
        low, high = percentile(ranks[:, index].astype(float))
        standings.append(
            Standing(name, int(final[index]), round(low), round(high), float(shares[index]))
        )
    taus = [_kendall(whole, row) for row in drawn]
    return Stability(tuple(standings), float(np.mean(taus)))


def _ranks(values: Floats) -> Floats:
    """Return ranks by row, 1 for the highest, ties sharing the better rank."""
    higher = values[:, None, :] > values[:, :, None]
    return np.asarray(higher.sum(axis=2) + 1)


def _kendall(a: Floats, b: Floats) -> float:
    """Return tau-b; 1 when either order has no distinctions at all."""
    rows, columns = np.triu_indices(len(a), 1)
    with np.errstate(invalid="ignore"):
        x, y = np.sign(a[rows] - a[columns]), np.sign(np.nan_to_num(b[rows] - b[columns]))
    scale = np.sqrt(np.count_nonzero(x) * np.count_nonzero(y))
    return float((x * y).sum() / scale) if scale else 1.0
