"""Photos: opened from anything, upright, small for looking and whole for rendering."""

import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cropsmith.tools.geometry import Size


@dataclass(frozen=True)
class Photo:
    """An image file, known by the sha256 of its bytes. Everything it gives is EXIF-upright."""

    name: str
    data: bytes = field(repr=False)
    sha256: str
    size: Size

    def pixels(self, long_side: int) -> NDArray[np.uint8]:
        """Return upright RGB, shape (H, W, 3), at most `long_side` pixels a side."""
        with Image.open(io.BytesIO(self.data)) as image:
            image.draft("RGB", (long_side, long_side))
            upright = ImageOps.exif_transpose(image).convert("RGB")
            upright.thumbnail((long_side, long_side), Image.Resampling.BILINEAR)
            return np.asarray(upright)


def open_photo(source: object) -> Photo:
    """Open a path. UnreadableImage when it cannot be decoded."""
    data = Path(str(source)).read_bytes()
    with Image.open(io.BytesIO(data)) as image:
        size = ImageOps.exif_transpose(image).size
    return Photo(
        name=Path(str(source)).name,
        data=data,
        sha256=hashlib.sha256(data).hexdigest(),
        size=Size(width=size[0], height=size[1]),
    )
