"""Two systems on the same photos: the paired difference, how sure, and how large."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cropsmith.evals.statistics.clusters import Clustered, Draws, Floats, draws, resampled
from cropsmith.evals.statistics.intervals import DRAWS, Interval, percentile
from cropsmith.evals.statistics.power import ALPHA, photos_needed

FLIPS = 20_000
"""Random sign flips, at least: the smallest p is 1 / 20,001."""
SIGNS = 2_000_000
"""Signs held at once, 16 MB: a flip is a sign for every photo."""
TIE = 1e-12


@dataclass(frozen=True)
class Comparison:
    """First minus second. `higher is better` is not assumed: the sign is the reader's."""

    first: str
    second: str
    difference: Interval
    p: float
    """Two-sided p of the sign-flip permutation test over photos."""
    p_wilcoxon: float | None
    """Two-sided p of the signed-rank test, without scipy None."""
    p_holm: float
    """`p` corrected for all comparisons of its family; equal to `p` before `holm`."""
    effect: float
    """Cohen's d_z: mean difference over the standard deviation of the differences; infinite where
    every photo differs by the same."""
    wins: int
    """Photos on which the first is higher."""
    ties: int
    losses: int
    more_photos: int | None
    """Photos beyond the present ones for 80 % power at this effect and the corrected level; None if
    the effect is zero."""

    @property
    def significant(self) -> bool:
        """Whether the corrected p is below .05 and the interval excludes zero."""
        return self.p_holm < 0.05 and self.difference.excludes(0.0)


def shared(first: Clustered, second: Clustered) -> Floats:
    """Return the per-photo differences where both have a value."""
    if first.photos != second.photos:
        raise ValueError("a paired comparison needs the same photos in the same order")
    both = (first.weights > 0) & (second.weights > 0)
    return np.asarray(first.by_photo[both] - second.by_photo[both])


def sign_flip(differences: Floats, *, flips: int = FLIPS, seed: int = 0) -> float:
    """Return the two-sided p of the mean difference under random signs (Fisher, Pitman).

    All 2^n signs are tried when there are no more of them than `flips`, else a random sample with
    the observed one counted in, so that p is never zero. Photos without a difference are kept.
    """
    moving = differences[np.abs(differences) > TIE]
    if not len(moving):
        return 1.0
    observed = abs(moving.sum()) - 1e-9 * np.abs(moving).sum()
    if 2 ** min(len(moving), 60) <= flips:
        bits = (np.arange(2 ** len(moving))[:, None] >> np.arange(len(moving))) & 1
        return float(np.mean(np.abs((1 - 2.0 * bits) @ moving) >= observed))
    extreme = 0
    for signs in _signs(len(moving), flips, seed):
        extreme += int(np.count_nonzero(np.abs(signs @ moving) >= observed))
    return (extreme + 1) / (flips + 1)


def sign_flips(differences: Floats, *, flips: int = FLIPS, seed: int = 0) -> Floats:
    """Return `sign_flip` of every column of (P, C) differences; the columns share their signs.

    NaN, a photo without both values, counts as no difference. Few photos are enumerated exactly.
    """
    moves = np.where(np.isnan(differences) | (np.abs(differences) <= TIE), 0.0, differences)
    if 2 ** min(len(moves), 60) <= flips:
        return np.array([sign_flip(column, flips=flips, seed=seed) for column in moves.T])
    observed = np.abs(moves.sum(axis=0)) - 1e-9 * np.abs(moves).sum(axis=0)
    extreme = np.zeros(moves.shape[1])
    for signs in _signs(len(moves), flips, seed):
        extreme += np.count_nonzero(np.abs(signs @ moves) >= observed, axis=0)
    return np.asarray((extreme + 1) / (flips + 1))


