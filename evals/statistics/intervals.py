"""Bootstrap intervals, resampling photos (Efron's percentile interval)."""

from dataclasses import dataclass

import numpy as np

from cropsmith.evals.statistics.clusters import Clustered, Draws, Floats, draws, resampled

DRAWS = 1000
LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval."""

    value: float
    low: float
    high: float
    photos: int
    """Photos with a value."""

    def excludes(self, value: float) -> bool:
        """Tell whether the value lies outside."""
        return value < self.low or value > self.high


def percentile(estimates: Floats, level: float = LEVEL) -> tuple[float, float]:
    """Return the central interval of bootstrap estimates; draws without a value are left out."""
    known = estimates[~np.isnan(estimates)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def bootstrap(
    data: Clustered, *, count: int = DRAWS, seed: int = 0, weights: Draws | None = None
) -> Interval:
    """Return the figure with its 95 % interval; pass `weights` to share draws between systems."""
    if weights is None:
        weights = draws(len(data.photos), count, seed)
    low, high = percentile(resampled(data, weights))
    return Interval(data.mean, low, high, int(np.count_nonzero(data.weights)))
