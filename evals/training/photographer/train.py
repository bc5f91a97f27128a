"""Training: experts' boxes and voted pairs into one network.

Three losses. Free choice: cross-entropy of the boxes' softmax with a soft target that is high where
a box agrees with the expert's. Ratio given: the expected overlap of the softmax's choice among
boxes of the expert's ratio. Votes: the share of voters for each crop of a pair, logistic.
"""

# ruff: noqa: TID253
import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from cropsmith.evals.training.photographer.examples import Examples
from cropsmith.evals.training.photographer.network import FROZEN, Head, Trunk, imagenet
from cropsmith.evals.training.photographer.views import VIEWS, Views, turned
from cropsmith.tools.photographer.grids import free_grid, ratio_grid


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the outcome of a training run."""

    epochs: int = 3
    """Each passes every photo twice, as it is or mirrored by chance."""
    batch: int = 16
    candidates: int = 96
    """Boxes a photo and step for the free choice; half as many at the given ratio."""
    head_rate: float = 2e-3
    trunk_rate: float = 1e-4
    decay: float = 1e-2
    softness: float = 0.05
    """Overlap that lowers a box's target by a factor of e."""
    overlap_weight: float = 8.0
    vote_weight: float = 0.5
    averaging: float = 0.99
    """Decay of the weights' running average, which is what is kept."""
    seed: int = 0


@dataclass(frozen=True)
class Model:
    """A trunk and a head that belong together."""

    trunk: Trunk
    head: Head

    @property
    def pretrained(self) -> list[nn.Parameter]:
        """The trunk's later blocks, which start from ImageNet."""
        return [*self.trunk.blocks[FROZEN:].parameters()]

    @property
    def fresh(self) -> list[nn.Parameter]:
        """What starts from nothing."""
        parts = (self.trunk.middle, self.trunk.top, self.head)
        return [parameter for part in parts for parameter in part.parameters()]


def untrained(recipe: Recipe, imagenet_weights: Path) -> Model:
    """Return ImageNet's trunk under a head that has learnt nothing; the seed decides the rest."""
    torch.manual_seed(recipe.seed)
    trunk, head = Trunk(), Head()
    imagenet(trunk, imagenet_weights)
    return Model(trunk.to(memory_format=torch.channels_last), head)


def read_model(path: Path) -> Model:
    """Return a trained model as `write_model` left it."""
    model = Model(Trunk(), Head())
    trunk, head = torch.load(path, weights_only=True)
    model.trunk.load_state_dict(trunk)
    model.head.load_state_dict(head)
    model.head.eval()
    return model


def write_model(model: Model, path: Path) -> None:
    """Keep a trained model in a file."""
    torch.save((model.trunk.state_dict(), model.head.state_dict()), path)


def overlaps(a: Tensor, b: Tensor) -> Tensor:
    """Return intersections over unions of boxes that broadcast together."""
    low, high = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    both = (high - low).clamp(min=0).prod(-1)
    areas = [(c[..., 2:] - c[..., :2]).prod(-1) for c in (a, b)]
    return both / (areas[0] + areas[1] - both)


