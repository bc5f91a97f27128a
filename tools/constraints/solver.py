"""From a wished box to the nearest box of whole pixels that holds every hard constraint."""

from collections.abc import Sequence

from cropsmith.tools.constraints.best_first import Search
from cropsmith.tools.constraints.kinds import Constraint, with_target
from cropsmith.tools.constraints.relaxation import conflict
from cropsmith.tools.schema.geometry import Box, PixelBox, Size
from cropsmith.tools.schema.request import Target


def solve(
    wish: Box,
    target: Target,
    constraints: Sequence[Constraint],
    image: Size,
    upscale: bool = False,
) -> PixelBox:
    """Return the box nearest to the wish (by IoU) in which every constraint holds: `solve_all`."""
    (found,) = solve_all([wish], target, constraints, image, upscale)
    return found


def solve_all(
    wishes: Sequence[Box],
    target: Target,
    constraints: Sequence[Constraint],
    image: Size,
    upscale: bool = False,
) -> list[PixelBox]:
    """Return for each wish the nearest box (by IoU) in which every constraint holds.

    The target's ratio holds to the pixel, and a firm size is reached without upscaling unless
    `upscale`. Raises `Conflict`, an `Infeasible`, with what cannot hold together and the smallest
    relaxation that would.
    """
    everything = with_target(constraints, target, upscale)
    crops = Search(everything, image)
    solved = []
    for wish in wishes:
        found = crops.nearest(wish)
        if found is None:
            raise conflict(wish, everything, image)
        solved.append(found)
    return solved


def output_size(pixels: PixelBox, target: Target, upscale: bool = False) -> Size:
    """Return the pixels of the file to write: the asked ones, or the crop's own.

    A crop smaller than the asked size keeps its own pixels unless `upscale`; a firm size never
    comes to that, because the solver holds the crop above it.
    """
    crop, asked = pixels.size, target.size
    if asked is None:
        return crop
    enough = crop.width >= asked.width and crop.height >= asked.height
    return asked if enough or upscale else crop
