import numpy as np

from cropsmith.evals.training.photographer.alignment import noisy, simulate


def test_noisy_crops_are_boxes() -> None:
    boxes = noisy(np.array([[0.1, 0.1, 0.9, 0.9]]), 0.5, 200, np.random.default_rng(0))
    assert (boxes >= 0).all() and (boxes <= 1).all()
    assert (boxes[:, :2] < boxes[:, 2:]).all()


def test_a_skilled_model_puts_the_best_crop_first() -> None:
    expert = np.array([[0.2, 0.2, 0.8, 0.8]])
    builtin = np.array([[0.0, 0.0, 1.0, 1.0], [0.2, 0.2, 0.8, 0.81]])
    found = simulate(builtin, expert, 1e-4, np.random.default_rng(0))
    assert sorted(found.places.tolist()) == list(range(len(found.candidates)))
    assert found.places[-2] == len(found.candidates) - 1
