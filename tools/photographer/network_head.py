"""The head of the learned eye in NumPy: scores boxes from a photo's feature map.

The twin of `Head` in `evals/training/photographer/network.py`, which documents the layers; a test
holds the two together.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Boxes


@cache
def _pools() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


_TURN = threading.RLock()


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold BLAS to one thread for the length of a `with`; the earlier number comes back after.

    The number decides the last bit of a sum and belongs to the process or to a thread, as BLAS was
    built: so shapes and runs that go side by side take turns at these milliseconds.
    """
    with _TURN, _pools().limit(limits=1, user_api="blas"):
        yield


Floats = NDArray[np.float32]

CELLS = 4


@dataclass(frozen=True)
class Head:
    """Weights as the training script exports them; rows are inputs, columns outputs."""

    regions: Floats
    """(C * 21, H)"""
    geometry: Floats
    """(18, H)"""
    bias: Floats
    """(H,)"""
    out: Floats
    """(H, 3)"""
    out_bias: Floats
    """(3,)"""

    def scores(self, maps: Floats, boxes: Boxes, aspect: float) -> Floats:
        """Return (N, 3): free choice, choice at a given ratio, votes.

        `maps` is (n, n, C), `aspect` the photo's width / height.
        """
        with one_thread():
            hidden = geometry(boxes, aspect) @ self.geometry + self.bias
            hidden += self._regions(maps, boxes.astype(np.float32))
            np.maximum(hidden, 0, out=hidden)
            return np.asarray(hidden @ self.out + self.out_bias)

    def _regions(self, maps: Floats, boxes: Floats) -> Floats:
        n, _, channels = maps.shape
        split = CELLS * CELLS * channels
        inside = pooled_cells(maps, boxes) @ self.regions[:split]
        strips = pooled_strips(maps, boxes) @ self.regions[split : split + 4 * channels]
        whole = maps.mean((0, 1)) @ self.regions[split + 4 * channels :]
        return np.asarray(inside + strips + whole)


def cover(low: Floats, high: Floats, n: int) -> Floats:
    """Return (..., n) weights that average the cells of [0, 1] between `low` and `high`."""
    edge = np.arange(n, dtype=np.float32) / n
    share = np.minimum(high[..., None], edge + np.float32(1 / n))
    share -= np.maximum(low[..., None], edge)
    np.maximum(share, 0, out=share)
    share /= share.sum(-1, keepdims=True) + np.float32(1e-6)
    return share


def pooled_cells(maps: Floats, boxes: Floats) -> Floats:
    """Return (N, 16 * C): means over a 4 x 4 division of each box, row by row."""
    n, _, channels = maps.shape
    step = np.linspace(0, 1, CELLS + 1, dtype=np.float32)
    ys = boxes[:, 1:2] + (boxes[:, 3:4] - boxes[:, 1:2]) * step
    xs = boxes[:, 0:1] + (boxes[:, 2:3] - boxes[:, 0:1]) * step
    # Boxes of a grid share their spans: pool each distinct span of rows once.
    spans, row_of = _distinct(boxes[:, 1], boxes[:, 3])
    rows = cover(ys[spans][:, :-1], ys[spans][:, 1:], n).reshape(-1, n) @ maps.reshape(n, -1)
    rows = (
        rows.reshape(-1, CELLS, n, channels).transpose(0, 2, 1, 3).reshape(-1, n, CELLS * channels)
    )
    columns = cover(xs[:, :-1], xs[:, 1:], n)
    cells = np.matmul(columns, rows[row_of]).reshape(-1, CELLS, CELLS, channels)
    return np.ascontiguousarray(cells.transpose(0, 2, 1, 3)).reshape(len(boxes), -1)


def _distinct(low: Floats, high: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    key = low.astype(np.float64) * 4 + high
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return first, inverse


def pooled_strips(maps: Floats, boxes: Floats) -> Floats:
    """Return (N, 4 * C): means over what is discarded left, right, above, below.

    Left and right of the box within its rows, above and below within its columns; a strip thinner
    than a tenth of the photo fades out.
    """
    n, _, channels = maps.shape
    zero, one = np.zeros(len(boxes), np.float32), np.ones(len(boxes), np.float32)
    x1, y1, x2, y2 = boxes.T
    across = (cover(y1, y2, n) @ maps.reshape(n, -1)).reshape(-1, n, channels)
    turned = np.ascontiguousarray(maps.transpose(1, 0, 2)).reshape(n, -1)
    down = (cover(x1, x2, n) @ turned).reshape(-1, n, channels)
    sides = [(across, zero, x1), (across, x2, one), (down, zero, y1), (down, y2, one)]
    strips = []
    for of, low, high in sides:
        fade = np.minimum((high - low) * 10, 1)
        weights = cover(low, high, n) * fade[:, None]
        strips.append(np.matmul(weights[:, None], of)[:, 0])
    return np.concatenate(strips, 1)


def geometry(boxes: Boxes, aspect: float) -> Floats:
    """Return (N, 18): margins, size, place, shape."""
    x1, y1, x2, y2 = boxes.T
    width, height = x2 - x1, y2 - y1
    cx, cy = (x1 + x2) / 2 - 0.5, (y1 + y2) / 2 - 0.5
    photo = np.full(len(boxes), np.log(aspect))
    shape = np.log(width / height) + photo
    area = width * height
    margins = [x1, y1, 1 - x2, 1 - y2]
    size = [width, height, area, area**2]
    place = [np.abs(cx), cy, cx**2, cy**2]
    shapes = [shape, np.abs(shape), shape**2, photo, np.maximum(width, height), shape - photo]
    return np.stack([*margins, *size, *place, *shapes], 1).astype(np.float32)


LIKELIEST = 192
"""Boxes of the density that count; the rest hold next to nothing."""


@dataclass(frozen=True)
class Known:
    """A density, and the model that measured it."""

    model: object
    density: "Density"


@dataclass(frozen=True)
class Density:
    """Where the expert's crop lies: boxes (K, 4) and their probabilities (K,), which sum to 1."""

    boxes: Boxes
    """Likeliest first."""
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, boxes: Boxes, logits: NDArray[np.float64]) -> Self:
        """Return the softmax of logits (N,) over boxes (N, 4), without its long tail."""
        likeliest = np.argsort(-logits, kind="stable")[:LIKELIEST]
        weights = np.exp(logits[likeliest] - logits.max())
        return cls(boxes=boxes[likeliest], weights=weights / weights.sum())

    def expected_overlap(self, boxes: Boxes) -> NDArray[np.float64]:
        """Return each box's expected IoU with the expert's crop, (N,)."""
        # Side by side rather than stacked: this is the inner loop of every search.
        x1, y1, x2, y2 = boxes.T.astype(np.float32)[:, :, None]
        u1, v1, u2, v2 = self.boxes.T.astype(np.float32)[:, None, :]
        width = np.minimum(x2, u2) - np.maximum(x1, u1)
        both = np.maximum(width, 0) * np.maximum(np.minimum(y2, v2) - np.maximum(y1, v1), 0)
        union = (x2 - x1) * (y2 - y1) + (u2 - u1) * (v2 - v1) - both
        with one_thread():
            return np.asarray((both / union) @ self.weights.astype(np.float32), np.float64)
