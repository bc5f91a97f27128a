"""What a stub notes of a picture that it was sent."""

import base64
import binascii
import io
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError


@dataclass(frozen=True)
class SentPicture:
    """Format, size in pixels, and whether there are EXIF tags."""

    format: str
    width: int
    height: int
    exif: bool


def read_picture(encoded: str) -> SentPicture | None:
    """Read base64 of either alphabet; None when there is no picture in it."""
    try:
        data = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
        with Image.open(io.BytesIO(data)) as image:
            format = (image.format or "").lower()
            return SentPicture(format, image.width, image.height, bool(image.getexif()))
    except (binascii.Error, UnidentifiedImageError):
        return None
