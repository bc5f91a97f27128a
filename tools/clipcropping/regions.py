"""RoIAlign and RoDAlign in plain torch: what a map shows inside a box, and outside of it.

Bilinear sampling is separable, so a region is the map between two matrices of weights, one for the
rows and one for the columns. RoIAlign (He et al., ICCV 2017) is torchvision's with `aligned=True`
and `sampling_ratio=2`; RoDAlign, the region of discard, is that of the whole frame with the map
zeroed inside the box (Zeng et al., CVPR 2019).
"""

# ruff: noqa: TID253
import torch
from torch import Tensor

SAMPLES = 2
"""Points a side that are averaged in each cell of a region."""


def inside(maps: Tensor, boxes: Tensor, cells: int) -> Tensor:
    """Return (N, C, cells, cells): a map (C, H, W) inside boxes (N, 4), x1 y1 x2 y2 in [0, 1]."""
    rows = _weights(boxes[:, 1], boxes[:, 3], maps.shape[1], cells)
    columns = _weights(boxes[:, 0], boxes[:, 2], maps.shape[2], cells)
    return torch.einsum("nyh,chw,nxw->ncyx", rows, maps, columns)


def outside(maps: Tensor, boxes: Tensor, cells: int) -> Tensor:
    """Return (N, C, cells, cells): the whole map (C, H, W), zero where its cells lie in the box."""
    height, width = maps.shape[1:]
    down, across = ((torch.arange(n).to(boxes) + 0.5) / n for n in (height, width))
    level = (down >= boxes[:, 1, None]) & (down <= boxes[:, 3, None])
    upright = (across >= boxes[:, 0, None]) & (across <= boxes[:, 2, None])
    left = ~(level[:, :, None] & upright[:, None, :])
    low, high = boxes.new_zeros(1), boxes.new_ones(1)
    rows, columns = (_weights(low, high, n, cells)[0] for n in (height, width))
    return torch.einsum("yh,nhw,chw,xw->ncyx", rows, left.to(maps), maps, columns)


def _weights(low: Tensor, high: Tensor, size: int, cells: int) -> Tensor:
    """Return (N, cells, size): the share of each row of a map in each cell between two edges."""
    places = (torch.arange(cells * SAMPLES).to(low) + 0.5) / (cells * SAMPLES)
    at = (low[:, None] + (high - low)[:, None] * places) * size - 0.5
    there = (at >= -1) & (at <= size)
    near = at.clamp(0, size - 1)[..., None] - torch.arange(size).to(low)
    share = (1 - near.abs()).clamp(min=0) * there[..., None]
    return share.reshape(len(low), cells, SAMPLES, size).mean(2)
