import numpy as np
import pytest

from cropsmith.evals.statistics.clusters import Clustered, draws, resampled
from cropsmith.evals.statistics.intervals import bootstrap


def test_the_mean_is_pooled_over_weights() -> None:
    data = Clustered.gather(["a", "a", "b"], [1.0, 0.0, 1.0], [1, 3, 2])
    assert data.mean == pytest.approx(3 / 6)
    assert list(data.by_photo) == [0.25, 1.0]


def test_a_photo_is_drawn_with_all_its_samples() -> None:
    # Forty copies of one photo's sample are one observation: the interval must not shrink.
    values = np.random.default_rng(1).normal(size=30)
    names = [str(i) for i in range(30)]
    once = bootstrap(Clustered.gather(names, list(values)))
    copies = bootstrap(Clustered.gather(names * 40, list(values) * 40))
    assert (once.low, once.high) == pytest.approx((copies.low, copies.high))


def test_width_is_that_of_the_standard_error() -> None:
    values = np.random.default_rng(2).normal(3, 1, size=400)
    found = bootstrap(Clustered.gather([str(i) for i in range(400)], list(values)), count=4000)
    error = values.std(ddof=1) / 20
    assert found.value == pytest.approx(values.mean())
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * error, rel=0.06)
    assert found.excludes(2.7) and not found.excludes(found.value)


def test_covers_the_truth_about_as_often_as_it_says() -> None:
    generator, hits = np.random.default_rng(3), 0
    names = [str(i) for i in range(60)]
    for seed in range(200):
        values = list(generator.normal(size=60))
        found = bootstrap(Clustered.gather(names, values), count=300, seed=seed)
        hits += not found.excludes(0)
    assert 0.89 <= hits / 200 <= 0.99


def test_same_seed_same_draws() -> None:
    assert (draws(5, 3, seed=4) == draws(5, 3, seed=4)).all()
    assert (draws(5, 3).sum(axis=1) == 5).all()


def test_draws_without_a_value_are_left_out() -> None:
    data = Clustered.gather(["a", "b"], [1.0, 1.0], [1, 0])
    assert np.isnan(resampled(data, np.array([[0.0, 2.0]]))).all()
    assert bootstrap(data).low == 1.0
    assert bootstrap(data).photos == 1
