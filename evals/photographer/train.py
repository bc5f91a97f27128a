"""Training: experts' boxes and voted pairs into one network.

Three losses. Free choice: cross-entropy of the boxes' softmax with a soft target that is high where
a box agrees with the expert's. Ratio given: the expected overlap of the softmax's choice among
boxes of the expert's ratio. Votes: the share of voters for each crop of a pair, logistic.
"""

# ruff: noqa: TID253
import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from cropsmith.evals.photographer.examples import Examples
from cropsmith.evals.photographer.network import FROZEN, Head, Trunk
from cropsmith.tools.geometry import Boxes
from cropsmith.tools.grids import free_grid, ratio_grid


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the outcome of a training run."""

    epochs: int = 6
    """Each passes every photo once as it is and once mirrored."""
    batch: int = 16
    candidates: int = 96
    """Boxes a photo and step for the free choice; half as many at the given ratio."""
    head_rate: float = 2e-3
    trunk_rate: float = 2e-4
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


def mirrored(boxes: Tensor) -> Tensor:
    """Return the boxes as they lie on the mirrored photo."""
    x1, y1, x2, y2 = boxes.unbind(-1)
    return torch.stack([1 - x2, y1, 1 - x1, y2], -1)


def overlaps(a: Tensor, b: Tensor) -> Tensor:
    """Return intersections over unions of boxes that broadcast together."""
    low, high = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    both = (high - low).clamp(min=0).prod(-1)
    areas = [(c[..., 2:] - c[..., :2]).prod(-1) for c in (a, b)]
    return both / (areas[0] + areas[1] - both)


class Batches:
    """Draws photos, mirrors them at random, and draws boxes to score on each."""

    def __init__(self, examples: Examples, maps: NDArray[np.float16], recipe: Recipe) -> None:
        self.recipe = recipe
        self.maps = maps
        self.random = np.random.default_rng(recipe.seed)
        self.free = free_grid(16)
        experts = examples.experts
        shapes = (experts[:, 2] - experts[:, 0]) / (experts[:, 3] - experts[:, 1])
        self.given: list[Boxes] = [ratio_grid(float(shape)) for shape in shapes]
        self.experts = torch.from_numpy(experts).float()
        self.pairs = torch.from_numpy(examples.pairs).float()
        self.share = torch.from_numpy(examples.votes[..., 0] / examples.votes.sum(-1)).float()
        self.aspects = torch.from_numpy(examples.aspects).float()

    def epoch(self, photos: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """Return batches of rows (photo, mirrored 0 or 1): every photo both ways."""
        first = self.random.integers(0, 2, len(photos))
        rows = [
            np.stack([photos, side], 1)[self.random.permutation(len(photos))]
            for side in (first, 1 - first)
        ]
        every = np.concatenate(rows)
        size = self.recipe.batch
        return [every[i : i + size] for i in range(0, len(every) - size + 1, size)]

    def boxes(self, photos: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """Return free candidates (P, K, 4) and candidates at the expert's ratio (P, K / 2, 4)."""
        count = self.recipe.candidates
        drawn = self.free[self.random.integers(0, len(self.free), (len(photos), count))]
        drawn = np.clip(drawn + self.random.normal(0, 0.01, drawn.shape), 0, 1)
        given = []
        for photo in photos:
            pool = self.given[photo]
            given.append(pool[self.random.integers(0, len(pool), count // 2)])
        return torch.from_numpy(drawn).float(), torch.from_numpy(np.stack(given)).float()


def loss_of(model: Model, batches: Batches, rows: NDArray[np.int64]) -> Tensor:
    """Return the loss of one batch."""
    recipe, photos = batches.recipe, rows[:, 0]
    early = torch.from_numpy(batches.maps[photos, rows[:, 1]].astype(np.float32))
    features = model.trunk.late(early.contiguous(memory_format=torch.channels_last))
    flip = torch.from_numpy(rows[:, 1] == 1)[:, None, None]
    expert = batches.experts[photos][:, None]
    expert = torch.where(flip, mirrored(expert), expert)
    pairs = batches.pairs[photos].transpose(1, 2).flatten(1, 2)
    pairs = torch.where(flip, mirrored(pairs), pairs)
    free, given = batches.boxes(photos)
    every = torch.cat([free, given, pairs], 1)
    scores = model.head(features, every, batches.aspects[photos])
    scores = scores.split([free.shape[1], given.shape[1], pairs.shape[1]], 1)
    target = (overlaps(free, expert) / recipe.softness).softmax(-1)
    choice = -(target * scores[0][..., 0].log_softmax(-1)).sum(-1).mean()
    chosen = scores[1][..., 1].softmax(-1)
    overlap = -(chosen * overlaps(given, expert)).sum(-1).mean()
    half = pairs.shape[1] // 2
    margin = scores[2][:, :half, 2] - scores[2][:, half:, 2]
    votes = F.binary_cross_entropy_with_logits(margin, batches.share[photos])
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
