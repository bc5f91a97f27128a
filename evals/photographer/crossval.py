"""Cross-validation by photo: what the built-in photographer reaches on photos it has not seen.

    python -m cropsmith.evals.photographer.crossval FCDB_FOLDER WEIGHTS CACHE_FOLDER

Each fold's photos are framed by a model trained on the other four, through the same NumPy head and
the same proposals that ship. Photos are folded by a hash of their file name.
"""

# ruff: noqa: TID253
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from cropsmith.evals.photographer.examples import Examples
from cropsmith.evals.photographer.export import as_shipped, head_arrays
from cropsmith.evals.photographer.train import Model
from cropsmith.evals.photographer.views import VIEWS, Views
from cropsmith.tools.geometry import Boxes
from cropsmith.tools.head import Head
from cropsmith.tools.preference import Preference
from cropsmith.tools.proposals import propose
from cropsmith.tools.ratio import Ratio
from cropsmith.tools.sight import Sight

SHARPNESS = 1.6
"""Of the free choice's density; the flat best of 1.0, 1.6 and 2.5 on the first two folds."""
NO_SCALE = np.array([1.0, 0.0], dtype=np.float32)


@dataclass
class Predictions:
    """What was predicted for N photos; rows of photos not yet framed are NaN."""

    free: Boxes
    given: Boxes
    margins: NDArray[np.float64]
    """(N, 10), log odds that the first crop of each pair is preferred."""
    features: dict[int, NDArray[np.float32]] = field(default_factory=dict)

    @classmethod
    def empty(cls, count: int, pairs: int) -> "Predictions":
        """Return predictions for nothing yet."""
        nothing = np.full((count, 4), np.nan)
        return cls(nothing.copy(), nothing.copy(), np.full((count, pairs), np.nan))


def expert_ratio(examples: Examples, photo: int) -> Ratio:
    """Return the ratio of the expert's crop in whole pixels."""
    box, size = examples.experts[photo], examples.sizes[photo]
    width, height = np.rint((box[2:] - box[:2]) * size).astype(int)
    return Ratio.of(int(width), int(height))


def sight_of(features: NDArray[np.float32], size: NDArray[np.float64]) -> Sight:
    """Return a sight of known features; its pixels carry the photo's shape alone."""
    shape = np.maximum(np.rint(size * 320 / size.max()), 1).astype(int)
    return Sight(np.zeros((shape[1], shape[0], 3), np.uint8), features)


def predict(
    model: Model,
    examples: Examples,
    views: Views,
    photos: NDArray[np.int64],
    into: Predictions,
) -> None:
    """Frame these photos with a trained model, as it would ship."""
    preference = Preference(Head(**head_arrays(model.head)), SHARPNESS, NO_SCALE)
    trunk = as_shipped(model.trunk)
    for photo in photos:
        early = torch.from_numpy(views.maps[photo * VIEWS][None].astype(np.float32))
        with torch.no_grad():
            features = trunk.late(early)[0].numpy()
        sight = sight_of(features, examples.sizes[photo])
        into.features[int(photo)] = features
        into.free[photo] = propose(sight, None, 1, preference=preference)[0]
        ratio = expert_ratio(examples, int(photo))
        into.given[photo] = propose(sight, ratio, 1, preference=preference)[0]
        votes = preference.votes(sight, examples.pairs[photo].reshape(-1, 4)).reshape(-1, 2)
        into.margins[photo] = votes[:, 0] - votes[:, 1]
