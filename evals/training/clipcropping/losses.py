"""The losses of CLIPCropping: InfoNCE over elements, Huber and ranking over crops."""

# ruff: noqa: TID253
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from cropsmith.evals.training.clipcropping.labels import Ranked


def info_nce(likeness: Tensor, wanted: Tensor, scale: float, left_out: Tensor | None) -> Tensor:
    """Return -log(exp(s v.t+) / sum_j exp(s v.t_j)), the mean over pictures.

    `likeness` (B, J) of each picture and prompt, `wanted` (B,) the element that it has, `left_out`
    (B, J) the elements that are not held against it: its other ones.
    """
    logits = likeness * scale
    if left_out is not None:
        logits = logits.masked_fill(left_out, -torch.inf)
    return F.cross_entropy(logits, wanted)


def crop_loss(rated: Tensor, truth: Ranked) -> tuple[Tensor, Tensor]:
    """Return the Huber loss of one photo's ratings (N,), and their ranking loss.

    Huber's delta is 1 (the paper prints 0, which would be no loss); 0 without opinion scores. The
    paper prints no form of the ranking: here a hinge for each pair, the mean of
    max(0, margin - (better - worse)).
    """
    scored = np.flatnonzero(np.isfinite(truth.scores))
    told = torch.from_numpy(truth.scores[scored]).to(rated)
    huber = F.huber_loss(rated[scored], told) if len(scored) else rated.new_zeros(())
    margins = torch.from_numpy(truth.margins).to(rated)
    ranking = (margins - (rated[truth.better] - rated[truth.worse])).clamp(min=0).mean()
    return huber, ranking
