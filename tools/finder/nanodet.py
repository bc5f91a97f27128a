"""NanoDet: finds COCO's eighty classes of things, offline, decoded from its raw maps.

RangiLyu's NanoDet (the graph "g", 3.8 million weights), made into `nanodet.onnx` by
`cropsmith.evals.training.finder`. A side's distance from the cell's centre is a softmax over eleven
bins (Li et al., "Generalized Focal Loss", NeurIPS 2020). The photo is looked at in two sizes, and
boxes of one thing are averaged, weighed by their scores (box voting: Gidaris and Komodakis, ICCV
2015).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Boxes, iou_matrix
from cropsmith.tools.vision.session import open_session

MODEL = "nanodet.onnx"
SIDES = (320, 512)
"""Long sides, in pixels, of the two looks."""
MULTIPLE = 32
"""Sides are rounded to a multiple of the coarsest stride."""
STRIDES = (8, 16, 32)
OUTPUTS = ("p8", "p16", "p32")
COUNT = 80
"""Classes."""
BINS = 11
"""Of a side's distance, in cells: 0 to 10."""
PLANES = COUNT + 4 * BINS
MEAN = np.array([103.53, 116.28, 123.675], np.float32)
"""Of blue, green and red, which is the order that it was trained with."""
SPREAD = np.array([57.375, 57.12, 58.395], np.float32)
LEAST = 0.1
"""Score below which nothing is looked at."""
SAME = 0.5
"""IoU above which two boxes of a class are taken for one thing."""
LOOKED_AT = 400
"""Raw boxes that are joined, best first."""
MOST = 100
"""Boxes of a photo, best first."""


@dataclass(frozen=True)
class Found:
    """Things on a photo, best first."""

    boxes: Boxes
    """(N, 4), normalised."""
    scores: NDArray[np.float64]
    """(N,), the network's own, not chances: see `chances.py`."""
    classes: NDArray[np.intp]
    """(N,), indices into COCO's classes."""


@cache
def _session() -> Any:
    return open_session(files("cropsmith.tools.finder").joinpath(MODEL).read_bytes())


def prepared(pixels: NDArray[np.uint8], side: int) -> NDArray[np.float32]:
    """Return upright RGB (H, W, 3) as the network takes it, (1, 3, h, w), its aspect kept."""
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    columns, rows = (
        max(MULTIPLE, round(length * scale / MULTIPLE) * MULTIPLE) for length in (width, height)
    )
    shrinks = columns < width and rows < height
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    small = cv2.resize(pixels, (columns, rows), interpolation=how)
    planes = np.ascontiguousarray(small.transpose(2, 0, 1)[::-1]).astype(np.float32)
    planes *= 1 / SPREAD[:, None, None]
    planes -= (MEAN / SPREAD)[:, None, None]
    return planes[None]


def find_things(pixels: NDArray[np.uint8], sides: Sequence[int] = SIDES) -> Found:
    """Return what is found on upright RGB (H, W, 3); 512 pixels a side are enough."""
    looks = [_look(prepared(pixels, side)) for side in sides]
    boxes, scores, classes = (np.concatenate(part) for part in zip(*looks, strict=True))
    return _voted(np.clip(boxes, 0, 1), scores, classes)


def _look(given: NDArray[np.float32]) -> tuple[Boxes, NDArray[np.float64], NDArray[np.intp]]:
    """Return every box of at least LEAST, its score and class."""
    height, width = given.shape[2:]
    least = np.log(LEAST / (1 - LEAST))
    boxes, scores, classes = [], [], []
    for stride, out in zip(STRIDES, _session().run(OUTPUTS, {"image": given}), strict=True):
        logits, bins = out[0, :COUNT], out[0, COUNT:]
        # A seventh of the time of np.nonzero in three dimensions.
        sure = np.flatnonzero(logits.ravel() >= least)
        kind, row, column = np.unravel_index(sure, logits.shape)
        odds = bins[:, row, column].reshape(4, BINS, -1)
        shares = np.exp(odds - odds.max(axis=1, keepdims=True))
        reach = np.einsum("sbn,b->sn", shares, np.arange(BINS)) / shares.sum(axis=1) * stride
        x, y = (column + 0.5) * stride, (row + 0.5) * stride
        boxes.append(np.stack([x - reach[0], y - reach[1], x + reach[2], y + reach[3]], 1))
        scores.append(1 / (1 + np.exp(-logits[kind, row, column].astype(np.float64))))
        classes.append(kind)
    scale = np.array([width, height, width, height], np.float64)
    return np.concatenate(boxes) / scale, np.concatenate(scores), np.concatenate(classes)


def _voted(boxes: Boxes, scores: NDArray[np.float64], classes: NDArray[np.intp]) -> Found:
    """Return one box a thing: the mean of those of its class that overlap it."""
    real = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) > 0
    order = np.flatnonzero(real)[np.argsort(-scores[real], kind="stable")][:LOOKED_AT]
    things: list[Boxes] = []
    sure: list[float] = []
    kinds: list[int] = []
    for kind in np.unique(classes[order]):
        rows = order[classes[order] == kind]
        some, weights = boxes[rows], scores[rows]
        same = iou_matrix(some, some) > SAME
        alive = np.ones(len(rows), bool)
        for best in range(len(rows)):
            if alive[best]:
                together = alive & same[best]
                alive &= ~together
                share = weights[together] / weights[together].sum()
                things.append(share @ some[together])
                sure.append(float(weights[best]))
                kinds.append(int(kind))
    kept = np.argsort(-np.array(sure), kind="stable")[:MOST]
    return Found(
        np.array(things, np.float64).reshape(-1, 4)[kept],
        np.array(sure, np.float64)[kept],
        np.array(kinds, np.intp)[kept],
    )
