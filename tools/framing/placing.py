"""From "on the right third", "more sky", looking room and headroom to places within the crop."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cropsmith.tools.constraints.kinds import Axis
from cropsmith.tools.constraints.placed import Placed
from cropsmith.tools.constraints.shots import Range, SidesWithin
from cropsmith.tools.constraints.sizes import largest
from cropsmith.tools.framing.anchor import Anchor
from cropsmith.tools.framing.people import Person
from cropsmith.tools.framing.wish import Wish
from cropsmith.tools.schema.evidence import Line
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Across, Down

NEAR = 0.03
"""How far from a line of the thirds something may lie, as a share of the crop."""
HEADROOM = (0.1, 0.125)
"""Of the crop's height above the topmost head: a tenth to an eighth."""
LOOKING = (0.28, 0.45)
"""Where the middle of one who looks to the right lies; mirrored for the left. A third is the usual
advice; up to just off the middle there is still visibly more room in front than behind."""
BOTH = (0.42, 0.58)
"""Where the middle of what may look either way lies."""
SCENE = 0.55
"""Of the sides of the largest crop, which no crop about a horizon goes below: a landscape is not a
strip of it."""
BESIDE = 0.15
"""Of the photo's side: what ends nearer than this to an edge is told to be too near to it."""


@dataclass(frozen=True)
class Place:
    """A range of shares of the crop, from the left or the top, and its name."""

    low: float
    high: float
    name: str
    """To finish "the boat is to lie ..."."""
    far: str
    """To begin "... as it goes"."""

    @property
    def part(self) -> str:
        """The name alone: "the right third"."""
        return self.name.partition(" ")[2]

    @property
    def middle(self) -> float:
        """Where it lies best."""
        return (self.low + self.high) / 2


ACROSS: Mapping[Across, Place] = {
    Across.LEFT: Place(0.0, 0.46, "in the left part", "as far left"),
    Across.LEFT_THIRD: Place(1 / 3 - NEAR, 1 / 3 + NEAR, "on the left third", "as far left"),
    Across.CENTER: Place(0.5 - NEAR, 0.5 + NEAR, "in the middle", "as near to it"),
    Across.RIGHT_THIRD: Place(2 / 3 - NEAR, 2 / 3 + NEAR, "on the right third", "as far right"),
    Across.RIGHT: Place(0.54, 1.0, "in the right part", "as far right"),
}
DOWN: Mapping[Down, Place] = {
    Down.TOP: Place(0.0, 0.46, "in the upper part", "as far up"),
    Down.UPPER_THIRD: Place(1 / 3 - NEAR, 1 / 3 + NEAR, "on the upper third", "as far up"),
    Down.CENTER: Place(0.5 - NEAR, 0.5 + NEAR, "in the middle", "as near to it"),
    Down.LOWER_THIRD: Place(2 / 3 - NEAR, 2 / 3 + NEAR, "on the lower third", "as far down"),
    Down.BOTTOM: Place(0.54, 1.0, "in the lower part", "as far down"),
}


def across_wish(where: Across, anchor: Anchor, image: Size) -> Wish:
    """Return the place of the subject's middle from left to right."""
    place, at = ACROSS[where], anchor.box.centre.x
    # To lie on the right a thing needs most of the photo on its left.
    tight = anchor.box.x1 if place.middle > 0.5 else 1 - anchor.box.x2
    return _placed(place, Axis.X, round(at * image.width), anchor.name, tight)


def down_wish(where: Down, anchor: Anchor, image: Size) -> Wish:
    """Return the place of the subject's middle from top to bottom."""
    place, at = DOWN[where], anchor.box.centre.y
    tight = anchor.box.y1 if place.middle > 0.5 else 1 - anchor.box.y2
    return _placed(place, Axis.Y, round(at * image.height), anchor.name, tight)


def horizon_wishes(where: Down, horizon: Line, ratio: Ratio | None, image: Size) -> list[Wish]:
    """Return the place of the horizon, in a crop that still shows the scene round it."""
    level = (horizon.start.y + horizon.end.y) / 2
    tight = level if DOWN[where].middle > 0.5 else 1 - level
    most = image if ratio is None else largest(ratio, image) or image
    scene = SidesWithin(
        Range(math.ceil(SCENE * most.width), image.width),
        Range(math.ceil(SCENE * most.height), image.height),
        image,
        "enough of the scene",
    )
    at = round(level * image.height)
    return [Wish(scene, ""), _placed(DOWN[where], Axis.Y, at, "the horizon", tight)]


def _placed(place: Place, axis: Axis, at: int, name: str, room: float) -> Wish:
    """Return a wish with the sentence for when the photo does not allow it."""
    goes = f"this is {place.far} as it goes."
    if room < BESIDE:
        told = f"The photo ends too near {name} for {place.part}: {goes}"
    else:
        told = f"In this crop {place.part} is out of reach of {name}: {goes}"
    return Wish(Placed(axis, at, place.low, place.high, f"{name} {place.name}"), told)


def headroom_wish(people: Sequence[Person], image: Size) -> Wish:
    """Return the air above the topmost head; there is somebody."""
    crown = max(0, round(min(person.head.crown for person in people)))
    low, high = HEADROOM
    told = "The photo has too little above the head for more headroom: it has what there is."
    if crown > 0.2 * image.height:
        told = "The headroom is as near to a tenth as this crop allows."
    return Wish(Placed(Axis.Y, crown, low, high, "headroom"), told)


def looking_wish(anchor: Anchor, image: Size) -> tuple[Wish, str, Across]:
    """Return more room in front of the subject, what to say of it, and the subject's own side.

    No finder tells which way anything faces. Of an animal or a vehicle nothing else does, and the
    room is left on both sides. Of people: photographers leave room in front: of 22 clearly
    turned lone faces of the training photos 18 look into the side where the photo has more of it
    (a face's place on its body says less: 14 of 19), so that side is taken, and it is said.
    """
    if anchor.person is None:
        place = Placed(
            Axis.X, round(anchor.box.centre.x * image.width), *BOTH, f"room beside {anchor.name}"
        )
        told = f"The photo ends too near {anchor.name} for as much room on both sides."
        note = (
            f"Which way {anchor.name} faces cannot be told from its box: room was left on both"
            " sides. Say “leave room on the left” or “on the right” to choose."
        )
        return Wish(place, told), note, Across.CENTER
    low, high = LOOKING
    middle = anchor.box.centre.x
    side, own = ("right", Across.LEFT) if middle < 0.5 else ("left", Across.RIGHT)
    if side == "left":
        low, high = 1 - high, 1 - low
    wish = f"room on the {side} of {anchor.name}"
    told = f"There is less room on the {side} of {anchor.name} than looking room asks for."
    note = (
        f"Nothing tells which way is in front of {anchor.name}: the room was left on the {side},"
        " where the photo has more of it."
    )
    placed = Placed(Axis.X, round(middle * image.width), low, high, wish)
    return Wish(placed, told), note, own
