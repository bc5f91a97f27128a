import numpy as np
import pytest

from cropsmith.evals.training.photographer.confidence import (
    area_under,
    calibrated,
    error,
    fit,
    nearer,
)


def test_slope_and_intercept_are_recovered() -> None:
    odds = np.linspace(-3, 3, 500)
    share = 1 / (1 + np.exp(-(0.7 * odds - 0.4)))
    assert fit(odds, share) == pytest.approx([0.7, -0.4], abs=1e-6)


def test_nearer_is_by_overlap_with_the_expert() -> None:
    expert = np.array([[0.0, 0.0, 0.5, 1.0]] * 3)
    boxes = np.array([[0.0, 0.0, 0.6, 1.0], [0.0, 0.0, 1.0, 1.0], [0.5, 0.0, 1.0, 1.0]])
    assert nearer(boxes, expert).tolist() == [1, 0, 0]


def test_a_calibrated_chance_is_what_happens() -> None:
    random = np.random.default_rng(1)
    odds = random.normal(0, 1.5, 6000)
    truth = (random.random(6000) < 1 / (1 + np.exp(-(2 * odds + 0.5)))).astype(float)
    chance = calibrated(odds, truth, np.arange(6000) % 5)
    assert error(chance, truth) < 0.03
    assert error(np.full(6000, 0.99), truth) > 0.3


def test_the_area_is_the_share_of_pairs_in_order() -> None:
    chance, truth = np.array([0.9, 0.4, 0.6, 0.2]), np.array([1.0, 1.0, 0.0, 0.0])
    assert area_under(chance, truth) == 0.75
    assert area_under(np.full(4, 0.5), truth) == 0.5
