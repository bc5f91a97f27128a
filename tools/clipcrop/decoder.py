"""ClipCrop's decoder (arXiv 2211.11492, section 3): M crops and their quality from image tokens.

Only `checkpoint.py` and the training import this file, inside functions: torch stays out of a run
that decodes nothing. What the paper does not print (width, layers, what the offsets are of) is a
field of `Shape`.
"""

# ruff: noqa: TID253
from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Any, cast

import torch
from torch import Tensor, nn

from cropsmith.errors import UsageError
from cropsmith.tools.clipcrop.shape import Shape


@dataclass(frozen=True)
class Decoded:
    """What the layers predict; the last one counts, the others serve the auxiliary loss."""

    boxes: Tensor
    """(L, B, M, 4): x1 y1 x2 y2 in the frame of the union boxes, not clamped."""
    logits: Tensor
    """(L, B, M): quality; its sigmoid ranks."""


class CropDecoder(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """Transformer decoder whose queries carry the tokens that the words selected."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        width = shape.width
        self.project = nn.Linear(shape.channels, width)
        self.queries = nn.Embedding(shape.outputs, width)
        self.layers = nn.ModuleList(
            nn.TransformerDecoderLayer(
                width, shape.heads, shape.feedforward, shape.dropout, batch_first=True
            )
            for _ in range(shape.layers)
        )
        self.norm = nn.LayerNorm(width)
        self.offsets = nn.Sequential(
            nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(),
            nn.Linear(width, 4),
        )  # fmt: skip
        self.quality = nn.Linear(width, 1)
        last = cast(Any, self.offsets[-1])
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        nn.init.constant_(self.quality.bias, -2.0)  # most outputs match nothing

    def forward(self, tokens: Tensor, selected: Sequence[Tensor], union: Tensor) -> Decoded:
        """Decode B photos.

        `tokens` (B, N, channels) of a square grid of patches, row by row; `selected` B index
        tensors (W,), the tokens that the queries chose, empty for none (ClipCrop-base); `union`
        (B, 4), the box around their initial boxes, x1 y1 x2 y2. Untrained, every crop is the union
        box, exactly. UsageError where the tokens have another width than the decoder was made for.
        """
        if tokens.shape[-1] != self.shape.channels:
            raise UsageError(
                f"The decoder reads tokens of {self.shape.channels} channels, "
                f"not {tokens.shape[-1]}: it was trained on another backbone."
            )
        keys = self.project(tokens)
        # Eq. 2: the mean of the selected tokens, without their positions, is added to every query.
        wanted = torch.stack(
            [
                row[index].mean(0) if len(index) else torch.zeros_like(row[0])
                for row, index in zip(keys, selected, strict=True)
            ]
        )
        x = self.queries.weight[None] + wanted[:, None]
        memory = keys + positions(tokens.shape[1], self.shape.width).to(keys)
        boxes, logits = [], []
        for layer in self.layers:
            x = layer(x, memory)
            out = self.norm(x)
            boxes.append(self.moved(union, self.offsets(out)))
            logits.append(self.quality(out)[..., 0])
        return Decoded(torch.stack(boxes), torch.stack(logits))

    def moved(self, union: Tensor, offsets: Tensor) -> Tensor:
        """Return the union boxes (B, 4) moved by offsets (B, M, 4), as corners."""
        start = union[:, None]
        if self.shape.parametrisation == "corners":
            return start + offsets
        centre = (start[..., :2] + start[..., 2:]) / 2 + offsets[..., :2]
        half = (start[..., 2:] - start[..., :2] + offsets[..., 2:]) / 2
        # Half the change of size goes to each side, so zero offsets give the union box bit by bit.
        low = start[..., :2] + offsets[..., :2] - offsets[..., 2:] / 2
        return torch.cat([low, centre + half], -1)


def positions(count: int, width: int) -> Tensor:
    """Return (count, width): fixed sines of a square grid's rows and columns (DETR's).

    UsageError where `count` tokens are no square grid.
    """
    side = isqrt(count)
    if side * side != count:
        raise UsageError(f"{count} tokens are no square grid of patches.")
    half = width // 4
    frequencies = 10000 ** (-torch.arange(half) / half)
    angles = (torch.arange(side) + 0.5)[:, None] * (2 * torch.pi / side) * frequencies
    waves = torch.cat([angles.sin(), angles.cos()], -1)
    rows = waves[:, None].expand(-1, side, -1)
    columns = waves[None].expand(side, -1, -1)
    return torch.cat([rows, columns], -1).reshape(count, 4 * half)
