import numpy as np
import pytest

from cropsmith.evals.metrics.ratings import concordance


def test_hand_worked() -> None:
    # Pairs: 1-2 right, 1-3 tied scores, 2-3 equal ratings (no pair).
    found = concordance(np.array([1.0, 2.0, 2.0]), np.array([0.0, 5.0, 0.0]))
    assert list(found) == pytest.approx([0.75, 1.0, 0.5])


def test_no_answer_is_a_miss_in_every_pair() -> None:
    found = concordance(np.array([1.0, 2.0, 3.0]), np.array([1.0, np.nan, 3.0]))
    assert list(found) == pytest.approx([0.5, 0.0, 0.5])


def test_without_pairs_there_is_no_figure() -> None:
    assert np.isnan(concordance(np.array([2.0, 2.0]), np.array([1.0, 0.0]))).all()
