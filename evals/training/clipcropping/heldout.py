"""What CLIPCropping's crop head reaches out of fold on the built-in eye's features.

    python -m cropsmith.evals.training.clipcropping.heldout FCDB CACHE

CACHE is that of `photographer.crossval`: each fold's photos are rated on the map of the fold's own
model, which had not seen them, by a head that was taught on the other folds over the same trunk.
Folds that are not in the cache are left out, and said.
"""

# ruff: noqa: TID253
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cropsmith.errors import UsageError
from cropsmith.evals.training.clipcropping.labels import Ranked
from cropsmith.evals.training.clipcropping.losses import crop_loss
from cropsmith.evals.training.loop import Loss, Plan, Step, train
from cropsmith.evals.training.photographer.examples import FOLDS, Examples, load_examples
from cropsmith.evals.training.photographer.export import as_shipped
from cropsmith.evals.training.photographer.measures import (
    accuracy,
    interval,
    of_equal_area,
    overlap,
    vote_gain,
)
from cropsmith.evals.training.photographer.predictions import Predictions
from cropsmith.evals.training.photographer.report import centred
from cropsmith.evals.training.photographer.train import read_model
from cropsmith.evals.training.photographer.views import features_of, make_views, turned
from cropsmith.tools.clipcrop.eye import EYE, SCALE
from cropsmith.tools.clipcropping.model import CropHead
from cropsmith.tools.clipcropping.shape import Shape
from cropsmith.tools.photographer.grids import areas, free_grid
from cropsmith.tools.schema.geometry import Boxes

SMALL = Shape(
    clip=EYE, architecture={}, mean=(0, 0, 0), deviation=(1, 1, 1), channels=16, cells=6, hidden=128
)
PLAN = Plan(epochs=5, batch=16, rate=1e-3, decay=1e-2, clip=1.0, drop=0.7)
DRAWN = 12
"""Boxes of a photo and step whose overlap with the expert's crop stands in for opinion scores."""
MEAN, DEVIATION = 0.5, 0.2
"""Of those overlaps, roughly: they are standardised as opinion scores are."""


@dataclass(frozen=True)
class Rated:
    """What a head says of photos that it has not seen."""

    best: Boxes
    """(N, 4), the photographer's proposal that it rates highest."""
    margins: NDArray[np.float64]
    """(N, 10), by how much it rates the first crop of each voted pair above the second."""


def lesson(examples: Examples, photo: int, random: np.random.Generator) -> Ranked:
    """Return what is known of a photo's crops: votes, the expert's crop, overlaps with it."""
    grid = free_grid(12)
    expert, pairs = examples.experts[photo], examples.pairs[photo].reshape(-1, 4)
    drawn = grid[random.integers(0, len(grid), DRAWN)]
    boxes = np.concatenate([expert[None], pairs, drawn])
    overlaps = overlap(boxes, np.tile(expert, (len(boxes), 1)))
    scores = (overlaps - MEAN) / DEVIATION
    scores[1 : 1 + len(pairs)] = np.nan
    votes = examples.votes[photo]
    lead = (votes[:, 0] - votes[:, 1]) / votes.sum(1)
    first = 1 + 2 * np.arange(len(votes))
    voted = np.arange(1, 1 + len(pairs))
    return Ranked(
        boxes,
        scores,
        np.concatenate([np.where(lead > 0, first, first + 1), np.zeros(len(voted), np.int64)]),
        np.concatenate([np.where(lead > 0, first + 1, first), voted]),
        np.concatenate([np.abs(lead), 1 - overlaps[voted]]),
    )


