"""The first look at a file, and later ones: pure work on bytes, which the sandbox does."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cropsmith.errors import UnreadableImage
from cropsmith.tools.images.decode import (
    decoding,
    open_image,
    orientation,
    told_orientation,
    turned,
    upright_size,
)
from cropsmith.tools.images.mending import lacks_end, mended
from cropsmith.tools.images.moments import Moments, watched
from cropsmith.tools.images.outside import in_sandbox
from cropsmith.tools.images.thumbnail import looked, small_rgb
from cropsmith.tools.schema.geometry import Box, Size

LOOK_SIDE = 320
"""Long side of the first look, in pixels. Opening a photo takes it, so that a photo that was
opened can be decoded."""

KEPT_SIDE = 2048
"""Formats without scaled decoding (all but JPEG) are kept at this long side when opened; smaller
looks are taken from that."""

NOTHING = 0.005
"""Share up to which next to nothing is missing."""
ROW = 16
"""Most rows of pixels that a JPEG encodes together: the last of them may be there in part."""
MOST_MISSING = 0.9
"""Share of a photo that may be missing at its end; of less there is nothing to crop."""


@dataclass(frozen=True)
class FirstLook:
    """What opening a file tells of it."""

    size: Size
    """Of the upright first frame, in pixels."""
    format: str
    """Pillow's name: JPEG, PNG, WEBP, HEIF, ..."""
    side: int
    """Long side that `pixels` were asked for."""
    pixels: NDArray[np.uint8]
    """Upright sRGB, shape (H, W, 3)."""
    notes: tuple[str, ...] = ()
    """What is wrong with the file."""
    moments: Moments | None = None
    """What was seen of an animation's frames; None for a still photo."""
    opacity: NDArray[np.uint8] | None = None
    """0 to 255, (H, W), at most LOOK_SIDE a side; None where all is opaque."""
    missing: Box | None = None
    """The part of the upright photo that the file ends before; None where all is there."""


def first_look(name: str, data: bytes, long_side: int | None = None) -> FirstLook:
    """Identify a file and decode it small, or at `long_side`. UnreadableImage when it cannot be."""
    with decoding(name):
        lost = _missing(name, data) if lacks_end(data) else 0.0
        notes = _faults(name, data, lost)
        with open_image(data, name) as image:
            format = "JPEG" if image.format == "MPO" else image.format
            size = upright_size(image)
            missing = _part(lost, image) if lost >= NOTHING else None
            side = long_side or (LOOK_SIDE if format == "JPEG" else KEPT_SIDE)
            several = watched(image, name, LOOK_SIDE, side)
            if several is None:
                look = looked(image, side)
                pixels, opacity = np.asarray(look.rgb), look.opacity_within(LOOK_SIDE)
            else:
                pixels, opacity = several.kept, several.moments.opacity
    return FirstLook(
        size=size,
        format=format or "",
        side=side,
        pixels=pixels,
        notes=notes,
        moments=None if several is None else several.moments,
        opacity=opacity,
        missing=missing,
    )


def look_at(name: str, data: bytes, long_side: int) -> FirstLook:
    """Return a look at a file from outside, as `first_look`, taken in the sandbox."""
    return in_sandbox(first_look, name, data, long_side)


def pixels_of(name: str, data: bytes, long_side: int, frame: int = 0) -> NDArray[np.uint8]:
    """Return upright sRGB, shape (H, W, 3), of a frame of a file that was opened before."""
    with decoding(name), open_image(data, name) as image:
        if frame:
            image.seek(frame)
        return np.asarray(small_rgb(image, long_side))


def turn_of(name: str, data: bytes) -> int:
    """Return the orientation that a file tells, 1 to 8."""
    with decoding(name), open_image(data, name) as image:
        return told_orientation(image, data)


def upright_size_of(name: str, data: bytes) -> Size:
    """Return the size of the upright first frame from the header. UnreadableImage without one."""
    with decoding(name), open_image(data, name) as image:
        return upright_size(image)


def file_size(name: str, data: bytes) -> Size:
    """Return the upright size of a file from outside, as `upright_size_of`, in the sandbox."""
    return in_sandbox(upright_size_of, name, data)


def _faults(name: str, data: bytes, missing: float) -> tuple[str, ...]:
    if not lacks_end(data):
        if mended(data) is data:
            return ()
        return ("A text in the file is larger than is read, and was left out.",)
    if missing > MOST_MISSING:
        raise UnreadableImage(f"{name} cannot be decoded: the file is truncated.")
    if missing < NOTHING:
        return ("The file ends too early; next to nothing of the photo is missing.",)
    return (f"The file ends too early: about {missing:.0%} of the photo is missing, and plain.",)


def _part(missing: float, image: Image.Image) -> Box:
    """Return where a share of the stored rows, the last ones, lies on the upright photo."""
    deep = min(1.0, missing + NOTHING + ROW / image.height)
    last = np.zeros((3, 3), dtype=np.uint8)
    last[2] = 1  # turned as the photo is, it says on which side the last rows lie
    upright = np.asarray(turned(Image.fromarray(last), orientation(image)))
    if upright[2].all():
        return Box(x1=0, y1=1 - deep, x2=1, y2=1)
    if upright[0].all():
        return Box(x1=0, y1=0, x2=1, y2=deep)
    if upright[:, 2].all():
        return Box(x1=1 - deep, y1=0, x2=1, y2=1)
    return Box(x1=0, y1=0, x2=deep, y2=1)


def _missing(name: str, data: bytes) -> float:
    """Return the share of a JPEG that is missing at its end: rows of a single colour."""
    # The scaled picture as it is stored: its last rows are the last of the file.
    with open_image(data, name) as image:
        image.draft(None, (LOOK_SIDE, LOOK_SIDE))
        rows = np.asarray(image.convert("RGB").resize((64, 200), Image.Resampling.NEAREST))
    plain = (rows == rows[-1, -1]).all(axis=(1, 2))[::-1]
    return float(np.argmin(plain) if not plain.all() else len(plain)) / len(plain)
