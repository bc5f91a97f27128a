import json
from pathlib import Path

import numpy as np
import pytest

from cropsmith.evals.training.photographer.examples import FOLDS, fold_of, load_examples


def test_boxes_are_normalised_and_clamped(tmp_path: Path) -> None:
    record = {"file": "a.jpg", "width": 400, "height": 300, "crop": [100, 30, 302, 240]}
    pair = {
        "crop_0": [0, 0, 200, 150],
        "crop_1": [40, 30, 200, 150],
        "vote_for_0": 4,
        "vote_for_1": 1,
    }
    (tmp_path / "annotations.json").write_text(json.dumps([record]))
    (tmp_path / "votes.json").write_text(json.dumps([{"file": "a.jpg", "pairs": [pair]}]))
    examples = load_examples(tmp_path)
    assert examples.experts == pytest.approx(np.array([[0.25, 0.1, 1.0, 0.9]]))
    assert examples.pairs[0, 0, 1] == pytest.approx([0.1, 0.1, 0.6, 0.6])
    assert examples.votes.tolist() == [[[4.0, 1.0]]]
    assert examples.aspects == pytest.approx([4 / 3])


def test_folds_depend_on_the_name_alone_and_are_all_used() -> None:
    folds = [fold_of(f"{i}.jpg") for i in range(100)]
    assert folds == [fold_of(f"{i}.jpg") for i in range(100)]
    assert set(folds) == set(range(FOLDS))


def test_the_real_set_is_complete(shared_data: Path) -> None:
    examples = load_examples(shared_data / "fcdb_train")
    assert examples.pairs.shape == (1335, 10, 2, 4)
    assert np.bincount(examples.folds).min() > 200
