"""From a shot and the people it shows to the ranges of a crop."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cropsmith.tools.constraints.kinds import Axis
from cropsmith.tools.constraints.placed import Placed
from cropsmith.tools.constraints.shots import EdgeWithin, Range, SidesWithin
from cropsmith.tools.constraints.sizes import largest
from cropsmith.tools.framing.heads import WIDE
from cropsmith.tools.framing.inside import inside_wishes
from cropsmith.tools.framing.people import Person
from cropsmith.tools.framing.shots import CUTS, FULL, GROUP, GROUP_HEADS, WHOLE, Cut
from cropsmith.tools.framing.wish import Draft, Wish
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Placement, Shot, Side, Tightness

SHORT = 0.6
"""Share of the least asked from which a photo is told to end too early."""
ARM = 1.3
"""Heads beside the head that a half body takes in where the body goes on so far: a bent arm."""
OVER = 0.45
"""Share of the room that a narrow shape adds to whole figures which goes above them."""
AT_EDGE = 0.025
"""Of the photo's height: a body that ends so near to the edge is taken to go on beyond it."""


@dataclass(frozen=True)
class Figure:
    """What a shot is cut from, in pixels of the photo: one person, or several together."""

    left: float
    top: float
    """Of the topmost crown."""
    right: float
    bottom: float
    """Of the lowest chin, or of the feet."""
    unit: float
    """Pixels of one unit of the shot's table above and below."""
    wide: float
    """Pixels of one unit across."""

    @property
    def high(self) -> float:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Half-way across."""
        return (self.left + self.right) / 2


@dataclass(frozen=True)
class Plan:
    """Whom a shot shows in a shape, and how they are cut."""

    people: tuple[Person, ...]
    figure: Figure
    cut: Cut
    fits: bool
    """Whether the shape can hold what the shot is about whole."""
    notes: tuple[str, ...] = ()


def plan_of(shot: Shot, people: Sequence[Person], ratio: Ratio | None, image: Size) -> Plan:
    """Return whom the shot shows, the largest heads first where not all fit; there is somebody."""
    cut = CUTS.get(shot, FULL if shot is Shot.FULL_BODY else GROUP)
    everybody = tuple(people)
    plan = _fitting(everybody, cut, ratio, image)
    if cut is GROUP and len(plan.people) < len(everybody):
        note = "Not everybody fits this shape whole: their heads are kept."
        plan = replace(_fitting(everybody, GROUP_HEADS, ratio, image), notes=(note,))
    if len(plan.people) < len(everybody):
        some, every = len(plan.people), len(everybody)
        fit = "only one fits" if some == 1 else f"only {some} fit"
        return replace(plan, notes=(f"Of {every} people {fit} this shape.",))
    return plan


def _fitting(people: tuple[Person, ...], cut: Cut, ratio: Ratio | None, image: Size) -> Plan:
    """Return as many of the people, the first first, as some crop of the shape can hold."""
    most = image if ratio is None else largest(ratio, image) or image
    while True:
        figure = figure_of(people, cut, image)
        fits = figure.high <= most.height + 1 and figure.right - figure.left <= most.width + 1
        if fits or len(people) == 1:
            return Plan(people, figure, cut, fits)
        people = people[:-1]


def figure_of(people: Sequence[Person], cut: Cut, image: Size) -> Figure:
    """Return what a cut is measured on: the heads taken as one, or the whole figures."""
    if cut in WHOLE:
        boxes = [person.whole(image) for person in people]
        union = boxes[0].union(*boxes[1:])
        left, right = union.x1 * image.width, union.x2 * image.width
        top, bottom = union.y1 * image.height, union.y2 * image.height
        return Figure(left, top, right, bottom, bottom - top, right - left)
    heads = [person.head for person in people]
    # Several heads are framed as one: by the mean head, between the outermost.
    size = sum(head.height for head in heads) / len(heads)
    return Figure(
        max(0.0, min(h.left for h in heads)), max(0.0, min(h.crown for h in heads)),
        min(float(image.width), max(h.right for h in heads)),
        min(float(image.height), max(h.chin for h in heads)), size, size,
    )  # fmt: skip


def person_shot(
    plan: Plan,
    ratio: Ratio | None,
    image: Size,
    tightness: Tightness = Tightness.NORMAL,
    placement: Placement | None = None,
) -> tuple[list[Wish], Draft]:
    """Return the ranges of the crop's edges, the most important first, and the ideal crop."""
    figure, cut = plan.figure, plan.cut
    placement = placement or Placement()
    above, below = cut.above.part(tightness), cut.below.part(tightness)
    least_wide = _least_width(figure, cut)
    least, most = below.low * figure.unit, below.high * figure.unit
    air = above.high * figure.unit
    if ratio is not None:
        # A narrow shape must grow until it holds the shoulders, and then downwards: never by empty
        # air above. Of whole figures nothing is left below, and the room goes to both ends.
        tall = least_wide / ratio.value - figure.high
        air = max(air, OVER * tall) if cut in WHOLE else air
        least = max(least, tall - air)
        most = max(most, tall - min(air, above.middle * figure.unit))
    top = Range(
        max(0, round(figure.top - air)),
        max(0, round(figure.top - above.low * figure.unit)),
    )
    bottom = Range(
        min(image.height, round(figure.bottom + least)),
        min(image.height, round(figure.bottom + most)),
    )
    told = f"This shape is too flat or too narrow for {cut.shows}: it shows what fits."
    wishes = inside_wishes(
        figure.left, figure.top, figure.right, figure.bottom, image, cut.shows, told
    )
    if not placement.headroom and placement.down is None:
        wishes.append(Wish(EdgeWithin(Side.TOP, top, image, "air above the head"), ""))
    # A whole figure with less air below it is still whole: only where the body is cut is it missed.
    missed = told if cut in CUTS.values() else ""
    wishes.append(Wish(EdgeWithin(Side.BOTTOM, bottom, image, cut.shows), missed))
    wishes += _shoulders(plan, image)
    if ratio is None:
        width = Range(
            min(image.width, round(least_wide)),
            min(image.width, round(_most_width(figure, cut, above.middle))),
        )
        across = SidesWithin(width, Range(1, image.height), image, cut.shows)
        wishes.append(Wish(across, ""))
    if placement.across is None and not placement.looking_room:
        centre = cut.centre if len(plan.people) == 1 else GROUP.centre
        middle = Placed(
            Axis.X, round(figure.middle), centre.low, centre.high, "people in the middle"
        )
        wishes.append(Wish(middle, ""))
    return wishes, _draft(figure, cut, top, bottom, ratio, image)


