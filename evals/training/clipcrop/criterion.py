"""The set loss of ClipCrop: predictions are matched to good crops, and scored softly near others.

ClipCrop takes its loss from Jia et al. (CVPR 2022) and prints no weights; the defaults are the
numbers of ProCrop's public code, which descends from the same. Boxes are x1 y1 x2 y2, normalised.
"""

# ruff: noqa: TID253
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from cropsmith.evals.training.loop import Loss
from cropsmith.tools.clipcrop.decoder import Decoded
from cropsmith.tools.schema.values import Value

EPSILON = 1e-7


class Weights(Value):
    """Weights and settings of costs and losses."""

    quality: float = 2.0
    distance: float = 5.0
    overlap: float = 2.0
    alpha: float = 0.25
    gamma: float = 2.0
    soft_iou: float = 0.9
    """IoU with an annotated crop from which a prediction takes over its score (quality label
    smoothing: people do not see small shifts)."""
    soft_bound: float = 0.5
    """The most that such a prediction is told to score; the matched are told 1."""


@dataclass(frozen=True)
class Truth:
    """What people say of one photo's crops."""

    good: Tensor
    """(G, 4): the crops to find; at least one."""
    anchors: Tensor
    """(A, 4): all crops that were scored; A may be 0."""
    scores: Tensor
    """(A,): mean opinion scores, 1 to 5."""

    def to(self, place: str) -> "Truth":
        """Return it on a device."""
        return Truth(self.good.to(place), self.anchors.to(place), self.scores.to(place))


def generalised_iou(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Return IoU and GIoU (Rezatofighi et al., CVPR 2019) of boxes (..., 4), broadcast.

    Sides that are turned inside out count as none; GIoU still draws the boxes together.
    """
    sides_a, sides_b = ((x[..., 2:] - x[..., :2]).clamp(min=0) for x in (a, b))
    low, high = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    both = (high - low).clamp(min=0).prod(-1)
    union = sides_a.prod(-1) + sides_b.prod(-1) - both
    around = (
        (torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2]))
        .clamp(min=0)
        .prod(-1)
    )
    iou = both / (union + EPSILON)
    return iou, iou - (around - union) / (around + EPSILON)


def matched(boxes: Tensor, logits: Tensor, good: Tensor, weights: Weights) -> tuple[Tensor, Tensor]:
    """Return the cheapest assignment (Hungarian): rows of predictions, and of `good`.

    `boxes` (M, 4), `logits` (M,), `good` (G, 4); min(M, G) pairs. The cost of the quality is that
    of focal loss, as in Deformable DETR.
    """
    from scipy.optimize import linear_sum_assignment

    with torch.no_grad():
        p = logits.sigmoid()
        right = weights.alpha * (1 - p) ** weights.gamma * -(p + EPSILON).log()
        wrong = (1 - weights.alpha) * p**weights.gamma * -(1 - p + EPSILON).log()
        distance = torch.cdist(boxes, good, p=1)
        overlap = generalised_iou(boxes[:, None], good[None])[1]
        cost = (
            weights.quality * (right - wrong)[:, None]
            + weights.distance * distance
            - weights.overlap * overlap
        )
    # What is no number any more is matched somehow: the loss is none either, and ends the training.
    rows, columns = linear_sum_assignment(np.nan_to_num(cost.cpu().double().numpy()))
    return torch.as_tensor(rows), torch.as_tensor(columns)


def wanted_quality(boxes: Tensor, rows: Tensor, truth: Truth, weights: Weights) -> Tensor:
    """Return the quality (M,) that each prediction is told to have.

    1 for the matched; for one that nearly is an annotated crop (soft_iou) the share of that crop's
    score, clip((MOS - 2) / 3, 0, soft_bound); 0 for the others.
    """
    told = torch.zeros_like(boxes[:, 0])
    if len(truth.anchors):
        with torch.no_grad():
            iou, nearest = generalised_iou(boxes[:, None], truth.anchors[None])[0].max(1)
            soft = (0.5 * (truth.scores[nearest] - 2) / 1.5).clamp(0, weights.soft_bound)
            told = torch.where(iou >= weights.soft_iou, soft, told)
    told[rows] = 1.0
    return told


def focal(logits: Tensor, told: Tensor, weights: Weights) -> Tensor:
    """Return the sum of focal losses with soft targets.

    The factor is |told - p|^gamma (Li et al., NeurIPS 2020): that of Lin et al. for 0 and 1, and
    least where the prediction is what it was told to be.
    """
    entropy = F.binary_cross_entropy_with_logits(logits, told, reduction="none")
    balance = weights.alpha * told + (1 - weights.alpha) * (1 - told)
    return (balance * (told - logits.sigmoid()).abs() ** weights.gamma * entropy).sum()


DEFAULT = Weights()


def set_loss(decoded: Decoded, truths: Sequence[Truth], weights: Weights = DEFAULT) -> Loss:
    """Return 2 focal + 5 L1 + 2 (1 - GIoU), each over the number of matched, of all layers."""
    total = decoded.logits.new_zeros(())
    parts: dict[str, float] = {}
    for boxes, logits in zip(decoded.boxes, decoded.logits, strict=True):
        quality = distance = overlap = logits.new_zeros(())
        count = 0
        for box, logit, truth in zip(boxes, logits, truths, strict=True):
            rows, columns = matched(box, logit, truth.good, weights)
            near, goal = box[rows], truth.good[columns]
            told = wanted_quality(box, rows, truth, weights)
            quality = quality + focal(logit, told, weights)
            distance = distance + (near - goal).abs().sum()
            overlap = overlap + (1 - generalised_iou(near, goal)[1]).sum()
            count += len(rows)
        values = {"quality": quality, "distance": distance, "overlap": overlap}
        total = total + sum(
            getattr(weights, name) * value / count for name, value in values.items()
        )
        parts = {name: float(value.detach()) / count for name, value in values.items()}
    return Loss(total, parts)
