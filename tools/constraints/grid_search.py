"""Boxes tried one by one: for constraints that are measured on the photo, not bounds on lines."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.constraints.kinds import Axis, Bound, Clause, Measured, strip
from cropsmith.tools.constraints.sizes import Pixels, Sizes
from cropsmith.tools.schema.geometry import Box, PixelBox, Size

STEPS = 16
"""Positions tried along each axis: a step is a sixteenth of the room that a size leaves."""
LENGTHS = 12
"""Widths and heights tried when any shape will do."""
RATIO_SIZES = 48
"""Sizes tried of a ratio."""


def nearest_of_lattice(
    wish: Box,
    sizes: Sizes | None,
    floor: Size,
    clauses: Sequence[Clause],
    measured: Sequence[Measured],
    image: Size,
) -> PixelBox | None:
    """Return the legal box of the lattice with the largest IoU with the wish.

    Up to 12x12 pixels the lattice holds every box, so that None is a proof; of a larger photo it
    says that none was found at this resolution.
    """
    found: list[Pixels] = []
    for boxes in _boxes(sizes, floor, image):
        legal = boxes[_true(clauses, boxes)]
        for constraint in measured:
            legal = legal[constraint.holds(legal)] if len(legal) else legal
        found.append(legal)
    every = np.concatenate(found) if found else np.empty((0, 4), dtype=np.int64)
    if not len(every):
        return None
    left, top, right, bottom = every[int(np.argmax(_iou(every, wish, image)))].tolist()
    return PixelBox(left=left, top=top, right=right, bottom=bottom)


def _boxes(sizes: Sizes | None, floor: Size, image: Size) -> Iterator[Pixels]:
    """Yield all positions of each size."""
    for width, height in _sizes(sizes, floor, image):
        x, y = np.meshgrid(_starts(image.width - width), _starts(image.height - height))
        left, top = x.ravel(), y.ravel()
        yield np.stack([left, top, left + width, top + height], axis=1)


def _sizes(sizes: Sizes | None, floor: Size, image: Size) -> Iterator[tuple[int, int]]:
    """Yield the sizes to try."""
    if sizes is None:
        for width in _spread(floor.width, image.width, LENGTHS):
            for height in _spread(floor.height, image.height, LENGTHS):
                yield int(width), int(height)
        return
    enough = (sizes.widths >= floor.width) & (sizes.heights >= floor.height)
    # Where a ratio has exact sizes enough, only those; every size of a small photo.
    exact = enough & (sizes.penalty == 0)
    chosen = np.flatnonzero(exact if exact.sum() >= RATIO_SIZES else enough)
    areas = sizes.widths[chosen] * sizes.heights[chosen]
    chosen = chosen[np.argsort(areas, kind="stable")]
    if len(chosen):
        for place in _spread(0, len(chosen) - 1, RATIO_SIZES):
            yield int(sizes.widths[chosen[place]]), int(sizes.heights[chosen[place]])


def _starts(room: int) -> Pixels:
    """Return evenly spread starts, both ends among them."""
    return _spread(0, room, STEPS)


def _spread(low: int, high: int, count: int) -> Pixels:
    """Return up to `count` whole numbers from low to high, evenly."""
    return np.unique(np.rint(np.linspace(low, high, count)).astype(np.int64))


def _true(clauses: Sequence[Clause], boxes: Pixels) -> NDArray[np.bool_]:
    """Tell for each box whether every clause holds."""
    every = np.ones(len(boxes), dtype=bool)
    for clause in clauses:
        ways = [np.all([_holds(b, boxes) for b in way], axis=0) for way in clause]
        every &= np.any(ways, axis=0)
    return every


def _holds(bound: Bound, boxes: Pixels) -> NDArray[np.bool_]:
    """Tell for each box whether a bound holds."""
    first = 0 if bound.axis is Axis.X else 1
    start, end = boxes[:, first], boxes[:, first + 2]
    if bound.length:
        return np.asarray(
            (end - start <= bound.limit) if bound.at_most else end - start >= bound.limit
        )
    depth = strip(bound.share, end - start) if bound.share else 0
    line = end - depth if bound.from_end else start + depth
    return np.asarray(line <= bound.limit if bound.at_most else line >= bound.limit)


def _iou(boxes: Pixels, wish: Box, image: Size) -> NDArray[np.float64]:
    """Return the IoU of each box with the wish."""
    frame = np.array([image.width, image.height] * 2)
    wanted = np.array(wish.corners) * frame
    low, high = np.maximum(boxes[:, :2], wanted[:2]), np.minimum(boxes[:, 2:], wanted[2:])
    inter = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return np.asarray(inter / (areas + np.prod(wanted[2:] - wanted[:2]) - inter))
