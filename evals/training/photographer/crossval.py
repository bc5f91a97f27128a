"""Cross-validation by photo: what the built-in photographer reaches on photos it has not seen.

    python -m cropsmith.evals.training.photographer.crossval FCDB IMAGENET CACHE YUNET

Each fold's photos are framed by a model trained on the other four, through the same NumPy head and
the same proposals that ship. Trained folds are kept in the cache folder and not trained again.
"""

# ruff: noqa: TID253
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from cropsmith.evals.training.photographer.examples import FOLDS, Examples, load_examples
from cropsmith.evals.training.photographer.export import as_shipped, head_arrays
from cropsmith.evals.training.photographer.faces import face_maps, targets, taught, train_finder
from cropsmith.evals.training.photographer.network import Head as TrainedHead
from cropsmith.evals.training.photographer.network import Trunk
from cropsmith.evals.training.photographer.train import Batches, Model, Recipe, train, untrained
from cropsmith.evals.training.photographer.views import VIEWS, Views, make_views
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.photographer.network_head import Head
from cropsmith.tools.photographer.opened_photo import SIGHT_SIDE
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.photographer.search import propose
from cropsmith.tools.schema.geometry import Boxes
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.vision.backbone import Seen

SHARPNESS = 1.6
"""Of the free choice's density; the flat best of 1.0, 1.6 and 2.5 on the first two folds."""
UNSCALED = np.array([1.0, 0.0], dtype=np.float32)
POOL = 24
"""Proposals a photo among which the best possible is sought."""


@dataclass(frozen=True)
class Predictions:
    """What was predicted for N photos by models that had not seen them; rows are parallel."""

    free: Boxes
    given: Boxes
    free_pool: NDArray[np.float64]
    """(N, POOL, 4), all proposals, the first repeated where there were fewer."""
    given_pool: NDArray[np.float64]
    margins: NDArray[np.float64]
    """(N, 10), log odds that the first crop of each pair is preferred."""
    over_whole: NDArray[np.float64]
    """(N, 2), log odds that the expert's and the photographer's crop beat the original."""

    @classmethod
    def empty(cls, examples: Examples) -> "Predictions":
        """Return arrays for all photos, NaN everywhere."""
        count, pairs = examples.votes.shape[:2]
        shapes = [(count, 4)] * 2 + [(count, POOL, 4)] * 2 + [(count, pairs), (count, 2)]
        return cls(*(np.full(shape, np.nan) for shape in shapes))


def expert_ratio(examples: Examples, photo: int) -> Ratio:
    """Return the ratio of the expert's crop in whole pixels."""
    box, size = examples.experts[photo], examples.sizes[photo]
    width, height = np.rint((box[2:] - box[:2]) * size).astype(int)
    return Ratio.of(int(width), int(height))


def as_preference(model: Model) -> Preference:
    """Return a trained model's head as it would ship."""
    return Preference(Head(**head_arrays(model.head)), SHARPNESS, UNSCALED)


def features_of(trunk: Trunk, views: Views) -> NDArray[np.float32]:
    """Return (N, n, n, C): what a trunk makes of each photo and its mirror image, averaged."""
    found = []
    for photo in range(len(views.maps) // VIEWS):
        early = views.maps[photo * VIEWS : photo * VIEWS + 2].astype(np.float32)
        with torch.no_grad():
            maps = trunk.late(torch.from_numpy(early)).numpy()
        found.append((maps[0] + maps[1][:, ::-1]) / 2)
    return np.stack(found)


def predict(
    sight: Sight, preference: Preference, examples: Examples, photo: int, into: Predictions
) -> None:
    """Frame one photo as the package would."""
    for ratio, best, pool in (
        (None, into.free, into.free_pool),
        (expert_ratio(examples, photo), into.given, into.given_pool),
    ):
        boxes = propose(sight, ratio, POOL, preference=preference)
        best[photo] = boxes[0]
        pool[photo] = boxes[0]
        pool[photo, : len(boxes)] = boxes
    votes = preference.votes(sight, examples.pairs[photo].reshape(-1, 4)).reshape(-1, 2)
    into.margins[photo] = votes[:, 0] - votes[:, 1]
    crops = [examples.experts[photo], into.free[photo], np.array([0.0, 0.0, 1.0, 1.0])]
    expert, ours, whole = preference.votes(sight, np.stack(crops))
    into.over_whole[photo] = expert - whole, ours - whole


def fold_model(start: Model, batches: Batches, examples: Examples, fold: int, cache: Path) -> Model:
    """Return the model trained without one fold, from the cache where it is there."""
    path = cache / f"fold_{fold}.pt"
    if path.exists():
        trunk, head = torch.load(path)
        model = Model(Trunk(), TrainedHead())
        model.trunk.load_state_dict(trunk)
        model.head.load_state_dict(head)
        model.head.eval()
    else:
        model = train(start, batches, np.flatnonzero(examples.folds != fold))
        torch.save((model.trunk.state_dict(), model.head.state_dict()), path)
    return model


def main(folder: Path, weights: Path, cache: Path, yunet: Path) -> None:
    """Train and predict every fold, and write predictions.npz into the cache folder."""
    torch.set_num_threads(1)
    examples, recipe = load_examples(folder), Recipe()
    start = untrained(recipe, weights)
    views = make_views(folder, examples, start.trunk, cache / "views.npy")
    wanted = targets(taught(folder, examples.names, yunet))
    early = views.maps[::VIEWS]
    found = Predictions.empty(examples)
    for fold in range(FOLDS):
        batches = Batches(examples, views, recipe)
        model = fold_model(start, batches, examples, fold, cache)
        preference = as_preference(model)
        features = features_of(as_shipped(model.trunk), views)
        others = np.flatnonzero(examples.folds != fold)
        finder = train_finder(early, features, wanted, others, recipe.seed)
        for photo in np.flatnonzero(examples.folds == fold):
            pixels = open_photo(folder / "photos" / examples.names[photo]).pixels(SIGHT_SIDE)
            faces = face_maps(finder, early[[photo]], features[[photo]])[0]
            sight = Sight(pixels, Seen(features[photo], faces))
            predict(sight, preference, examples, int(photo), found)
    np.savez(cache / "predictions.npz", **vars(found))


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:5]))
