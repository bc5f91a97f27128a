import numpy as np
import pytest

from cropsmith.evals.training.photographer.measures import (
    accuracy,
    displacement,
    interval,
    overlap,
    share_cut,
    share_gone,
    vote_gain,
)

WHOLE = np.array([[0.0, 0.0, 1.0, 1.0]])
HALF = np.array([[0.0, 0.0, 0.5, 1.0]])


def test_overlap_and_displacement_of_a_half() -> None:
    assert overlap(WHOLE, HALF) == pytest.approx([0.5])
    assert displacement(WHOLE, HALF) == pytest.approx([0.125])
    assert overlap(HALF, HALF) == pytest.approx([1.0])


def test_an_interval_holds_its_mean_and_narrows_with_more_photos() -> None:
    values = np.random.default_rng(0).normal(0.1, 1, 4000)
    few, many = interval(values[:100]), interval(values)
    assert few.low < few.mean < few.high
    assert many.high - many.low < (few.high - few.low) / 3


def test_accuracy_counts_clear_pairs_and_halves_ties() -> None:
    votes = np.array([[[5, 0], [1, 4], [3, 2], [4, 1]]], dtype=float)
    margins = np.array([[0.3, 0.2, -1.0, 0.0]])
    assert accuracy(margins, votes, 3).mean == pytest.approx((1 + 0 + 0.5) / 3)
    assert accuracy(margins, votes, 1).mean == pytest.approx((1 + 0 + 0 + 0.5) / 4)


def test_faces_cut_and_gone_of_the_photos_with_a_face() -> None:
    whole, cut, sliver, none = (
        [0.1, 0.1, 0.3, 0.4],
        [0.3, 0.1, 0.7, 0.4],
        [0.49, 0.1, 0.9, 0.4],
        [np.nan] * 4,
    )
    faces = np.array([whole, cut, cut, sliver, none])
    crops = np.tile(HALF, (5, 1))
    assert share_cut(crops, faces) == pytest.approx(0.5)
    assert share_gone(crops, faces) == pytest.approx(0.25)


def test_a_gain_in_votes_is_paired_by_photo() -> None:
    votes = np.tile([[4.0, 1.0], [1.0, 4.0], [3.0, 2.0]], (50, 1, 1))
    before, margins = np.ones((50, 3)), np.tile([1.0, -1.0, -1.0], (50, 1))
    clear, every = (vote_gain(margins, before, votes, least) for least in (3, 1))
    assert (clear.mean, clear.low, clear.high) == pytest.approx((0.5, 0.5, 0.5))
    assert every.mean == pytest.approx(0)
