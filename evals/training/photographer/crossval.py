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

from cropsmith.evals.training.photographer import faces, things
from cropsmith.evals.training.photographer.examples import FOLDS, Examples, load_examples
from cropsmith.evals.training.photographer.export import as_shipped, head_arrays
from cropsmith.evals.training.photographer.finds import find_every
from cropsmith.evals.training.photographer.network import CHANNELS
from cropsmith.evals.training.photographer.predictions import POOL, Predictions
from cropsmith.evals.training.photographer.train import (
    Batches,
    Model,
    Recipe,
    read_model,
    train,
    untrained,
    write_model,
)
from cropsmith.evals.training.photographer.views import Views, features_of, make_views
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.photographer.network_head import Head
from cropsmith.tools.photographer.opened_photo import SIGHT_SIDE
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.photographer.search import propose
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.vision.backbone import Seen

SHARPNESS = 1.6
"""Of the free choice's density; the flat best of 1.0, 1.6 and 2.5 on the first two folds."""
SEEN = "seen.npz"
"""In the cache: what each fold's model sees of the photos held out from it."""
SHAPES = ((12, 12, CHANNELS), (5, 24, 24), (5, 12, 12))
"""Of a photo's maps: features, faces, things."""
UNSCALED = np.array([[1.0, 0.0]] * 2, dtype=np.float32)


def expert_ratio(examples: Examples, photo: int) -> Ratio:
    """Return the ratio of the expert's crop in whole pixels."""
    box, size = examples.experts[photo], examples.sizes[photo]
    width, height = np.rint((box[2:] - box[:2]) * size).astype(int)
    return Ratio.of(int(width), int(height))


def as_preference(model: Model) -> Preference:
    """Return a trained model's head as it would ship."""
    return Preference(Head(**head_arrays(model.head)), SHARPNESS, UNSCALED)


def nth(seen: Seen, photo: int) -> Seen:
    """Return the maps of one photo out of those of many."""
    return Seen(seen.features[photo], seen.faces[photo], seen.things[photo])


def predict(
    folder: Path,
    seen: Seen,
    preference: Preference,
    examples: Examples,
    photo: int,
    into: Predictions,
) -> None:
    """Frame one photo, of which the eye saw this, as the package would."""
    sight = Sight(open_photo(folder / "photos" / examples.names[photo]).pixels(SIGHT_SIDE), seen)
    for ratio, best, pool in (
        (None, into.free, into.free_pool),
        (expert_ratio(examples, photo), into.given, into.given_pool),
    ):
        boxes = propose(sight, ratio, POOL, preference=preference)
        best[photo] = boxes[0]
        pool[photo] = boxes[0]
        pool[photo, : len(boxes)] = boxes
        into.nearer[photo, int(ratio is not None)] = preference.nearer(sight, boxes[0], ratio)
    votes = preference.votes(sight, examples.pairs[photo].reshape(-1, 4)).reshape(-1, 2)
    into.margins[photo] = votes[:, 0] - votes[:, 1]


def fold_model(start: Model, batches: Batches, examples: Examples, fold: int, cache: Path) -> Model:
    """Return the model trained without one fold, from the cache where it is there."""
    path = cache / f"fold_{fold}.pt"
    if path.exists():
        return read_model(path)
    model = train(start, batches, np.flatnonzero(examples.folds != fold))
    write_model(model, path)
    return model


@dataclass(frozen=True)
class Lessons:
    """What every fold learns from."""

    folder: Path
    examples: Examples
    views: Views
    faces: faces.Targets
    things: things.Targets


def frame(lessons: Lessons, model: Model, fold: int, seen: Seen, found: Predictions) -> None:
    """Teach a fold's finders on its own trunk, and frame the photos held out from its model.

    What is seen and predicted is written into the rows of `seen` and `found`.
    """
    examples, views, seed = lessons.examples, lessons.views, Recipe().seed
    preference, trunk = as_preference(model), as_shipped(model.trunk)
    features = features_of(trunk, views)
    middle, top = things.scales_of(trunk, views)
    others = np.flatnonzero(examples.folds != fold)
    held = np.flatnonzero(examples.folds == fold)
    finder = faces.train_finder(views[:, 0], features, lessons.faces, others, seed)
    second = things.train_things(middle, top, lessons.things, others, seed)
    seen.features[held] = features[held]
    seen.faces[held] = faces.face_maps(finder, views[held, 0], features[held])
    seen.things[held] = things.thing_maps(second, middle[held], top[held])
    for photo in held.tolist():
        predict(lessons.folder, nth(seen, photo), preference, examples, photo, found)


def main(folder: Path, weights: Path, cache: Path, yunet: Path) -> None:
    """Train and predict every fold, and write predictions.npz into the cache folder."""
    torch.set_num_threads(1)
    examples, recipe = load_examples(folder), Recipe()
    start = untrained(recipe, weights)
    views = make_views(folder, examples, start.trunk, cache / "views.npy")
    lessons = Lessons(
        folder,
        examples,
        views,
        faces.targets(faces.taught(folder, examples.names, yunet)),
        things.targets(things.taught(find_every(folder, examples.names, cache))),
    )
    seen = Seen(*(np.empty((len(views), *shape), np.float32) for shape in SHAPES))
    found = Predictions.empty(examples)
    for fold in range(FOLDS):
        model = fold_model(start, Batches(examples, views, recipe), examples, fold, cache)
        frame(lessons, model, fold, seen, found)
    np.savez(cache / SEEN, **vars(seen))
    found.save(cache)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:5]))