def taught(
    features: NDArray[np.float32],
    examples: Examples,
    photos: NDArray[np.int64],
    shape: Shape = SMALL,
    plan: Plan = PLAN,
) -> CropHead:
    """Return a head taught on some photos, from the maps (N, n, n, C) of all."""
    torch.manual_seed(plan.seed)
    head = CropHead(features.shape[-1], shape)

    def loss_of(step: Step) -> Loss:
        losses = []
        for photo in photos[step.rows]:
            truth, maps = lesson(examples, int(photo), step.random), features[photo]
            boxes = truth.boxes
            if step.random.random() < 0.5:
                maps, boxes = maps[:, ::-1], turned(boxes)
            losses.append(torch.stack(crop_loss(_ratings(head, maps, boxes), truth)))
        huber, ranking = torch.stack(losses).mean(0)
        parts = {"huber": float(huber.detach()), "ranking": float(ranking.detach())}
        return Loss(huber + ranking, parts)

    train(head, plan, len(photos), loss_of)
    return head


def _ratings(head: CropHead, maps: NDArray[np.float32], boxes: Boxes) -> Tensor:
    planes = torch.from_numpy(np.ascontiguousarray(maps.transpose(2, 0, 1)) * SCALE)
    return torch.as_tensor(head(head.reduce(planes), torch.from_numpy(boxes).float()))


def rated(
    head: CropHead, features: NDArray[np.float32], pools: NDArray[np.float64], examples: Examples
) -> Rated:
    """Return what a head says of all `examples`, whose maps and proposals are parallel to them."""
    best, margins = [], []
    with torch.no_grad():
        for maps, pool, pairs in zip(features, pools, examples.pairs, strict=True):
            best.append(pool[int(_ratings(head, maps, pool).argmax())])
            crops = _ratings(head, maps, pairs.reshape(-1, 4)).double().numpy().reshape(-1, 2)
            margins.append(crops[:, 0] - crops[:, 1])
    return Rated(np.stack(best), np.stack(margins))


def report(examples: Examples, found: Predictions, told: Rated) -> None:
    """Print overlap with the experts and pairs in order, beside centre and photographer."""
    size = areas(examples.pairs.reshape(-1, 4)).reshape(-1, len(examples.pairs[0]), 2)
    margins = {
        "larger crop": size[..., 0] - size[..., 1],
        "head": told.margins,
        "photographer": found.margins,
    }
    middle = np.tile(centred(0.9, 0.9), (len(examples.names), 1))
    for name, boxes in {"centre": middle, "head": told.best, "photographer": found.free}.items():
        iou = overlap(boxes, examples.experts)
        print(f"{name}: IoU {iou.mean():.4f}; head's gain over it", end=" ")
        print(interval(overlap(told.best, examples.experts) - iou))
    alike = of_equal_area(examples)
    for name, margin in margins.items():
        every, equal = accuracy(margin, examples.votes, 3), accuracy(margin, alike, 3)
        print(f"{name}: margin >= 3 {every}, of equal area {equal}; head's gain over it", end=" ")
        print(*(vote_gain(told.margins, margin, votes, 3) for votes in (examples.votes, alike)))


def main(folder: Path, cache: Path) -> None:
    """Print the figures over the folds whose models are there."""
    torch.set_num_threads(1)
    examples, found = load_examples(folder), Predictions.load(cache)
    told: list[Rated] = []
    photos: list[NDArray[np.int64]] = []
    for fold in range(FOLDS):
        held = np.flatnonzero(examples.folds == fold)
        kept = cache / f"fold_{fold}.pt"
        if not kept.exists() or np.isnan(found.free[held]).any():
            print(f"fold {fold} is left out: its model or predictions are not in the cache.")
            continue
        trunk = read_model(kept).trunk
        views = make_views(folder, examples, trunk, cache / "views.npy")
        features = features_of(as_shipped(trunk), views)
        head = taught(features, examples, np.flatnonzero(examples.folds != fold))
        told.append(rated(head, features[held], found.free_pool[held], examples.of(held)))
        photos.append(held)
        print(f"fold {fold}: {len(held)} photos rated", flush=True)
    if not told:
        raise UsageError(f"There is no fold_N.pt in {cache}.", hint="Run photographer.crossval.")
    every = np.concatenate(photos)
    joined = (
        np.concatenate(parts) for parts in zip(*(vars(t).values() for t in told), strict=True)
    )
    report(examples.of(every), found.of(every), Rated(*joined))


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:3]))
