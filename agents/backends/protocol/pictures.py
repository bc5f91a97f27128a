"""Encoding what a model is shown: upright JPEGs at exactly the size that it will see."""

import io
import threading
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cropsmith.agents.backends.protocol.backend import Picture
from cropsmith.tools.schema.geometry import Size

QUALITY = 88
_KEEP = 64

_lock = threading.Lock()
_resized: OrderedDict[tuple[str, int, int], Picture] = OrderedDict()


def encode(image: Image.Image) -> Picture:
    """Encode an upright RGB image as a JPEG without tags."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    return Picture(data=buffer.getvalue(), size=Size(width=image.size[0], height=image.size[1]))


def picture_of(pixels: NDArray[np.uint8], size: Size | None = None) -> Picture:
    """Encode upright RGB pixels, shape (H, W, 3), at `size` (default: as they are)."""
    image = Image.fromarray(pixels)
    if size is not None and image.size != (size.width, size.height):
        image = image.resize((size.width, size.height), Image.Resampling.BICUBIC)
    return encode(image)


def fitted(picture: Picture, size: Size) -> Picture:
    """Return the picture at `size`; the same one when it already fits.

    Refinement rounds show the same pictures again, so the newest results are kept in memory.
    """
    if picture.size == size:
        return picture
    key = (picture.sha256, size.width, size.height)
    with _lock:
        if found := _resized.pop(key, None):
            _resized[key] = found
            return found
    with Image.open(io.BytesIO(picture.data)) as image:
        image.draft("RGB", (size.width, size.height))
        made = encode(
            image.convert("RGB").resize((size.width, size.height), Image.Resampling.BICUBIC)
        )
    with _lock:
        _resized[key] = made
        while len(_resized) > _KEEP:
            _resized.popitem(last=False)
    return made
