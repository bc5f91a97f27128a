"""A crop as other programs need it: boxes on the upright and on the stored picture, and a point."""

from dataclasses import dataclass

from cropsmith.tools.metadata.cut import Cut, turned_angle
from cropsmith.tools.schema.geometry import PixelBox, Point, Size
from cropsmith.tools.schema.level import Level, Places


@dataclass(frozen=True)
class Framing:
    """One crop of one photo."""

    name: str
    """Of the photo's file."""
    photo: Size
    """Upright, in pixels."""
    box: PixelBox
    """On the upright photo; of a straightened one that of the same middle and size, not turned."""
    focal: Point
    """Where the interest of the upright photo lies."""
    turn: int = 1
    """The EXIF orientation of the file, 1 to 8."""
    output: Size | None = None
    """Pixels that were asked for; None for those of the box."""
    level: Level | None = None
    """How the photo is straightened; None where it is not."""
    level_box: PixelBox | None = None
    """The crop on the level photo, where it is straightened."""

    @property
    def angle(self) -> float:
        """Degrees that the photo is turned by, clockwise."""
        return 0.0 if self.level is None else self.level.angle

    @property
    def stored(self) -> Size:
        """The size of the picture before its orientation is applied."""
        if self.turn < 5:
            return self.photo
        return Size(width=self.photo.height, height=self.photo.width)

    @property
    def stored_box(self) -> PixelBox:
        """The crop on the picture before its orientation is applied."""
        return self._stored(self.box, self.photo, self.stored)

    @property
    def stored_angle(self) -> float:
        """Degrees that the picture is turned by, clockwise, before its orientation is applied."""
        return turned_angle(self.angle, self.turn)

    @property
    def stored_corners(self) -> Places:
        """Corners of the crop on the picture before its orientation is applied, in pixels.

        Upper left, upper right, lower right, lower left; those of a box where it is not turned.
        """
        level = Level(upright=self.stored, angle=self.stored_angle)
        if self.level is None or self.level_box is None:
            return level.corners(self.stored_box)
        return level.corners(self._stored(self.level_box, self.level.size, level.size))

    def _stored(self, box: PixelBox, upright: Size, stored: Size) -> PixelBox:
        """Return a box of the upright picture on the stored one, both of the given sizes."""
        back = {6: 8, 8: 6}.get(self.turn, self.turn)  # the other turns undo themselves
        whole = PixelBox(left=0, top=0, right=upright.width, bottom=upright.height)
        cut = Cut(photo=upright, box=whole, size=stored, turn=back)
        left, top, right, bottom = cut.corners(box.left, box.top, box.right, box.bottom)
        return PixelBox(left=round(left), top=round(top), right=round(right), bottom=round(bottom))

    @property
    def stored_focal(self) -> tuple[float, float]:
        """The focal point on the picture before its orientation is applied, in pixels."""
        back = {6: 8, 8: 6}.get(self.turn, self.turn)
        whole = PixelBox(left=0, top=0, right=self.photo.width, bottom=self.photo.height)
        cut = Cut(photo=self.photo, box=whole, size=self.stored, turn=back)
        return cut.point(self.focal.x * self.photo.width, self.focal.y * self.photo.height)
