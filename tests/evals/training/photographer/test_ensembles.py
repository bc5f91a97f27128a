from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch; the package does not")

from cropsmith.evals.training.photographer.crossval import as_preference  # noqa: E402
from cropsmith.evals.training.photographer.ensembles import together, without  # noqa: E402
from cropsmith.evals.training.photographer.network import Head, Trunk  # noqa: E402
from cropsmith.evals.training.photographer.train import Model  # noqa: E402

pytestmark = pytest.mark.integration

BOXES = np.array([[0.0, 0.0, 1.0, 1.0], [0.1, 0.2, 0.8, 0.9], [0.4, 0.1, 0.9, 0.5]])


def test_an_ensemble_says_the_mean_of_its_heads_each_on_its_own_map() -> None:
    torch.manual_seed(0)
    models = [Model(Trunk(), Head().eval()) for _ in range(2)]
    maps = np.random.default_rng(0).random((2, 12, 12, 24), dtype=np.float32)
    apart = [
        as_preference(model).head.scores(own, BOXES, 1.5)
        for model, own in zip(models, maps, strict=True)
    ]
    said = together(models).head.scores(np.concatenate(list(maps), -1), BOXES, 1.5)
    assert said == pytest.approx(np.mean(apart, 0), abs=1e-5)
    assert not np.allclose(apart[0], apart[1])


def test_two_folds_name_one_model_in_either_order() -> None:
    assert without(3, 1, Path("cache")) == without(1, 3, Path("cache"))
