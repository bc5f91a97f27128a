"""Confidence: how votes become a calibrated chance that a person prefers the crop to the original.

Nobody's vote on an original is in the data. Two things are. Nested pairs, one crop inside the other
so that the larger is the smaller's "original", give the slope: a logistic fit of the voters' shares
over the model's log odds, out of fold. The level comes from how the data set was made: an expert's
crop was kept only if voters preferred it to the original, so over experts' crops the mean chance is
set to MAJORITY, the mean share of voters on the winning side of a pair. Both photos and crops were
selected, so on everyday photos the level is an optimist's; the order is not affected.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropsmith.evals.training.photographer.examples import FOLDS, Examples

SLACK = 0.02
"""Share of a side by which the inner crop may stand out."""
SMALLER = 0.95
"""The inner crop has at most this share of the outer one's area."""
MAJORITY = 0.751
"""Share of voters who sided with a pair's majority, over all pairs of the training part."""
BINS = 8
STEPS = 30


@dataclass(frozen=True)
class Nested:
    """M nested pairs: what the model said, out of fold, and what people did."""

    odds: NDArray[np.float64]
    """(M,), the model's log odds that the inner crop is preferred."""
    share: NDArray[np.float64]
    """(M,), share of voters for the inner crop."""
    fold: NDArray[np.int64]


def nested_pairs(examples: Examples, margins: NDArray[np.float64]) -> Nested:
    """Return the voted pairs of which one crop lies inside the other."""
    first, second = examples.pairs[:, :, 0], examples.pairs[:, :, 1]
    share = examples.votes[..., 0] / examples.votes.sum(-1)
    folds = np.broadcast_to(examples.folds[:, None], share.shape)
    inner_first, inner_second = _inside(first, second), _inside(second, first)
    return Nested(
        odds=np.concatenate([margins[inner_first], -margins[inner_second]]),
        share=np.concatenate([share[inner_first], 1 - share[inner_second]]),
        fold=np.concatenate([folds[inner_first], folds[inner_second]]),
    )


def fit(odds: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return slope and intercept of the logistic fit."""
    x = np.column_stack([odds, np.ones(len(odds))])
    scale = np.array([1.0, 0.0])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-x @ scale))
        curve = (x * (chance * (1 - chance))[:, None]).T @ x
        scale = scale + np.linalg.solve(curve, x.T @ (share - chance))
    return scale


def anchored(slope: float, experts: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return slope and intercept at which experts' crops, of these log odds over the original
    (N,), are preferred with a mean chance of MAJORITY."""
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        chance = float(np.mean(1 / (1 + np.exp(-(slope * experts + middle)))))
        low, high = (middle, high) if chance < MAJORITY else (low, middle)
    return np.array([slope, (low + high) / 2], dtype=np.float32)


def calibrated(nested: Nested) -> NDArray[np.float64]:
    """Return (M,) chances, each fold scaled by a fit on the others."""
    chance = np.empty(len(nested.odds))
    for fold in range(FOLDS):
        held = nested.fold == fold
        slope, intercept = fit(nested.odds[~held], nested.share[~held])
        chance[held] = 1 / (1 + np.exp(-(slope * nested.odds[held] + intercept)))
    return chance


def reliability(chance: NDArray[np.float64], share: NDArray[np.float64]) -> list[str]:
    """Return Markdown rows: predicted and observed share in bins of equal count, and the error."""
    order = np.array_split(np.argsort(chance), BINS)
    rows = [f"| {chance[b].mean():.3f} | {share[b].mean():.3f} | {len(b)} |" for b in order]
    error = np.mean([abs(chance[b].mean() - share[b].mean()) for b in order])
    return [*rows, f"| expected calibration error | {error:.3f} | {len(chance)} |"]


def _inside(inner: NDArray[np.float64], outer: NDArray[np.float64]) -> NDArray[np.bool_]:
    low = (inner[..., :2] >= outer[..., :2] - SLACK).all(-1)
    high = (inner[..., 2:] <= outer[..., 2:] + SLACK).all(-1)
    areas = [np.prod(c[..., 2:] - c[..., :2], -1) for c in (inner, outer)]
    return np.asarray(low & high & (areas[0] <= SMALLER * areas[1]))
