"""Straightening: a photo turned about its centre and trimmed, so that no corner is empty.

Two frames: the upright photo, and the level one, which is the upright one turned clockwise by the
angle and cut to the largest box of its own shape that lies inside. Both in pixels, x to the right,
y down, (0, 0) the upper left corner of the upper left pixel.
"""

import math
from collections.abc import Iterable

from pydantic import Field

from cropsmith.tools.schema.geometry import Box, PixelBox, Point, Size
from cropsmith.tools.schema.values import Value

MOST = 15.0
"""Degrees that a photo may be turned by, either way."""

Places = tuple[tuple[float, float], ...]
"""Points in pixels: x, y."""


class Level(Value):
    """How an upright photo is straightened."""

    upright: Size
    angle: float = Field(ge=-MOST, le=MOST)
    """Degrees that the photo is turned by, clockwise as it is seen; the frame stays level."""

    @property
    def size(self) -> Size:
        """Of the level photo: the largest of the upright one's shape, in whole pixels."""
        wide, high = self.upright.width, self.upright.height
        cos, sin = self._cos_sin()
        sin = abs(sin)
        scale = min(wide / (wide * cos + high * sin), high / (wide * sin + high * cos))
        return Size(width=max(1, int(wide * scale)), height=max(1, int(high * scale)))

    def to_upright(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the level photo lies on the upright one."""
        cos, sin = self._cos_sin()
        size = self.size
        u, v = x - size.width / 2, y - size.height / 2
        return (
            cos * u + sin * v + self.upright.width / 2,
            cos * v - sin * u + self.upright.height / 2,
        )

    def to_level(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the upright photo lies on the level one; it may be outside."""
        cos, sin = self._cos_sin()
        size = self.size
        u, v = x - self.upright.width / 2, y - self.upright.height / 2
        return cos * u - sin * v + size.width / 2, sin * u + cos * v + size.height / 2

    def corners(self, box: PixelBox) -> Places:
        """Return the corners of a box of the level photo on the upright one, in pixels.

        Upper left, upper right, lower right, lower left, as they are in the crop.
        """
        ends = (box.left, box.top), (box.right, box.top), (box.right, box.bottom)
        return tuple(self.to_upright(*end) for end in (*ends, (box.left, box.bottom)))

    def box(self, upright: Box) -> Box | None:
        """Return the box round a box of the upright photo; None where all of it is trimmed away."""
        wide, high = self.upright.width, self.upright.height
        x1, y1, x2, y2 = upright.x1 * wide, upright.y1 * high, upright.x2 * wide, upright.y2 * high
        ends = [self.to_level(x, y) for x in (x1, x2) for y in (y1, y2)]
        xs, ys = [x / self.size.width for x, _ in ends], [y / self.size.height for _, y in ends]
        if max(xs) <= 0 or min(xs) >= 1 or max(ys) <= 0 or min(ys) >= 1:
            return None
        return Box.of((min(xs), min(ys), max(xs), max(ys)))

    def point(self, upright: Point) -> Point:
        """Return a point of the upright photo on the level one, moved inside where it is not."""
        x, y = self.to_level(upright.x * self.upright.width, upright.y * self.upright.height)
        return Point(x=_inside(x / self.size.width), y=_inside(y / self.size.height))

    def upright_point(self, level: Point) -> Point:
        """Return a point of the level photo on the upright one."""
        x, y = self.to_upright(level.x * self.size.width, level.y * self.size.height)
        return Point(x=_inside(x / self.upright.width), y=_inside(y / self.upright.height))

    def around(self, box: PixelBox, margin: int = 0) -> PixelBox:
        """Return the whole pixels of the upright photo that a box of the level one is made of."""
        corners = self.corners(box)
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return PixelBox(
            left=max(0, math.floor(min(xs)) - margin),
            top=max(0, math.floor(min(ys)) - margin),
            right=min(self.upright.width, math.ceil(max(xs)) + margin),
            bottom=min(self.upright.height, math.ceil(max(ys)) + margin),
        )

    def untilted(self, box: PixelBox) -> PixelBox:
        """Return the box of the same middle and size on the upright photo, that is not turned.

        What a program gets that knows no angle. Smaller where it would reach outside.
        """
        x, y = self.to_upright((box.left + box.right) / 2, (box.top + box.bottom) / 2)
        left, right = _centred(x, box.size.width, self.upright.width)
        top, bottom = _centred(y, box.size.height, self.upright.height)
        return PixelBox(left=left, top=top, right=right, bottom=bottom)

    def _cos_sin(self) -> tuple[float, float]:
        turn = math.radians(self.angle)
        return math.cos(turn), math.sin(turn)


def levels(boxes: Iterable[Box], level: Level) -> tuple[Box, ...]:
    """Return boxes of the upright photo on the level one, without those that are trimmed away."""
    found = (level.box(box) for box in boxes)
    return tuple(box for box in found if box is not None)


def said(angle: float) -> str:
    """Return an angle in words: "2.5° clockwise"."""
    return f"{abs(angle):.2g}° {'counter-clockwise' if angle < 0 else 'clockwise'}"


def _inside(share: float) -> float:
    return min(1.0, max(0.0, share))


def _centred(middle: float, length: int, most: int) -> tuple[int, int]:
    low = min(max(0, round(middle - length / 2)), max(0, most - length))
    return low, min(most, low + length)
