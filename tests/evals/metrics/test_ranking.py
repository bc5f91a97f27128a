import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.evals.metrics.ranking import (
    accuracy,
    average_ranks,
    mean_accuracy,
    pearson,
    spearman,
    threshold,
    weighted_accuracy,
)

stats = pytest.importorskip("scipy.stats")

MOS = np.array([4.0, 3.0, 3.0, 2.0, 1.0, 5.0])
PREDICTED = np.array([0.0, 0.9, 0.8, 0.1, 0.2, 0.3])


def official_accuracy(mos: list[float], predicted: list[float], k: int, n: int) -> float:
    """TestAccuracy.py's logic in plain Python: is the predicted crop's MOS in the top N's?"""
    by_mos = sorted(range(len(mos)), key=lambda i: -mos[i])
    by_prediction = sorted(range(len(mos)), key=lambda i: -predicted[i])
    lowest = mos[by_mos[min(n, len(mos)) - 1]]
    return sum(mos[i] >= lowest for i in by_prediction[:k]) / k


def official_weighted(mos: list[float], predicted: list[float], k: int, n: int) -> float:
    by_mos = sorted(range(len(mos)), key=lambda i: -mos[i])
    by_prediction = sorted(range(len(mos)), key=lambda i: -predicted[i])
    ranks = sorted(by_mos.index(i) for i in by_prediction[:k])
    step = {5: 0.2, 10: 0.1}[n]
    return sum(math.exp(-step * (r - j)) for j, r in enumerate(ranks) if r < n) / k


def test_ties_with_the_nth_count() -> None:
    # Third best of 5 4 3 3 2 1 is 3: four anchors qualify.
    assert threshold(MOS, 3) == 3
    assert accuracy(MOS, PREDICTED, 1, 3) == 1
    assert accuracy(MOS, PREDICTED, 2, 3) == 1
    assert accuracy(MOS, PREDICTED, 2, 1) == 0
    assert accuracy(MOS, PREDICTED, 4, 3) == 3 / 4  # 3, 3, 5 and 1


def test_weighted_by_hand() -> None:
    # Returned: MOS ranks 2 and 3 of (5 4 3 3 2 1). r sorted 2, 3; j 0, 1; N = 5: exp(-2/5) each.
    assert weighted_accuracy(MOS, PREDICTED, 2, 5) == pytest.approx(math.exp(-0.4), abs=1e-15)
    assert weighted_accuracy(MOS, MOS, 4, 5) == pytest.approx(1, abs=1e-15)


def test_a_photo_with_fewer_anchors_than_asked() -> None:
    assert accuracy(np.array([2.0, 1.0]), np.array([1.0, 2.0]), 4, 5) == 2 / 4


def test_a_constant_has_no_correlation() -> None:
    assert spearman(MOS, np.ones(6)) is None
    assert pearson(np.full(6, 0.1), MOS) is None


RATED = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=4, max_size=40)


@given(RATED)
def test_equals_the_official_logic(rated: list[tuple[int, int]]) -> None:
    mos, predicted = [m / 2 for m, _ in rated], [float(p) for _, p in rated]
    a, b = np.array(mos), np.array(predicted)
    for n in (5, 10):
        single = [official_accuracy(mos, predicted, k, n) for k in (1, 2, 3, 4)]
        assert [accuracy(a, b, k, n) for k in (1, 2, 3, 4)] == single
        assert mean_accuracy(a, b, n) == pytest.approx(sum(single) / 4, abs=1e-12)
        for k in (1, 4):
            expected = official_weighted(mos, predicted, k, n)
            assert weighted_accuracy(a, b, k, n) == pytest.approx(expected, abs=1e-12)


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=3, max_size=60))
def test_correlations_equal_scipy(points: list[tuple[float, float]]) -> None:
    a, b = (np.round(np.array(column), 3) for column in zip(*points, strict=True))
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rank, linear = stats.spearmanr(a, b).statistic, stats.pearsonr(a, b).statistic
    assert spearman(a, b) == pytest.approx(rank, abs=1e-9)
    assert pearson(a, b) == pytest.approx(linear, abs=1e-9)
    assert list(average_ranks(a)) == list(stats.rankdata(a))
