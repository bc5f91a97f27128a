"""Train on every photo and write the files that ship; run the cross-validation first.

    python -m cropsmith.evals.training.photographer.build FCDB IMAGENET CACHE YUNET

Writes tools/vision/eyes.onnx and tools/photographer/preference.npz of this checkout.
"""

# ruff: noqa: TID253
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cropsmith.evals.training.photographer.confidence import anchored, fit, nested_pairs
from cropsmith.evals.training.photographer.crossval import SHARPNESS, Predictions, features_of
from cropsmith.evals.training.photographer.examples import load_examples
from cropsmith.evals.training.photographer.export import as_shipped, head_arrays, write_eyes
from cropsmith.evals.training.photographer.faces import targets, taught, train_finder
from cropsmith.evals.training.photographer.network import Eyes, Head, Trunk
from cropsmith.evals.training.photographer.train import Batches, Model, Recipe, train, untrained
from cropsmith.evals.training.photographer.views import VIEWS, make_views


def main(folder: Path, weights: Path, cache: Path, yunet: Path) -> None:
    """Train, calibrate and write."""
    torch.set_num_threads(1)
    examples, recipe = load_examples(folder), Recipe()
    start = untrained(recipe, weights)
    views = make_views(folder, examples, start.trunk, cache / "views.npy")
    path = cache / "every.pt"
    if path.exists():
        trunk_state, head_state = torch.load(path)
        model = Model(Trunk(), Head())
        model.trunk.load_state_dict(trunk_state)
        model.head.load_state_dict(head_state)
    else:
        model = train(start, Batches(examples, views, recipe), np.arange(len(examples.names)))
        torch.save((model.trunk.state_dict(), model.head.state_dict()), path)
    found = Predictions(**np.load(cache / "predictions.npz"))
    nested = nested_pairs(examples, found.margins)
    slope = float(fit(nested.odds, nested.share)[0])
    trunk = as_shipped(model.trunk)
    wanted = targets(taught(folder, examples.names, yunet))
    everyone = np.arange(len(examples.names))
    features = features_of(trunk, views)
    finder = train_finder(views.maps[::VIEWS], features, wanted, everyone, recipe.seed)
    data = Path(str(files("cropsmith.tools")))
    write_eyes(Eyes(trunk, finder), data / "vision" / "eyes.onnx")
    numbers: dict[str, Any] = {
        **head_arrays(model.head),
        "sharpness": np.float32(SHARPNESS),
        "vote_scale": anchored(slope, found.over_whole[:, 0]),
    }
    np.savez(data / "photographer" / "preference.npz", **numbers)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:5]))
