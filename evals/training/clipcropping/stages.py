"""The stages of a training (Algorithm 1): what each learns from, and which parts it moves."""

# ruff: noqa: TID253
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cropsmith.evals.training.clipcropping.labels import present, ranked
from cropsmith.evals.training.clipcropping.losses import crop_loss, info_nce
from cropsmith.evals.training.folder import Folder
from cropsmith.evals.training.loop import Loss, LossOf, Plan, Progress, Step, train
from cropsmith.tools.clipcropping.model import CropModel
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.tools.scorers.crops import LONG_SIDE, WHOLE, cut
from cropsmith.tools.scorers.elements import Family

BATCH = 16
"""Photos that are looked at together where nothing is learnt."""


class Squares:
    """Photos squeezed to the model's square; read when first needed, then kept (150 KB each)."""

    def __init__(self, photos: Sequence[LabelledPhoto], side: int) -> None:
        self._photos, self._side = photos, side
        self._kept: dict[int, NDArray[np.uint8]] = {}

    def __len__(self) -> int:
        return len(self._photos)

    def of(self, rows: Sequence[int], place: torch.device) -> Tensor:
        """Return (B, S, S, 3) of some photos, on a device."""
        for row in rows:
            if row not in self._kept:
                pixels = open_photo(Path(self._photos[row].path)).pixels(LONG_SIDE)
                self._kept[row] = cut(pixels, np.array([WHOLE]), self._side)[0]
        return torch.from_numpy(np.stack([self._kept[row] for row in rows])).to(place)


@dataclass(frozen=True)
class Elements:
    """A family's lessons: each pair of a photo and an element that it has is one."""

    model: CropModel
    family: Family
    squares: Squares
    has: NDArray[np.bool_]
    """(photos, elements)"""
    scale: float
    """What likenesses are multiplied by: one over the temperature."""
    mask: bool
    """Whether a photo's other elements are left out instead of held against it."""

    def __len__(self) -> int:
        return int(self.has.sum())

    def loss(self, step: Step) -> Loss:
        """Return the loss of a step's pairs."""
        photos, wanted = (side[step.rows] for side in np.nonzero(self.has))
        likeness = self._likeness(photos.tolist())
        others = self.has[photos]
        others[np.arange(len(photos)), wanted] = False
        left_out = torch.from_numpy(others).to(likeness.device) if self.mask else None
        aim = torch.from_numpy(wanted).to(likeness.device)
        loss = info_nce(likeness, aim, self.scale, left_out)
        return Loss(loss, {self.family: float(loss.detach())})

    def accuracy(self) -> float:
        """Return the share of photos whose likeliest element is one that they have."""
        right = []
        with torch.no_grad():
            for start in range(0, len(self.squares), BATCH):
                rows = range(start, min(start + BATCH, len(self.squares)))
                likeliest = self._likeness(rows).argmax(1).cpu().numpy()
                right += self.has[list(rows), likeliest].tolist()
        return float(np.mean(right))

    def _likeness(self, rows: Sequence[int]) -> Tensor:
        maps = self.model.see(self.squares.of(rows, device_of(self.model)))
        return self.model.elements(self.family, maps)


