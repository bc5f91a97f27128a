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

from cropsmith.evals.training.photographer import things
from cropsmith.evals.training.photographer.clued import clued
from cropsmith.evals.training.photographer.confidence import scales
from cropsmith.evals.training.photographer.crossval import SHARPNESS
from cropsmith.evals.training.photographer.examples import load_examples
from cropsmith.evals.training.photographer.export import as_shipped, head_arrays, write_eyes
from cropsmith.evals.training.photographer.faces import targets, taught, train_finder
from cropsmith.evals.training.photographer.finds import find_every
from cropsmith.evals.training.photographer.network import Eyes
from cropsmith.evals.training.photographer.predictions import Predictions
from cropsmith.evals.training.photographer.stages import voters
from cropsmith.evals.training.photographer.train import (
    Batches,
    Recipe,
    read_model,
    train,
    untrained,
    write_model,
)
from cropsmith.evals.training.photographer.views import features_of, make_views
from cropsmith.tools.photographer.clues import COUNT


def main(folder: Path, weights: Path, cache: Path, yunet: Path) -> None:
    """Train, calibrate and write."""
    torch.set_num_threads(1)
    examples, recipe = load_examples(folder), Recipe()
    start = untrained(recipe, weights)
    views = make_views(folder, examples, start.trunk, cache / "views.npy")
    path = cache / "every.pt"
    if path.exists():
        model = read_model(path)
    else:
        model = train(start, Batches(examples, views, recipe), np.arange(len(examples.names)))
        write_model(model, path)
    found = Predictions.load(cache)
    trunk = as_shipped(model.trunk)
    wanted = targets(taught(folder, examples.names, yunet))
    everyone = np.arange(len(examples.names))
    features = features_of(trunk, views)
    finder = train_finder(views[:, 0], features, wanted, everyone, recipe.seed)
    data = Path(str(files("cropsmith.tools")))
    middle, top = things.scales_of(trunk, views)
    shown = things.targets(things.taught(find_every(folder, examples.names, cache)))
    second = things.train_things(middle, top, shown, everyone, recipe.seed)
    write_eyes(Eyes(trunk, finder, second), data / "vision" / "eyes.onnx")
    numbers: dict[str, Any] = {
        **head_arrays(model.head),
        "sharpness": np.float32(SHARPNESS),
        "nearer_scale": scales(examples, found),
        "voters": voters(clued(folder, examples, cache), everyone, slice(COUNT)).astype(np.float32),
    }
    np.savez(data / "photographer" / "preference.npz", **numbers)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:5]))
