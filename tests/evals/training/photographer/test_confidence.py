import numpy as np
import pytest

from cropsmith.evals.training.photographer.confidence import (
    MAJORITY,
    Nested,
    anchored,
    calibrated,
    fit,
    nested_pairs,
    reliability,
)
from cropsmith.evals.training.photographer.examples import Examples


def test_slope_and_intercept_are_recovered() -> None:
    odds = np.linspace(-3, 3, 500)
    share = 1 / (1 + np.exp(-(0.7 * odds - 0.4)))
    assert fit(odds, share) == pytest.approx([0.7, -0.4], abs=1e-6)


def test_experts_are_preferred_as_often_as_majorities_are_large() -> None:
    odds = np.random.default_rng(0).normal(-2, 1, 300)
    slope, intercept = anchored(0.8, odds)
    assert np.mean(1 / (1 + np.exp(-(slope * odds + intercept)))) == pytest.approx(MAJORITY)


def test_a_calibrated_chance_is_what_happens() -> None:
    random = np.random.default_rng(1)
    odds = random.normal(0, 1.5, 6000)
    truth = 1 / (1 + np.exp(-(2 * odds + 0.5)))
    nested = Nested(odds, (random.random(6000) < truth).astype(float), np.arange(6000) % 5)
    rows = reliability(calibrated(nested), nested.share)
    assert float(rows[-1].split("|")[2]) < 0.03


def test_only_a_crop_inside_the_other_makes_a_pair() -> None:
    inner, outer, beside = [0.2, 0.2, 0.6, 0.6], [0.1, 0.1, 0.9, 0.9], [0.5, 0.5, 1.0, 1.0]
    examples = Examples(
        names=["a"],
        sizes=np.array([[4.0, 3.0]]),
        experts=np.array([outer]),
        pairs=np.array([[[inner, outer], [outer, inner], [inner, beside]]]),
        votes=np.array([[[4.0, 1.0], [5.0, 0.0], [3.0, 2.0]]]),
        folds=np.array([2]),
    )
    nested = nested_pairs(examples, np.array([[1.5, -0.5, 9.0]]))
    assert nested.odds == pytest.approx([1.5, 0.5])
    assert nested.share == pytest.approx([0.8, 0.0])
