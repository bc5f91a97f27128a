"""What a crop does to faces and subjects: whole, cut, or gone."""

from collections.abc import Sequence
from dataclasses import dataclass

from cropsmith.tools.schema.geometry import Box

WHOLE = 0.98
"""Share of a thing's area inside the crop from which it counts as whole: detector boxes are no
sharper than that."""
GONE = 0.05
"""Share below which it is gone: the crop shows none of it that a person would see."""


@dataclass(frozen=True)
class Cut:
    """How a crop treats a set of things."""

    whole: int
    cut: int
    gone: int

    @property
    def count(self) -> int:
        """How many things there were."""
        return self.whole + self.cut + self.gone


def share_inside(box: Box, thing: Box) -> float:
    """Return the share of the thing's area that the crop keeps."""
    return box.overlap(thing) / thing.area


def cuts(box: Box, things: Sequence[Box]) -> Cut:
    """Count the things that are whole, cut through, or gone."""
    inside = [share_inside(box, thing) for thing in things]
    whole = sum(share >= WHOLE for share in inside)
    gone = sum(share < GONE for share in inside)
    return Cut(whole=whole, cut=len(inside) - whole - gone, gone=gone)
