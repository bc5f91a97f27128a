"""How many crops can differ where hard constraints hold: no more are worth asking for."""

from collections.abc import Sequence

from cropsmith.tools.constraints.best_first import Search
from cropsmith.tools.constraints.kinds import Constraint, with_target
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.request import Target

SAME = 0.97
"""IoU from which two proposals count as one."""

PLACES = ((0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.5, 0.5))
SPREAD = (
    Box.whole(),
    *(
        Box.of((x * (1 - side), y * (1 - side), x * (1 - side) + side, y * (1 - side) + side))
        for side in (0.5, 0.75, 0.9)
        for x, y in PLACES
    ),
)
"""Wishes all over the photo, of several sizes, those that differ most first."""


def variety(
    target: Target,
    constraints: Sequence[Constraint],
    image: Size,
    upscale: bool = False,
    *,
    most: int,
) -> int:
    """Return how many crops that differ hold every constraint: at least 1, at most `most`.

    The wishes of `SPREAD` are solved until so many are found; where the constraints leave little
    room, they come to few boxes.
    """
    crops = Search(with_target(constraints, target, upscale), image)
    found: list[Box] = []
    for wish in SPREAD:
        pixels = crops.nearest(wish)
        if pixels is None:
            break
        box = pixels.normalised(image)
        if all(box.iou(other) < SAME for other in found):
            found.append(box)
        if len(found) >= most:
            break
    return max(1, len(found))
