"""What several models gain over one: the mean of four, none of which saw the photo.

    python -m cropsmith.evals.training.photographer.ensembles FCDB IMAGENET CACHE

CACHE is that of `crossval`. For each pair of folds a model is trained without both, and kept in the
cache; a photo is framed by the four that lack its fold, beside the fold's own model, through the
search that ships and with the same suspected faces and things.
"""

# ruff: noqa: TID253
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
import torch

from cropsmith.evals.training.photographer.crossval import (
    SEEN,
    SHARPNESS,
    UNSCALED,
    as_preference,
    nth,
    predict,
)
from cropsmith.evals.training.photographer.examples import FOLDS, Examples, load_examples
from cropsmith.evals.training.photographer.export import as_shipped
from cropsmith.evals.training.photographer.measures import interval, overlap, vote_gain
from cropsmith.evals.training.photographer.predictions import Predictions
from cropsmith.evals.training.photographer.train import (
    Batches,
    Model,
    Recipe,
    read_model,
    train,
    untrained,
    write_model,
)
from cropsmith.evals.training.photographer.views import features_of, make_views
from cropsmith.tools.photographer.network_head import Floats, Head
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.schema.geometry import Boxes
from cropsmith.tools.vision.backbone import Seen


@dataclass(frozen=True)
class Ensemble(Head):
    """Several heads; the photo's maps for them lie one behind another."""

    heads: tuple[Head, ...]

    def scores(self, maps: Floats, boxes: Boxes, aspect: float) -> Floats:
        """Return (N, 3), the mean of what the heads say; `maps` is (n, n, C * heads)."""
        parts = np.split(maps, len(self.heads), axis=-1)
        told = [
            head.scores(np.ascontiguousarray(part), boxes, aspect)
            for head, part in zip(self.heads, parts, strict=True)
        ]
        return np.asarray(np.mean(told, 0))


def together(models: Sequence[Model]) -> Preference:
    """Return what chooses by the mean of several models' log odds."""
    heads = tuple(as_preference(model).head for model in models)
    return Preference(Ensemble(**vars(heads[0]), heads=heads), SHARPNESS, UNSCALED)


def train_pairs(start: Model, batches: Batches, examples: Examples, cache: Path) -> None:
    """Train a model without each two folds, where the cache has none."""
    for pair in combinations(range(FOLDS), 2):
        path = without(*pair, cache)
        if not path.exists():
            photos = np.flatnonzero(~np.isin(examples.folds, pair))
            write_model(train(start, batches, photos), path)


def without(fold: int, other: int, cache: Path) -> Path:
    """Return the file of the model that was trained without two folds."""
    return cache / f"without_{min(fold, other)}_{max(fold, other)}.pt"


def report(found: Predictions, today: Predictions, examples: Examples) -> None:
    """Print paired gains over today's choices on the same photos."""
    for name, chosen, before in (
        ("free", found.free, today.free),
        ("ratio given", found.given, today.given),
    ):
        now, then = (overlap(boxes, examples.experts) for boxes in (chosen, before))
        print(f"{name}: {now.mean():.4f}, gain {interval(now - then)}")
    print("votes, margin >= 3:", vote_gain(found.margins, today.margins, examples.votes, 3))


def main(folder: Path, weights: Path, cache: Path) -> None:
    """Train what is missing, frame every photo by four models, and print the gains."""
    torch.set_num_threads(1)
    examples, recipe = load_examples(folder), Recipe()
    start = untrained(recipe, weights)
    views = make_views(folder, examples, start.trunk, cache / "views.npy")
    train_pairs(start, Batches(examples, views, recipe), examples, cache)
    seen, found = Seen(**np.load(cache / SEEN)), Predictions.empty(examples)
    for fold in range(FOLDS):
        held = np.flatnonzero(examples.folds == fold)
        models = [read_model(without(fold, o, cache)) for o in range(FOLDS) if o != fold]
        maps = [features_of(as_shipped(model.trunk), views[held]) for model in models]
        preference = together(models)
        for photo, features in zip(held.tolist(), np.concatenate(maps, -1), strict=True):
            own = replace(nth(seen, photo), features=features)
            predict(folder, own, preference, examples, photo, found)
    report(found, Predictions.load(cache), examples)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
