"""Photos: opened from anything, upright, small for looking and whole for rendering."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cropsmith.tools.images.decode import decoding, open_image, upright_size
from cropsmith.tools.images.source import read_source
from cropsmith.tools.images.thumbnail import fitted, small_rgb
from cropsmith.tools.schema.geometry import Size

if TYPE_CHECKING:
    from cropsmith.tools.images.fetch import FetchLimits

LOOK_SIDE = 320
"""Long side of the first look, in pixels. Opening a photo takes it, so that a photo that was
opened can be decoded."""

KEPT_SIDE = 2048
"""Formats without scaled decoding (all but JPEG) are kept at this long side when opened; smaller
looks are taken from that."""


@dataclass(frozen=True)
class Photo:
    """An image file, known by the sha256 of its bytes. Everything it gives is EXIF-upright."""

    name: str
    data: bytes = field(repr=False, compare=False)
    """The encoded file. Images that came as arrays are held as uncompressed TIFF."""
    sha256: str
    size: Size
    """Of the upright first frame, in pixels."""
    format: str = "PNG"
    """Of the output unless asked otherwise; Pillow's name: JPEG, PNG, WEBP, HEIF, ..."""
    path: Path | None = None
    """Where it was read from; None for bytes, arrays, standard input and the web."""
    _looks: dict[int, NDArray[np.uint8]] = field(default_factory=dict, repr=False, compare=False)

    def pixels(self, long_side: int) -> NDArray[np.uint8]:
        """Return upright sRGB, shape (H, W, 3), at most `long_side` pixels a side, never enlarged.

        The first frame of an animation; transparency laid on white. Read-only.
        UnreadableImage when the pixels cannot be decoded.
        """
        if (known := self._looks.get(long_side)) is not None:
            return known
        with decoding(self.name):
            if KEPT_SIDE not in self._looks or long_side > KEPT_SIDE:
                return self._decoded(long_side)
            kept = Image.fromarray(self._looks[KEPT_SIDE])
            size = fitted(self.size, long_side)
            if kept.size == (size.width, size.height):
                return self._looks[KEPT_SIDE]
            return np.asarray(
                kept.resize((size.width, size.height), Image.Resampling.BILINEAR, reducing_gap=2.0)
            )

    def _decoded(self, long_side: int) -> NDArray[np.uint8]:
        with open_image(self.data, self.name) as image:
            return np.asarray(small_rgb(image, long_side))


def open_photo(source: object, *, limits: "FetchLimits | None" = None) -> Photo:
    """Open a path, bytes, a PIL image, an array, "-" (standard input) or an http(s) URL.

    Arrays are (H, W), (H, W, 3) or (H, W, 4); uint8, uint16, bool, or floats in [0, 1]. `limits`
    bounds what a URL may cost. UnreadableImage when it cannot be read or decoded.
    """
    found = read_source(source, limits)
    with decoding(found.name), open_image(found.data, found.name) as image:
        format = "JPEG" if image.format == "MPO" else image.format
        photo = Photo(
            name=found.name,
            data=found.data,
            sha256=hashlib.sha256(found.data).hexdigest(),
            size=upright_size(image),
            format=found.format or format or "PNG",
            path=found.path,
        )
        side = LOOK_SIDE if image.format in ("JPEG", "MPO") else KEPT_SIDE
        photo._looks[side] = np.asarray(small_rgb(image, side))
    photo._looks[LOOK_SIDE] = photo.pixels(LOOK_SIDE)
    return photo
