"""From "fill the frame", "smaller in the frame" and "leave nothing out" to sizes of the crop."""

import math

from cropsmith.tools.constraints.kinds import touched
from cropsmith.tools.constraints.shots import Range, SidesWithin
from cropsmith.tools.framing.anchor import Anchor
from cropsmith.tools.framing.wish import Draft, Wish
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.ratio import Ratio

FILLED = 0.9
"""Share of the crop's width, or of its height, that fills the frame."""
CLOSE = 0.7
"""Share of the crop's width, or of its height, that a thing spans in a close crop."""
STRIP = 2.0
"""Of a close crop without an asked shape: its longer side over its shorter one, at most."""
WIDE = 0.9
"""Of the sides of the largest crop, which one with much room round its subject has at least."""
FEW = 320
"""Pixels of a side below which a close crop is told to be small."""
GUESS = 0.95
"""Of the sides of the largest crop, which one about a guess has at least: what was meant may lie
anywhere."""
GUESSES = 0.7
"""The same where several answers were asked for, which must differ."""
SMALL = 0.36
"""Share of the crop's width and height at most for a thing that stands small in it: a third, and a
little, since boxes are drawn generously."""

NOT_CLOSE = "It is not sure what of the photo is meant, so the crop does not go close."
"""What is said where a close crop was asked for of what is only a guess."""
CLOSE_TO_NOTHING = "No named subject was found, so nothing holds the crop to be close."
"""What is said where a close crop was asked for of nothing in particular."""


def fill(anchor: Anchor, ratio: Ratio | None, image: Size) -> tuple[Wish, Draft]:
    """Return a crop that the thing spans from edge to edge, in one direction at least."""
    size = touched(anchor.box, image).size
    most = Size(width=math.floor(size.width / FILLED), height=math.floor(size.height / FILLED))
    sides = SidesWithin(
        Range(1, most.width), Range(1, most.height), image,
        f"{anchor.name} filling the frame", either=ratio is not None,
    )  # fmt: skip
    told = f"This shape cannot be filled with {anchor.name} whole: it is as large as it gets."
    return Wish(sides, told), Draft(_grown(anchor.box, 1 / FILLED), "filling the frame")


def tight(
    anchor: Anchor, ratio: Ratio | None, image: Size, least: Size | None = None
) -> tuple[Wish, Draft]:
    """Return a crop in which the thing spans most of one direction at least, with a little air.

    What is doubtful keeps its room, and something of what is around, which may be what was meant.
    `least`: the fewest pixels that the crop may have.
    """
    size, room = touched(anchor.box, image).size, 1 + 2 * anchor.doubt
    fewest = (anchor.doubt * image.width, anchor.doubt * image.height)
    across = max(size.width / CLOSE, size.width * room, fewest[0])
    down = max(size.height / CLOSE, size.height * room, fewest[1])
    if ratio is None:
        across, down = max(across, down / STRIP), max(down, across / STRIP)
    most = Size(width=math.ceil(across), height=math.ceil(down))
    sides = SidesWithin(
        Range(math.floor(fewest[0]), most.width), Range(math.floor(fewest[1]), most.height), image,
        f"close to {anchor.name}", either=ratio is not None,
    )  # fmt: skip
    told = f"No closer crop of {anchor.name} leaves room for all that must stay."
    if least is not None and (least.width > across or least.height > down):
        told = (
            f"Closer to {anchor.name} there are fewer than the {least.width}x{least.height}"
            " pixels that were asked for."
        )
    grown = max(1 / CLOSE, room, fewest[0] / size.width, fewest[1] / size.height)
    return Wish(sides, told), Draft(_grown(anchor.box, grown), "close")


def few_pixels(anchor: Anchor, image: Size) -> str:
    """Return what to say of a thing of which a close crop has few pixels; "" if it has enough."""
    size = touched(anchor.box, image).size
    most = round(max(size.width, size.height) / CLOSE)
    if most >= FEW or most >= max(image.width, image.height) / 2:
        return ""
    name = anchor.name[:1].upper() + anchor.name[1:]
    return f"{name} is small in this photo: a crop close to it is only some {most} pixels long."


def small(anchor: Anchor, image: Size) -> tuple[Wish, Draft]:
    """Return a crop in which the thing takes about a third of either side at most."""
    size = touched(anchor.box, image).size
    sides = SidesWithin(
        Range(math.ceil(size.width / SMALL), image.width),
        Range(math.ceil(size.height / SMALL), image.height),
        image,
        f"{anchor.name} small in the frame",
    )
    told = f"The photo shows too little round {anchor.name} to make it smaller than this."
    return Wish(sides, told), Draft(_grown(anchor.box, 1 / SMALL), "small in the frame")


def wide(largest: Size, image: Size) -> tuple[Wish, Draft]:
    """Return a crop of nearly all that the shape can show: what is empty is what was asked for."""
    sides = SidesWithin(
        Range(math.ceil(WIDE * largest.width), image.width),
        Range(math.ceil(WIDE * largest.height), image.height),
        image,
        "much room round it",
    )
    return Wish(sides, ""), Draft(Box.whole(), "much room")


def around_guess(largest: Size, image: Size, answers: int = 1) -> tuple[Wish, Draft]:
    """Return a crop of most of what the shape can show, `largest`, about what is only a guess."""
    share = GUESS if answers == 1 else GUESSES
    sides = SidesWithin(
        Range(math.ceil(share * largest.width), image.width),
        Range(math.ceil(share * largest.height), image.height),
        image,
        "most of the photo, since it is not sure what is meant",
    )
    return Wish(sides, ""), Draft(Box.whole(), "most of the photo")


def widest(largest: Size, image: Size) -> tuple[Wish, Draft]:
    """Return the largest crop that there is, `largest`; what is cut away is the least possible."""
    sides = SidesWithin(
        Range(largest.width, image.width), Range(largest.height, image.height), image,
        "as much of the photo as this shape can hold",
    )  # fmt: skip
    told = "Other wishes leave less of the photo than this shape could hold."
    return Wish(sides, told), Draft(Box.whole(), "the least cut away")


def _grown(box: Box, factor: float) -> Box:
    """Return the box scaled about its centre, held to the photo."""
    x, y = box.width * (factor - 1) / 2, box.height * (factor - 1) / 2
    return Box.of((box.x1 - x, box.y1 - y, box.x2 + x, box.y2 + y))
