"""What a crop cuts through: faces and subjects, whole, cut or left out."""

from collections.abc import Sequence
from dataclasses import dataclass

from cropsmith.tools.schema.geometry import Box

WHOLE = 0.98
"""Share of a thing's area inside the crop from which it counts as whole: detector boxes are no
sharper than that."""
GONE = 0.02
"""Share up to which it counts as left out: a crop may do without a bystander, but not halve one."""


@dataclass(frozen=True)
class Cut:
    """How a crop treats a set of things."""

    whole: int
    cut: int
    out: int

    @property
    def count(self) -> int:
        """How many things there were."""
        return self.whole + self.cut + self.out


def share_inside(box: Box, thing: Box) -> float:
    """Return the share of the thing's area that the crop keeps."""
    return box.overlap(thing) / thing.area


def cuts(box: Box, things: Sequence[Box]) -> Cut:
    """Count the things that are whole, cut through, or left out."""
    inside = [share_inside(box, thing) for thing in things]
    whole = sum(share >= WHOLE for share in inside)
    out = sum(share <= GONE for share in inside)
    return Cut(whole=whole, cut=len(inside) - whole - out, out=out)
