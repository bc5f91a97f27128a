"""Boxes: the one normalised frame inside the package, and whole pixels at its edge."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from cropsmith.tools.schema.values import Value

Boxes = NDArray[np.float64]
"""Shape (N, 4), columns x1 y1 x2 y2, in [0, 1] on the upright image: for arithmetic in tools."""


class Box(Value):
    """A rectangle in [0, 1] x [0, 1] on the EXIF-upright image; x to the right, y down."""

    x1: float
    y1: float
    x2: float
    y2: float

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not (0 <= self.x1 < self.x2 <= 1 and 0 <= self.y1 < self.y2 <= 1):
            raise ValueError(f"not a box inside the unit square: {self.corners}")
        return self

    @classmethod
    @cache
    def whole(cls) -> Self:
        """Return the full frame."""
        return cls(x1=0, y1=0, x2=1, y2=1)

    @classmethod
    def of(cls, corners: Iterable[float]) -> Self:
        """Return the box of x1, y1, x2, y2, clamped to the frame; ValueError if nothing is left."""
        x1, y1, x2, y2 = (min(1.0, max(0.0, float(v))) for v in corners)
        return cls(x1=x1, y1=y1, x2=x2, y2=y2)

    @property
    def corners(self) -> Sequence[float]:
        """x1, y1, x2, y2."""
        return (self.x1, self.y1, self.x2, self.y2)

    @property
    def width(self) -> float:
        """Share of the image's width."""
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        """Share of the image's height."""
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        """Share of the image's area."""
        return self.width * self.height

    @property
    def centre(self) -> "Point":
        """The middle of the box."""
        return Point(x=(self.x1 + self.x2) / 2, y=(self.y1 + self.y2) / 2)

    def iou(self, other: "Box") -> float:
        """Return intersection over union, in continuous coordinates."""
        overlap = self.overlap(other)
        return overlap / (self.area + other.area - overlap)

    def overlap(self, other: "Box") -> float:
        """Return the area of the intersection, as a share of the image."""
        width = min(self.x2, other.x2) - max(self.x1, other.x1)
        height = min(self.y2, other.y2) - max(self.y1, other.y1)
        return max(0.0, width) * max(0.0, height)

    def contains(self, other: "Box", tolerance: float = 1e-9) -> bool:
        """Tell whether `other` lies wholly inside."""
        return (
            self.x1 <= other.x1 + tolerance
            and self.y1 <= other.y1 + tolerance
            and self.x2 >= other.x2 - tolerance
            and self.y2 >= other.y2 - tolerance
        )

    def union(self, *others: "Box") -> "Box":
        """Return the smallest box around this one and the others."""
        boxes = (self, *others)
        return Box(
            x1=min(b.x1 for b in boxes),
            y1=min(b.y1 for b in boxes),
            x2=max(b.x2 for b in boxes),
            y2=max(b.y2 for b in boxes),
        )


class Point(Value):
    """A point in [0, 1] x [0, 1] on the upright image."""

    x: float
    y: float


class Size(Value):
    """Whole pixels of an upright image or of an output."""

    width: int
    height: int

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"a size must be at least 1x1, not {self.width}x{self.height}")
        return self

    def within(self, most: Self) -> Self:
        """Return the size made smaller, never larger, until it fits; rounded to whole pixels."""
        if self.width <= most.width and self.height <= most.height:
            return self
        if self.width * most.height >= self.height * most.width:
            height = round(self.height * most.width / self.width)
            return type(self)(width=most.width, height=max(1, height))
        width = round(self.width * most.height / self.height)
        return type(self)(width=max(1, width), height=most.height)


class PixelBox(Value):
    """Whole pixels on the upright image, right and bottom exclusive (PIL's order)."""

    left: int
    top: int
    right: int
    bottom: int

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not (0 <= self.left < self.right and 0 <= self.top < self.bottom):
            raise ValueError(f"not a pixel box: {self.model_dump()}")
        return self

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        return Size(width=self.right - self.left, height=self.bottom - self.top)

    def normalised(self, image: Size) -> Box:
        """Return the same rectangle in [0, 1] on an image of this size."""
        return Box(
            x1=self.left / image.width,
            y1=self.top / image.height,
            x2=self.right / image.width,
            y2=self.bottom / image.height,
        )


def whole_pixels(box: Box, image: Size) -> PixelBox:
    """Return the integer box that a solved box stands for: its edges are multiples of a pixel."""
    return PixelBox(
        left=round(box.x1 * image.width),
        top=round(box.y1 * image.height),
        right=round(box.x2 * image.width),
        bottom=round(box.y2 * image.height),
    )


def as_array(boxes: Iterable[Box]) -> Boxes:
    """Return the boxes as an (N, 4) array; N may be 0."""
    return np.array([b.corners for b in boxes], dtype=np.float64).reshape(-1, 4)


def iou_matrix(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """Return the (N, M) intersections over unions of two arrays of boxes."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides = np.maximum(high - low, 0)
    overlap = sides[..., 0] * sides[..., 1]
    areas = [(box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1]) for box in (a, b)]
    union = areas[0][:, None] + areas[1][None, :] - overlap
    return np.asarray(overlap / union)


ALIKE = 0.85
"""IoU above which two crops are the same to most eyes: scores of such pairs differ little."""


def diverse(
    boxes: Boxes, scores: NDArray[np.float64], n: int, limit: float = ALIKE
) -> NDArray[np.int64]:
    """Return up to `n` indices, best score first, no two boxes overlapping by more than `limit`.

    Greedy non-maximum suppression on IoU.
    """
    chosen: list[int] = []
    left = np.argsort(-scores, kind="stable")
    while len(chosen) < n and len(left):
        chosen.append(int(left[0]))
        left = left[iou_matrix(boxes[left[:1]], boxes[left])[0] <= limit]
    return np.array(chosen, dtype=np.int64)