def _shoulders(plan: Plan, image: Size) -> list[Wish]:
    """Return the wishes for shoulders and arms beside the heads; none of whole figures."""
    figure, cut = plan.figure, plan.cut
    if cut in WHOLE:
        return []
    beside = (cut.across.low - WIDE) / 2 * figure.unit
    left, right = figure.left - beside, figure.right + beside
    bodies = [person.body.box for person in plan.people if person.body is not None]
    if bodies and cut is CUTS[Shot.HALF_BODY]:
        # Arms are within reach of the head; a box that goes on further holds what they carry.
        left = min(
            left, max(min(b.x1 for b in bodies) * image.width, figure.left - ARM * figure.unit)
        )
        right = max(
            right, min(max(b.x2 for b in bodies) * image.width, figure.right + ARM * figure.unit)
        )
    first = Range(0, math.floor(max(0.0, left)))
    last = Range(math.ceil(min(float(image.width), right)), image.width)
    return [
        Wish(EdgeWithin(Side.LEFT, first, image, "shoulders inside"), ""),
        Wish(EdgeWithin(Side.RIGHT, last, image, "shoulders inside"), ""),
    ]


def _least_width(figure: Figure, cut: Cut) -> float:
    """Return the pixels across that the shot wants in any shape."""
    if cut in WHOLE:
        return min(cut.across.low * figure.wide, figure.wide + 0.2 * figure.unit)
    others = max(0.0, figure.right - figure.left - WIDE * figure.unit)
    return cut.across.low * figure.unit + others


def _most_width(figure: Figure, cut: Cut, air: float) -> float:
    """Return the pixels across that are enough where no shape was asked."""
    if cut in WHOLE:
        # A standing figure is narrow: a frame of three to four is no wider than needed.
        return max(cut.across.high * figure.wide, 0.75 * figure.unit * (1 + air))
    others = max(0.0, figure.right - figure.left - WIDE * figure.unit)
    return cut.across.high * figure.unit + others


def _draft(
    figure: Figure, cut: Cut, top: Range, bottom: Range, ratio: Ratio | None, image: Size
) -> Draft:
    """Return the crop in the middle of every range."""
    y1, y2 = (top.low + top.high) / 2, (bottom.low + bottom.high) / 2
    y2 = max(y2, y1 + 1)
    if ratio is not None:
        width = ratio.value * (y2 - y1)
    else:
        width = (_least_width(figure, cut) + _most_width(figure, cut, cut.above.middle)) / 2
    x1 = figure.middle - min(width, image.width) / 2
    x1 = min(max(x1, 0.0), image.width - min(width, image.width))
    x2 = x1 + min(width, image.width)
    box = Box.of((x1 / image.width, y1 / image.height, x2 / image.width, y2 / image.height))
    return Draft(box, cut.shows)


def limits_of(shot: Shot, plan: Plan, image: Size) -> list[str]:
    """Say where the photo ends before the shot does."""
    figure, cut = plan.figure, plan.cut
    notes = list(plan.notes)
    if figure.top < SHORT * cut.above.low * figure.unit:
        notes.append("The photo ends just above the head: there is no more air to give.")
    room = image.height - figure.bottom
    if shot is Shot.FULL_BODY and room < AT_EDGE * image.height:
        notes.append("The photo itself ends at the feet or above them.")
    elif shot in CUTS and room < 0.8 * cut.below.low * figure.unit:
        notes.append(f"The photo ends before {cut.shows} does: it shows what there is.")
    return notes
