"""A crop as the bytes of a file."""

from dataclasses import dataclass

from cropsmith.tools.images.pixel_format import suffix_of_format
from cropsmith.tools.schema.geometry import PixelBox, Size


@dataclass(frozen=True)
class Rendered:
    """The bytes of a file with the crop."""

    data: bytes
    format: str
    size: Size
    """Of the picture in it, upright."""
    pixels: PixelBox
    """What was cut, on the upright photo; a lossless crop may have had to be larger than asked."""
    frames: int = 1
    notes: tuple[str, ...] = ()
    """What could not be kept, in sentences for the user."""

    @property
    def suffix(self) -> str:
        """Of a file with this content."""
        return suffix_of_format(self.format)
