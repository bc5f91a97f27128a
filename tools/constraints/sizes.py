"""Whole-pixel sizes of a ratio, and boxes of them.

A box has a ratio p:q "to the pixel" when its short side is the rounded one of its long side:
2 |w q - h p| <= max(p, q), off by at most half a pixel. Multiples k p x k q have it exactly; they
are preferred wherever they cost little, because only they survive every later resampling.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Boxes, Size
from cropsmith.tools.schema.ratio import Ratio

Pixels = NDArray[np.int64]
"""Whole pixels; for boxes shape (N, 4), columns left, top, right, bottom."""

INEXACT = 0.01
"""The IoU that a box gives up rather than have its ratio by rounding only."""


@dataclass(frozen=True, eq=False)
class Sizes:
    """Sizes that a crop may have: three arrays of one length."""

    widths: Pixels
    heights: Pixels
    penalty: NDArray[np.float64]
    """0 where the ratio is exact, INEXACT where it is rounded."""


def holds(ratio: Ratio, width: int, height: int) -> bool:
    """Tell whether width x height has the ratio to the pixel."""
    off = abs(width * ratio.height - height * ratio.width)
    return 2 * off <= max(ratio.width, ratio.height)


def sizes_of(ratio: Ratio, image: Size) -> Sizes:
    """Return every size inside the image for which `holds` is true; maybe none."""
    upright = ratio.width < ratio.height
    long, short = sorted((ratio.width, ratio.height), reverse=True)
    limits = (image.height, image.width) if upright else (image.width, image.height)
    sides = np.arange(1, limits[0] + 1, dtype=np.int64)
    # Both neighbours of an exact half are within half a pixel.
    low = (2 * sides * short + long - 1) // (2 * long)
    high = (2 * sides * short + long) // (2 * long)
    ties = high > low
    sides, others = np.concatenate([sides, sides[ties]]), np.concatenate([low, high[ties]])
    fits = (others >= 1) & (others <= limits[1])
    sides, others = sides[fits], others[fits]
    penalty = np.where(sides * short == others * long, 0.0, INEXACT)
    widths, heights = (others, sides) if upright else (sides, others)
    return Sizes(widths, heights, penalty)


def largest(ratio: Ratio, image: Size) -> Size | None:
    """Return the largest size of the ratio inside the image; None when not one pixel fits."""
    sizes = sizes_of(ratio, image)
    if not len(sizes.widths):
        return None
    best = int(np.argmax(sizes.widths * sizes.heights))
    return Size(width=int(sizes.widths[best]), height=int(sizes.heights[best]))


def snap(boxes: Boxes, ratio: Ratio | None, image: Size) -> Pixels:
    """Return whole-pixel boxes, shape (N, 4), near normalised ones: inside, of the ratio, fast.

    For candidates before they are judged: one pass for any number of boxes, knowing of no other
    constraint. The size is that of equal area, which has the largest IoU of all sizes of a ratio
    about the same centre. ValueError when the ratio has no box inside the image.
    """
    frame = np.array([image.width, image.height])
    edges = boxes * np.concatenate([frame, frame])
    if ratio is None:
        low = np.clip(np.rint(edges[:, :2]), 0, frame - 1)
        high = np.clip(np.rint(edges[:, 2:]), low + 1, frame)
        return np.concatenate([low, high], axis=1).astype(np.int64)
    sides = _equal_area(edges[:, 2:] - edges[:, :2], ratio, image)
    corners = np.floor((edges[:, :2] + edges[:, 2:] - sides) / 2 + 0.5).astype(np.int64)
    corners = np.clip(corners, 0, frame - sides)
    return np.concatenate([corners, corners + sides], axis=1)


def _equal_area(sides: NDArray[np.float64], ratio: Ratio, image: Size) -> Pixels:
    """Return (N, 2) sizes of the ratio with the areas of `sides`, exact where that costs little."""
    biggest = largest(ratio, image)
    if biggest is None:
        raise ValueError(f"no box of {ratio} fits in {image.width}x{image.height}")
    pair = np.array([ratio.width, ratio.height])
    scale = np.sqrt(np.prod(sides, axis=1) / (ratio.width * ratio.height))
    scale = np.minimum(scale, max(biggest.width / ratio.width, biggest.height / ratio.height))
    limit = np.array([biggest.width, biggest.height])
    multiple = np.rint(scale).clip(1, np.min(limit // pair, initial=np.iinfo(np.int64).max))
    exact = multiple[:, None] * pair
    cheap = np.abs(exact[:, 0] - scale * ratio.width) <= INEXACT / 2 * scale * ratio.width
    cheap &= np.all(exact <= limit, axis=1)
    long = int(ratio.width < ratio.height)
    rounded = np.empty((len(sides), 2), dtype=np.int64)
    shortest = -(-pair[long] // (2 * pair[1 - long]))  # below it the other side rounds to 0
    rounded[:, long] = np.rint(scale * pair[long]).clip(shortest, limit[long])
    wanted = (2 * rounded[:, long] * pair[1 - long] + pair[long]) // (2 * pair[long])
    rounded[:, 1 - long] = wanted.clip(1, limit[1 - long])
    return np.where(cheap[:, None], exact, rounded).astype(np.int64)
