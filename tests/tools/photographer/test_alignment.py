import numpy as np
import pytest

from cropsmith.tools.photographer.alignment import aligned


def test_the_model_decides_between_crops_that_people_like_alike() -> None:
    scores = aligned(np.array([2, 0, 1]), np.array([0.7, 0.7, 0.7]))
    assert np.argsort(-scores).tolist() == [1, 2, 0]


def test_people_overrule_a_model_that_likes_a_bad_crop() -> None:
    assert aligned(np.array([0, 1]), np.array([0.4, 0.7])).argmax() == 1


def test_a_crop_that_was_not_ranked_stands_in_the_middle() -> None:
    scores = aligned(np.array([0, -1, 1]), np.zeros(3), weight=1.0)
    assert scores == pytest.approx([1.0, 0.5, 0.0])


def test_one_crop_alone_is_no_trouble() -> None:
    assert np.isfinite(aligned(np.array([0]), np.array([0.5]))).all()
