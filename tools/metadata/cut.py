"""Where a crop lies in the photo as it is stored: what places in metadata are changed by."""

from dataclasses import dataclass

from cropsmith.tools.schema.geometry import PixelBox, Size
from cropsmith.tools.schema.level import Level

MIRRORED = (2, 4, 5, 7)
"""EXIF orientations of which the upright picture is mirrored: it turns the other way round."""

Corners = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True)
class Cut:
    """A box of the stored picture, straightened by `level`, turned by `turn`, resized to `size`.

    Metadata speaks of the picture as it is stored, before the orientation tag is applied.
    """

    photo: Size
    """Of the picture as it is stored."""
    box: PixelBox
    """On the picture as it is stored; on the level one where it is straightened."""
    size: Size
    """Of the crop as it is stored, after the turn."""
    turn: int = 1
    """The EXIF orientation that the crop's pixels were turned by; 1 where they were not."""
    tag: int = 1
    """The orientation that the crop's file says."""
    level: Level | None = None
    """How the stored picture is straightened; None where it is not."""

    @property
    def frame(self) -> Size:
        """Of the picture that the box lies on."""
        return self.photo if self.level is None else self.level.size

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the photo lies in the crop, both in pixels; it may be outside."""
        if self.level is not None:
            x, y = self.level.to_level(x, y)
        wide, high = self.box.size.width, self.box.size.height
        u, v = x - self.box.left, y - self.box.top
        u, v = {
            2: (wide - u, v),
            3: (wide - u, high - v),
            4: (u, high - v),
            5: (v, u),
            6: (high - v, u),
            7: (high - v, wide - u),
            8: (v, wide - u),
        }.get(self.turn, (u, v))
        if self.turn >= 5:
            wide, high = high, wide
        return u * self.size.width / wide, v * self.size.height / high

    def corners(self, left: float, top: float, right: float, bottom: float) -> Corners:
        """Return where a box of the photo lies in the crop, both in pixels; it may reach out.

        Of a straightened photo the box round the turned one.
        """
        ends = [self.point(x, y) for x in (left, right) for y in (top, bottom)]
        xs, ys = zip(*ends, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    def clipped(self, left: float, top: float, right: float, bottom: float) -> Corners | None:
        """Return the part of a box of the photo that is in the crop; None if next to none is.

        Next to none: its centre is cropped away, so that a face of which an ear is left is no face.
        """
        x1, y1, x2, y2 = self.corners(left, top, right, bottom)
        width, height = self.size.width, self.size.height
        if not (0 <= (x1 + x2) / 2 <= width and 0 <= (y1 + y2) / 2 <= height):
            return None
        return max(0.0, x1), max(0.0, y1), min(width, x2), min(height, y2)

    @property
    def upright(self) -> "Cut":
        """The same crop, seen from programs that write places on the upright photo.

        Only for a `turn` that was applied; of an unturned crop it is the cut itself.
        """
        if self.turn == 1:
            return self
        whole = Cut(
            photo=self.frame,
            box=_all(self.frame),
            size=_turned(self.frame, self.turn),
            turn=self.turn,
        )
        left, top, right, bottom = (
            round(side)
            for side in whole.corners(self.box.left, self.box.top, self.box.right, self.box.bottom)
        )
        box = PixelBox(left=left, top=top, right=right, bottom=bottom)
        photo = _turned(self.photo, self.turn)
        angle = 0.0 if self.level is None else self.level.angle
        level = Level(upright=photo, angle=turned_angle(angle, self.turn)) if angle else None
        return Cut(photo=photo, box=box, size=self.size, level=level)


def _all(size: Size) -> PixelBox:
    return PixelBox(left=0, top=0, right=size.width, bottom=size.height)


def turned_angle(angle: float, turn: int) -> float:
    """Return an angle of the upright picture on the stored one, or the other way round."""
    return -angle if turn in MIRRORED else angle


def _turned(size: Size, turn: int) -> Size:
    return size if turn < 5 else Size(width=size.height, height=size.width)