def _signs(count: int, flips: int, seed: int) -> Iterator[Floats]:
    """Yield random signs, shape (rows, count), `flips` rows in all and few enough at once."""
    generator = np.random.default_rng(seed)
    rows = max(1, min(500, SIGNS // count))
    for start in range(0, flips, rows):
        drawn = generator.integers(0, 2, (min(rows, flips - start), count), dtype=np.int8)
        yield np.asarray(1.0 - 2.0 * drawn, dtype=np.float64)


def wilcoxon(differences: Floats) -> float | None:
    """Return the two-sided p of Wilcoxon's signed-rank test; None without scipy."""
    try:
        from scipy.stats import wilcoxon as test
    except ImportError:
        return None
    moving = differences[np.abs(differences) > TIE]
    if not len(moving):
        return 1.0
    return float(test(moving).pvalue)


def compare(
    names: tuple[str, str],
    first: Clustered,
    second: Clustered,
    *,
    count: int = DRAWS,
    seed: int = 0,
    weights: Draws | None = None,
    p: float | None = None,
) -> Comparison:
    """Compare two systems on the photos that both have values for; `p` if it is known already."""
    differences = shared(first, second)
    if weights is None:
        weights = draws(len(first.photos), count, seed)
    both = (first.weights > 0) & (second.weights > 0)
    a = replace(first, sums=np.where(both, first.sums, 0), weights=np.where(both, first.weights, 0))
    b = replace(
        second, sums=np.where(both, second.sums, 0), weights=np.where(both, second.weights, 0)
    )
    low, high = percentile(resampled(a, weights) - resampled(b, weights))
    p = sign_flip(differences, seed=seed) if p is None else p
    spread = float(np.std(differences, ddof=1)) if len(differences) > 1 else 0.0
    mean = float(differences.mean()) if len(differences) else float("nan")
    needed = photos_needed(mean, spread)
    return Comparison(
        first=names[0],
        second=names[1],
        difference=Interval(a.mean - b.mean, low, high, len(differences)),
        p=p,
        p_wilcoxon=wilcoxon(differences),
        p_holm=p,
        effect=_effect(mean, spread),
        wins=int(np.count_nonzero(differences > TIE)),
        ties=int(np.count_nonzero(np.abs(differences) <= TIE)),
        losses=int(np.count_nonzero(differences < -TIE)),
        more_photos=None if needed is None else max(0, needed - len(differences)),
    )


def compare_with(
    hubs: Sequence[str], systems: Mapping[str, Clustered], *, seed: int = 0, weights: Draws
) -> list[Comparison]:
    """Compare every system with each of the hubs, corrected together by Holm's method.

    All pairs of many systems would ask of each pair more than any number of photos can show: of 46
    there are 1,035, of two hubs with the others 89. That the best is chosen by the same photos
    makes no false winner: it must also beat the second, which is the nearest of all.
    """
    pairs: dict[frozenset[str], tuple[str, str]] = {}
    for hub in hubs:
        for name in systems:
            if name != hub:
                pairs.setdefault(frozenset((hub, name)), (hub, name))
    if not pairs:
        return []
    by_photo = {name: data.by_photo for name, data in systems.items()}
    differences = np.stack([by_photo[a] - by_photo[b] for a, b in pairs.values()], axis=1)
    found = sign_flips(differences, flips=flips_for(len(pairs)), seed=seed)
    return holm(
        [
            compare(pair, systems[pair[0]], systems[pair[1]], weights=weights, p=float(p))
            for pair, p in zip(pairs.values(), found, strict=True)
        ]
    )


def flips_for(comparisons: int) -> int:
    """Return so many sign flips that the smallest p is a tenth of what Holm's method asks for."""
    return max(FLIPS, math.ceil(10 * comparisons / 0.05))


def holm(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Return the comparisons with p corrected by Holm's step-down method, in the given order.

    The photos still needed are those for the level that the method asks of each.
    """
    corrected = holm_adjust([c.p for c in comparisons])
    order = sorted(range(len(comparisons)), key=lambda index: comparisons[index].p)
    level = {index: ALPHA / (len(order) - rank) for rank, index in enumerate(order)}
    return [
        replace(c, p_holm=p, more_photos=_more(c, level[index]))
        for index, (c, p) in enumerate(zip(comparisons, corrected, strict=True))
    ]


def _effect(mean: float, spread: float) -> float:
    if spread > TIE:
        return mean / spread
    return math.copysign(math.inf, mean) if abs(mean) > TIE else 0.0


def _more(found: Comparison, level: float) -> int | None:
    needed = photos_needed(found.effect, 1.0, alpha=level)
    return None if needed is None else max(0, needed - found.difference.photos)


def holm_adjust(values: Sequence[float]) -> list[float]:
    """Return Holm-adjusted p values: the running maximum of (m - rank) * p, at most 1."""
    adjusted = [0.0] * len(values)
    running = 0.0
    for rank, index in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        running = max(running, min(1.0, (len(values) - rank) * values[index]))
        adjusted[index] = running
    return adjusted
