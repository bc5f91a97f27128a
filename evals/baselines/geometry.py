"""Baselines that never look at the photo: whole frame, centred boxes, area, chance."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from cropsmith.evals.metrics.windows import widest
from cropsmith.evals.trial import Trial
from cropsmith.tools.schema.geometry import Box, as_array, iou_matrix
from cropsmith.tools.schema.ratio import Ratio

LARGEST_ANCHOR = 11 / 12
"""Side of GAICD's largest anchor; as a constant it scores the published baseline row."""


def maximal(ratio: Ratio, trial: Trial) -> tuple[float, float]:
    """Return width and height, as shares of the photo, of the largest box of a ratio."""
    if trial.size is None:
        raise ValueError("a ratio on a photo of unknown size")
    return widest(ratio, trial.size)


def window(trial: Trial, share: float, x: float = 0.5, y: float = 0.5) -> Box:
    """Return a box of `share` of the largest allowed side; x, y place it in the room left, 0-1."""
    width, height = maximal(trial.ratio, trial) if trial.ratio else (1.0, 1.0)
    width, height = width * share, height * share
    left, top = (1 - width) * x, (1 - height) * y
    return Box.of((left, top, left + width, top + height))


def full_frame(trial: Trial) -> Box:
    """Return the whole photo."""
    return Box.whole()


def centred(share: float) -> Callable[[Trial], Box]:
    """Return a predictor of the centred box of this share of the largest allowed side."""

    def predict(trial: Trial) -> Box:
        return window(trial, share)

    return predict


def generator_for(trial: Trial) -> np.random.Generator:
    """Return the chance of one trial: it depends on the photo and the seed, not on the order."""
    digest = hashlib.sha256(f"{trial.seed}\0{trial.name}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def random_crop(trial: Trial) -> Box:
    """Return a box of the frame's (or the asked) ratio, half to all of its side, anywhere."""
    share, x, y = generator_for(trial).uniform((0.5, 0, 0), 1)
    return window(trial, float(share), float(x), float(y))


def random_scores(trial: Trial) -> Sequence[float]:
    """Return one random number a box."""
    return [float(v) for v in generator_for(trial).random(len(trial.boxes))]


def area_scores(trial: Trial) -> Sequence[float]:
    """Prefer the larger box."""
    return [box.area for box in trial.boxes]


def central_scores(trial: Trial) -> Sequence[float]:
    """Prefer the box whose middle is nearer to the photo's."""
    return [-float(np.hypot(box.centre.x - 0.5, box.centre.y - 0.5)) for box in trial.boxes]


def overlap_scores(share: float) -> Callable[[Trial], Sequence[float]]:
    """Return a ranker by IoU with the centred box of this share of each side."""
    edge = (1 - share) / 2
    centre = as_array([Box(x1=edge, y1=edge, x2=1 - edge, y2=1 - edge)])

    def predict(trial: Trial) -> Sequence[float]:
        return [float(v) for v in iou_matrix(as_array(trial.boxes), centre)[:, 0]]

    return predict
