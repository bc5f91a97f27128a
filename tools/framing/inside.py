"""What a framing is about, kept inside the crop edge by edge."""

import math

from cropsmith.tools.constraints.shots import EdgeWithin, Range
from cropsmith.tools.framing.wish import Wish
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import Side


def inside_wishes(
    left: float, top: float, right: float, bottom: float, image: Size, name: str, told: str = ""
) -> list[Wish]:
    """Return the wishes to have a rectangle inside, pixels of the photo: its top first.

    One that cannot be inside whole keeps its top and as much of the rest as fits.
    """
    lines = {
        Side.TOP: Range(0, math.floor(top)),
        Side.LEFT: Range(0, math.floor(left)),
        Side.RIGHT: Range(math.ceil(right), image.width),
        Side.BOTTOM: Range(math.ceil(bottom), image.height),
    }
    return [
        Wish(EdgeWithin(side, where, image, f"{name} inside"), told)
        for side, where in lines.items()
    ]
