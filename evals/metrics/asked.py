"""Is it what was asked? What counts as served: a thing that is named, left out, set beside room."""

from dataclasses import dataclass

import numpy as np

from cropsmith.evals.metrics.cuts import GONE, share_inside
from cropsmith.evals.metrics.windows import shares_inside, windows
from cropsmith.tools.schema.geometry import Box, Boxes, Size
from cropsmith.tools.schema.labelled_photo import Asked
from cropsmith.tools.schema.ratio import Ratio

NAMED_INSIDE = 0.9
"""Share of a named thing that must be in the crop."""
CLOSER, LARGE = 1.3, 0.3
"""The crop is about the thing when its share of the crop is this many times its share of the
photo, or when it fills this part of the crop."""
OUT = 0.05
"""Share of an unwanted thing that may be in the crop."""
KEPT = 0.8
"""Share of the largest other thing that must be in it."""
SPACE_INSIDE = 0.85
"""Share of the main thing that must be in the crop beside free room."""
REACHING = 0.05
"""Share of it that may reach into the free third."""
SHAPE = 0.03
"""Part by which a crop's ratio may miss the asked one: whole pixels of a small photo do."""


@dataclass(frozen=True)
class Treated:
    """How a crop answers a request."""

    served: bool
    inside: float
    """Share in the crop of the thing that must be there."""
    enough: float
    """Share of it from which it counts as there."""
    clear: bool = True
    """Whether what must not be there is not: the unwanted thing, or the main one in the third."""

    @property
    def gone(self) -> bool:
        """Whether the crop shows nothing of what must be there."""
        return self.inside < GONE

    @property
    def cut(self) -> bool:
        """Whether the crop cuts through it."""
        return GONE <= self.inside < self.enough


def about(box: Box, thing: Box) -> Treated:
    """Judge a crop to a named thing: it is inside, and the crop is about it."""
    inside, part = share_inside(box, thing), box.overlap(thing) / box.area
    closer = part >= CLOSER * thing.area or part >= LARGE
    return Treated(inside >= NAMED_INSIDE and closer, inside, NAMED_INSIDE)


def left_out(box: Box, unwanted: Box, main: Box) -> Treated:
    """Judge a crop without a thing: it is out, and the largest other one is still there."""
    out, kept = share_inside(box, unwanted) <= OUT, share_inside(box, main)
    return Treated(out and kept >= KEPT, kept, KEPT, out)


def beside(box: Box, main: Box, side: str) -> Treated:
    """Judge room at a side: the main thing is inside, and does not reach into that third."""
    inside = share_inside(box, main)
    third = thirds(np.array([box.corners]), side)
    free = bool(shares_inside(third, main)[0] <= REACHING)
    return Treated(inside >= SPACE_INSIDE and free, inside, SPACE_INSIDE, free)


def thirds(boxes: Boxes, side: str) -> Boxes:
    """Return the left or right third of each box (N, 4)."""
    third = (boxes[:, 2] - boxes[:, 0]) / 3
    found = boxes.copy()
    if side == "left":
        found[:, 2] = boxes[:, 0] + third
    else:
        found[:, 0] = boxes[:, 2] - third
    return found


def can_leave_out(photo: Size, ratio: Ratio, unwanted: Box, main: Box) -> bool:
    """Tell whether any crop of the ratio leaves a thing out and keeps the main one."""
    every = windows(photo, ratio)
    out, kept = shares_inside(every, unwanted) <= OUT, shares_inside(every, main) >= KEPT
    return bool(np.any(out & kept))


def can_have_room(photo: Size, ratio: Ratio, main: Box, side: str) -> bool:
    """Tell whether any crop of the ratio has the thing inside, and its third at the side free."""
    every = windows(photo, ratio)
    inside = shares_inside(every, main) >= SPACE_INSIDE
    reaching = shares_inside(thirds(every, side), main) <= REACHING
    return bool(np.any(inside & reaching))


def is_shaped(box: Box, photo: Size, ratio: Ratio) -> bool:
    """Tell whether a crop has the asked ratio."""
    got = box.width * photo.width / (box.height * photo.height)
    return abs(got / ratio.value - 1) <= SHAPE


def treated(box: Box, asked: Asked) -> Treated:
    """Judge a crop by what was asked; its shape apart (`is_shaped`)."""
    if asked.wish == "named":
        return about(box, asked.thing)
    if asked.wish == "space":
        return beside(box, asked.thing, asked.side)
    return left_out(box, asked.thing, asked.other or Box.whole())
