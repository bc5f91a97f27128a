"""Crops that put a subject or a horizon where it was asked, from the widest to the closer ones."""

from cropsmith.tools.framing.anchor import Anchor
from cropsmith.tools.framing.placing import ACROSS, DOWN, HEADROOM
from cropsmith.tools.framing.wish import Draft
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Across, Down, Placement

STEPS = (1.0, 0.85, 0.7, 0.55)
"""Sizes that are proposed, as shares of the largest crop that holds the place exactly."""
ROOM = 1.15
"""Of the subject's size: no draft is closer to it."""
PARTS = {Across.LEFT: 1 / 3, Across.RIGHT: 2 / 3}
LEVELS = {Down.TOP: 1 / 3, Down.BOTTOM: 2 / 3}
"""In a part of the crop a thing lies best on the third of that part."""


def placed_drafts(
    anchor: Anchor | None,
    across: Across | None,
    down: Down | None,
    horizon: float | None,
    placement: Placement,
    ratio: Ratio | None,
    image: Size,
) -> list[Draft]:
    """Return drafts for what was asked and can be placed; none when nothing is.

    `horizon`: its height in the photo, 0 to 1, when it is to be placed as `placement` says.
    """
    x = y = None
    details = []
    if anchor is not None and across is not None:
        x = (anchor.box.centre.x, PARTS.get(across, ACROSS[across].middle))
        details.append(f"{anchor.name} {ACROSS[across].name}")
    if anchor is not None and down is not None:
        y = (anchor.box.centre.y, LEVELS.get(down, DOWN[down].middle))
        details.append(f"{anchor.name} {DOWN[down].name}")
    elif horizon is not None and placement.horizon is not None:
        where = placement.horizon
        y = (horizon, LEVELS.get(where, DOWN[where].middle))
        details.append(f"the horizon {DOWN[where].name}")
    elif placement.headroom and anchor is not None:
        y = (anchor.box.y1, sum(HEADROOM) / 2)
        details.append("headroom")
    if x is None and y is None:
        return []
    # In shares of the photo: how wide a crop of this height is.
    shape = 1.0 if ratio is None else ratio.value * image.height / image.width
    most = min(1.0, 1 / shape)
    if y is not None:
        most = min(most, y[0] / y[1], (1 - y[0]) / (1 - y[1]))
    if x is not None:
        most = min(most, x[0] / x[1] / shape, (1 - x[0]) / (1 - x[1]) / shape)
    least = 0.0
    if anchor is not None:
        least = min(1.0, 1 / shape, ROOM * max(anchor.box.height, anchor.box.width / shape))
    tall = dict.fromkeys(max(step * most, least) for step in STEPS)
    return [Draft(_box(x, y, t, shape, anchor), ", ".join(details)) for t in tall if t > 0]


def _box(
    x: tuple[float, float] | None,
    y: tuple[float, float] | None,
    tall: float,
    shape: float,
    anchor: Anchor | None,
) -> Box:
    """Return the crop of a height, a share of the photo's, held to the photo."""
    wide = min(1.0, tall * shape)
    middle = anchor.box.centre.x if anchor is not None else 0.5
    centre = anchor.box.centre.y if anchor is not None else 0.5
    left = x[0] - x[1] * wide if x is not None else middle - wide / 2
    top = y[0] - y[1] * tall if y is not None else centre - tall / 2
    left, top = min(max(left, 0.0), 1 - wide), min(max(top, 0.0), 1 - tall)
    return Box.of((left, top, left + wide, top + tall))
