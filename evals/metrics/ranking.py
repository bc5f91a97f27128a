"""Scores for a photo's annotated anchors against their mean opinion scores (GAICD).

`mos` and `predicted` are arrays of shape (A,), one value an anchor, higher is better. Every sort is
descending and stable, as in TestAccuracy.py of HuiZeng/Grid-Anchor-based-Image-Cropping-Pytorch;
equal predictions keep the order of the anchors, so the anchors must not arrive best first
(`evals.labels.anchors_of` orders them by place).
"""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
"""Shape (A,)."""

TOP_K = (1, 2, 3, 4)


def descending(values: Values) -> NDArray[np.intp]:
    """Return the indices of a stable descending sort."""
    return np.argsort(-np.asarray(values, dtype=np.float64), kind="stable")


def threshold(mos: Values, n: int) -> float:
    """Return g_N, the MOS of the N-th best anchor; of the worst where there are fewer than N."""
    return float(np.sort(mos)[::-1][min(n, len(mos)) - 1])


def accuracy(mos: Values, predicted: Values, k: int, n: int) -> float:
    """Return one photo's Acc_K/N: the share of the K best predicted whose MOS is at least g_N.

    The threshold is >=, so every anchor tied with the N-th counts. Divided by K always: with fewer
    than K anchors the missing ones are misses.
    """
    chosen = descending(predicted)[:k]
    return float(np.count_nonzero(mos[chosen] >= threshold(mos, n)) / k)


def mean_accuracy(mos: Values, predicted: Values, n: int) -> float:
    """Return (Acc_1/N + Acc_2/N + Acc_3/N + Acc_4/N) / 4, printed as AccN with a bar."""
    return float(np.mean([accuracy(mos, predicted, k, n) for k in TOP_K]))


def weighted_accuracy(mos: Values, predicted: Values, k: int, n: int) -> float:
    """Return one photo's wAcc_K/N, which is not tie-inclusive.

    The MOS ranks r of the K returned anchors, 0-based and ascending, count exp(-(r_j - j) / N)
    where r_j < N. The official code writes 0.2 and 0.1 for 1 / N.
    """
    rank = np.empty(len(mos), dtype=np.intp)
    rank[descending(mos)] = np.arange(len(mos))
    returned = np.sort(rank[descending(predicted)[:k]])
    gains = np.where(returned < n, np.exp(-(returned - np.arange(len(returned))) / n), 0.0)
    return float(gains.sum() / k)


def average_ranks(values: Values) -> Values:
    """Return 1-based ascending ranks, ties sharing their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse], dtype=np.float64)


def pearson(mos: Values, predicted: Values) -> float | None:
    """Return one photo's PCC over its anchors; None where either side is constant."""
    # A constant minus its rounded mean leaves noise that would correlate, so compare first.
    if np.ptp(mos) == 0 or np.ptp(predicted) == 0:
        return None
    a, b = mos - mos.mean(), predicted - predicted.mean()
    # Scaled by the largest, so that squares neither overflow nor vanish.
    a, b = a / np.abs(a).max(), b / np.abs(b).max()
    return float(np.clip(a @ b / np.sqrt((a @ a) * (b @ b)), -1, 1))


def spearman(mos: Values, predicted: Values) -> float | None:
    """Return one photo's SRCC over its anchors, ties by mean rank; None where constant.

    Averaged over photos; anchors of different photos are never pooled. None counts as 0 in that
    mean, and the report says how many there were.
    """
    return pearson(average_ranks(mos), average_ranks(predicted))
