"""A softmax over sparse features, fitted with a penalty on the squared weights."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cropsmith.tools.language.trained import Linear

STEPS = 60
RATE, SLOWER, MEMORY = 0.1, 0.97, 0.9
"""First step, how it shrinks, and how long the size of past gradients is remembered (RMSprop)."""


@dataclass(frozen=True)
class Example:
    """One case to learn from."""

    seen: frozenset[str]
    """Its features."""
    answer: int
    """Its class."""
    weight: float = 1.0


def fitted(examples: Sequence[Example], classes: int, penalty: float, rarest: int) -> Linear:
    """Return the model of features that `rarest` examples or more have; the same each time."""
    counts = Counter(feature for one in examples for feature in one.seen)
    kept = sorted(feature for feature, count in counts.items() if count >= rarest)
    place = {feature: row for row, feature in enumerate(kept)}
    seen = [[place[one] for one in sorted(example.seen) if one in place] for example in examples]
    example_of = np.repeat(np.arange(len(seen)), [len(rows) for rows in seen])
    feature_of = np.array([row for rows in seen for row in rows], dtype=np.intp)
    meant = np.eye(classes)[[example.answer for example in examples]]
    weight = np.array([example.weight for example in examples])[:, None]
    weights, bias = np.zeros((len(kept), classes)), np.zeros(classes)
    size, size_of_bias = np.full_like(weights, 1e-8), np.full_like(bias, 1e-8)
    for step in range(STEPS):
        scores = _summed(weights[feature_of], example_of, len(seen)) + bias
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        off = (odds / odds.sum(axis=1, keepdims=True) - meant) * weight
        slope = _summed(off[example_of], feature_of, len(kept)) + penalty * weights
        slope_of_bias = off.sum(axis=0)
        size = MEMORY * size + (1 - MEMORY) * slope**2
        size_of_bias = MEMORY * size_of_bias + (1 - MEMORY) * slope_of_bias**2
        rate = RATE * SLOWER**step
        weights -= rate * slope / np.sqrt(size + 1e-8)
        bias -= rate * slope_of_bias / np.sqrt(size_of_bias + 1e-8)
    return Linear(place, weights.tolist(), bias.tolist())


def _summed(values: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Return the sums of rows by group."""
    return np.stack(
        [np.bincount(group, values[:, k], groups) for k in range(values.shape[1])], axis=1
    )