class Batches:
    """Draws views of photos, and boxes to score on each."""

    def __init__(self, examples: Examples, views: Views, recipe: Recipe) -> None:
        self.recipe = recipe
        self.maps = views.reshape(-1, *views.shape[2:])
        self.random = np.random.default_rng(recipe.seed)
        self.grid = free_grid(16)
        self.experts = _both_ways(examples.experts)
        self.pairs = torch.from_numpy(_both_ways(examples.pairs)).float()
        shares = examples.votes[..., 0] / examples.votes.sum(-1)
        self.shares = torch.from_numpy(np.repeat(shares, VIEWS, 0)).float()
        self.aspects = torch.from_numpy(np.repeat(examples.aspects, VIEWS)).float()

    def epoch(self, photos: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """Return batches of rows: every photo twice, as it is or mirrored."""
        rows = [
            self.random.permutation(photos) * VIEWS + self.random.integers(0, VIEWS, len(photos))
            for _ in range(2)
        ]
        every = np.concatenate(rows)
        size = self.recipe.batch
        return [every[i : i + size] for i in range(0, len(every) - size + 1, size)]

    def free(self, count: int) -> Tensor:
        """Return free candidates (count, K, 4)."""
        drawn = self.grid[self.random.integers(0, len(self.grid), (count, self.recipe.candidates))]
        return torch.from_numpy(
            np.clip(drawn + self.random.normal(0, 0.01, drawn.shape), 0, 1)
        ).float()

    def given(self, rows: NDArray[np.int64]) -> Tensor:
        """Return candidates (R, K / 2, 4) of each expert's shape."""
        drawn = []
        for x1, y1, x2, y2 in self.experts[rows]:
            pool = ratio_grid(float((x2 - x1) / (y2 - y1)))
            drawn.append(pool[self.random.integers(0, len(pool), self.recipe.candidates // 2)])
        return torch.from_numpy(np.stack(drawn)).float()


def _both_ways(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each photo's boxes (N, ..., 4) followed by their mirror image, (N * VIEWS, ..., 4)."""
    return np.stack([boxes, turned(boxes)], 1).reshape(-1, *boxes.shape[1:])


def loss_of(model: Model, batches: Batches, rows: NDArray[np.int64]) -> Tensor:
    """Return the loss of one batch."""
    recipe = batches.recipe
    early = torch.from_numpy(batches.maps[rows].astype(np.float32))
    features = model.trunk.late(early.contiguous(memory_format=torch.channels_last))
    expert = torch.from_numpy(batches.experts[rows]).float()[:, None]
    free, given = batches.free(len(rows)), batches.given(rows)
    pairs = batches.pairs[rows].transpose(1, 2).flatten(1, 2)
    every = torch.cat([free, given, pairs], 1)
    scores = model.head(features, every, batches.aspects[rows])
    scores = scores.split([free.shape[1], given.shape[1], pairs.shape[1]], 1)
    target = (overlaps(free, expert) / recipe.softness).softmax(-1)
    choice = -(target * scores[0][..., 0].log_softmax(-1)).sum(-1).mean()
    chosen = scores[1][..., 1].softmax(-1)
    overlap = -(chosen * overlaps(given, expert)).sum(-1).mean()
    half = pairs.shape[1] // 2
    margin = scores[2][:, :half, 2] - scores[2][:, half:, 2]
    votes = F.binary_cross_entropy_with_logits(margin, batches.shares[rows])
    return choice + recipe.overlap_weight * overlap + recipe.vote_weight * votes


def train(
    start: Model,
    batches: Batches,
    photos: NDArray[np.int64],
    report: Callable[[str], None] = print,
) -> Model:
    """Return the running average of a model trained on these photos; `start` is not changed."""
    recipe = batches.recipe
    torch.manual_seed(recipe.seed)
    model, kept = copy.deepcopy(start), copy.deepcopy(start)
    parameters = [*model.pretrained, *model.fresh]
    groups = [
        {"params": model.pretrained, "lr": recipe.trunk_rate},
        {"params": model.fresh, "lr": recipe.head_rate},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=recipe.decay)
    steps = recipe.epochs * (2 * len(photos) // recipe.batch)
    rates = [recipe.trunk_rate, recipe.head_rate]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, steps, pct_start=0.2)
    step = 0
    model.head.train()
    for epoch in range(recipe.epochs):
        total = 0.0
        for rows in batches.epoch(photos):
            loss = loss_of(model, batches, rows)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 5.0)
            optimiser.step()
            schedule.step()
            step, total = step + 1, total + float(loss.detach())
            # The average starts fast, so that it does not remember the first weights.
            decay = min(recipe.averaging, (1 + step) / (10 + step))
            with torch.no_grad():
                for ours, theirs in zip([*kept.pretrained, *kept.fresh], parameters, strict=True):
                    ours.lerp_(theirs, 1 - decay)
        report(f"epoch {epoch + 1}: loss {total * recipe.epochs / steps:.4f}")
    kept.head.eval()
    return kept