class Crops:
    """The lessons of the crop head: a photo with its ranked crops is one."""

    def __init__(self, model: CropModel, photos: Sequence[LabelledPhoto]) -> None:
        self._model = model
        self._squares = Squares(photos, model.side)
        self._ranked = [ranked(photo) for photo in photos]

    def __len__(self) -> int:
        return len(self._ranked)

    def loss(self, step: Step) -> Loss:
        """Return the loss of a step's photos."""
        rated = self._rated(step.rows.tolist())
        pairs = zip(rated, step.rows, strict=True)
        both = [crop_loss(ratings, self._ranked[row]) for ratings, row in pairs]
        huber, ranking = (torch.stack(part).mean() for part in zip(*both, strict=True))
        parts = {"huber": float(huber.detach()), "ranking": float(ranking.detach())}
        return Loss(huber + ranking, parts)

    def fit(self) -> dict[str, float]:
        """Return how well the ratings follow the labels of the photos that taught.

        `taught_pairs`: the share of pairs in the right order; `taught_srcc`: Spearman's rank
        correlation with opinion scores, where there are any, the mean over photos.
        """
        from scipy.stats import spearmanr

        right, followed = [], []
        for row, truth in enumerate(self._ranked):
            with torch.no_grad():
                rated = self._rated([row])[0].double().cpu().numpy()
            right.append(float((rated[truth.better] > rated[truth.worse]).mean()))
            if np.isfinite(truth.scores).all() and np.ptp(rated) > 0:
                followed.append(float(spearmanr(rated, truth.scores).statistic))
        found = {"taught_pairs": float(np.mean(right))}
        return {**found, "taught_srcc": float(np.mean(followed))} if followed else found

    def _rated(self, rows: Sequence[int]) -> list[Tensor]:
        place = device_of(self._model)
        reduced = self._model.head.reduce(self._model.see(self._squares.of(rows, place)))
        return [
            self._model.head(one, torch.from_numpy(self._ranked[row].boxes).to(one))
            for one, row in zip(reduced, rows, strict=True)
        ]


@dataclass(frozen=True)
class Stage:
    """One part of a training."""

    name: str
    plan: Plan
    lessons: int
    loss_of: LossOf
    moves: Sequence[nn.Module]
    """The parts that learn; all others stay as they are, bit by bit."""

    def run(self, model: CropModel, folder: Folder | None, progress: Progress | None) -> None:
        """Train the stage's parts in place, from where its folder's last state is."""
        model.requires_grad_(False)
        for part in self.moves:
            part.requires_grad_(True)
        train(model, self.plan, self.lessons, self.loss_of, folder, progress)


def stages(
    model: CropModel,
    families: Mapping[Family, Elements],
    crops: Crops,
    plans: Mapping[str, Plan],
    *,
    joint: bool = False,
) -> list[Stage]:
    """Return the stages: each family, then the crops; or all at once (Eq. 16)."""
    visual = model.clip.visual
    branches = {name: model.knowledge[name] for name in families}
    plan = plans["crop"]
    if joint:
        moves = [visual, model.head, *branches.values()]
        loss_of = together(crops, list(families.values()), plan.batch)
        return [Stage("joint", plan, len(crops), loss_of, moves)]
    return [
        *(
            Stage(name, plans[name], len(one), one.loss, [visual, branches[name]])
            for name, one in families.items()
        ),
        Stage("crop", plan, len(crops), crops.loss, [visual, model.head]),
    ]


def together(crops: Crops, families: Sequence[Elements], batch: int) -> LossOf:
    """Return the sum of all losses: a step's photos, and as many drawn pairs of each family."""

    def loss_of(step: Step) -> Loss:
        losses = [crops.loss(step)]
        for one in families:
            rows = step.random.integers(0, len(one), batch)
            losses.append(one.loss(Step(step.number, rows, step.random)))
        total = torch.stack([loss.total for loss in losses]).sum()
        return Loss(total, {name: v for loss in losses for name, v in loss.parts.items()})

    return loss_of


def elements_of(
    model: CropModel,
    family: Family,
    photos: Sequence[LabelledPhoto],
    *,
    temperature: float | None = None,
    mask: bool = False,
) -> Elements:
    """Return the lessons of a family; the usual temperature is CLIP's own."""
    count = len(model.knowledge[family].tokens)
    has = np.array(
        [[place in present(photo, family) for place in range(count)] for photo in photos]
    )
    scale = 1 / temperature if temperature else float(model.clip.logit_scale.exp())
    return Elements(model, family, Squares(photos, model.side), has, scale, mask)


def device_of(model: nn.Module) -> torch.device:
    """Return where a model lies."""
    place: torch.device = next(model.parameters()).device
    return place
