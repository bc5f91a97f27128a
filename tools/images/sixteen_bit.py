"""16-bit colour, which Pillow cannot hold: read with OpenCV, written as TIFF or PNG.

Pillow opens 16-bit RGB as 8-bit, silently. 16-bit greyscale it can hold, and does not come here.
"""

import io
import re
import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from cropsmith.tools.images.budget import MAX_FRAMES, check_deep
from cropsmith.tools.images.tiff_file import Page, Tags, first_directory, page_sizes, tiff_file
from cropsmith.tools.schema.geometry import Size

Deep = NDArray[np.uint16]
"""Shape (H, W, 3) or (H, W, 4), RGB or RGBA."""

NO_MEMORY = -4
"""OpenCV's code of an error (StsNoMem)."""

_DEEP_PPM = re.compile(rb"P6\s+(\d{1,9})\s+(\d{1,9})\s+(?:25[6-9]|2[6-9]\d|[3-9]\d\d|\d{4,5})\s")
"""The head of a colour PPM with two bytes a tone (Netpbm's ppm(5))."""

_JPEG2000_SIZE = re.compile(rb"\xff\x4f\xff\x51.{38}(.)", re.DOTALL)
"""The size marker of a JPEG 2000, up to the bits of its first channel (ITU-T T.800, A.5.1)."""

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def is_deep(data: bytes, format: str) -> bool:
    """Tell whether an encoded image has colour of more than 8 bits a channel."""
    if format == "PNG" and data.startswith(_PNG_SIGNATURE) and len(data) > 26:
        animated = b"acTL" in data[: data.find(b"IDAT")]
        return data[24] == 16 and data[25] in (2, 4, 6) and not animated
    if format == "TIFF":
        tags = first_directory(data)
        bits, photometric = tags.get(258, (1,)), tags.get(262)
        return len(bits) in (3, 4) and set(bits) == {16} and photometric == 2
    if format == "PPM":
        return bool(_DEEP_PPM.match(data[:200]))
    if format == "JPEG2000":
        found = _JPEG2000_SIZE.search(data[:4096])
        return found is not None and found[1][0] & 0x7F > 7
    if format == "HEIF":
        return int(_heif(data).info.get("bit_depth") or 8) > 8
    return False


def decode_deep(data: bytes, name: str = "the file") -> list[Deep]:
    """Return every page of a file that `is_deep`; ValueError when OpenCV cannot.

    UnreadableImage when the pages are more than can be held. Pages of a TIFF and HEIF come upright,
    others as they are stored; grey with transparency comes as colour. OpenCV's messages on broken
    files are kept off the screen.
    """
    import cv2

    if data[4:8] == b"ftyp":
        picture = _heif(data)
        check_deep([_size(*picture.size)], len(picture.mode.partition(";")[0]), name)
        return [np.asarray(picture)]
    if data.startswith(_PNG_SIGNATURE):
        sizes = [_size(*struct.unpack_from(">II", data, 16))]
        channels = 3 if data[25] == 2 else 4
    elif found := _DEEP_PPM.match(data[:200]):
        sizes, channels = [_size(int(found[1]), int(found[2]))], 3
    else:
        sizes = page_sizes(data, MAX_FRAMES + 1)
        channels = max(3, len(first_directory(data).get(258, ())))
    check_deep(sizes, channels, name)
    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        known, pages = cv2.imdecodemulti(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise (MemoryError if error.code == NO_MEMORY else ValueError)(str(error)) from error
    finally:
        cv2.utils.logging.setLogLevel(level)
    if not known or not pages:
        raise ValueError("its colours cannot be read")
    return [_rgb(np.asarray(page)) for page in pages]


def encode_deep_tiff(
    pages: Sequence[Deep], tags: Tags | None = None, deflate: bool = False
) -> bytes:
    """Return a TIFF of 16-bit RGB or RGBA pages; the tags go into each."""
    return tiff_file([_page(page, deflate) for page in pages], tags or {})


def encode_deep_ppm(pixels: Deep) -> bytes:
    """Return a 16-bit PPM, which has no transparency."""
    height, width = pixels.shape[:2]
    return b"P6 %d %d 65535\n" % (width, height) + pixels[..., :3].astype(">u2").tobytes()


def encode_deep_png(pixels: Deep) -> bytes:
    """Return a 16-bit PNG without metadata."""
    import cv2

    order = cv2.COLOR_RGBA2BGRA if pixels.shape[2] == 4 else cv2.COLOR_RGB2BGR
    known, data = cv2.imencode(".png", cv2.cvtColor(pixels, order))
    if not known:
        raise ValueError("its colours cannot be encoded")
    return bytes(data.tobytes())


def _heif(data: bytes) -> Any:
    """Return the main picture of a HEIF with all its bits, scaled to 16; decoded when used."""
    import pillow_heif

    return pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)


def _size(width: int, height: int) -> Size:
    return Size(width=max(1, width), height=max(1, height))


def _page(page: Deep, deflate: bool) -> Page:
    pixels = np.ascontiguousarray(page, dtype="<u2")
    height, width, channels = pixels.shape
    directory = ImageFileDirectory_v2(prefix=b"II")
    directory[256], directory[257] = width, height
    directory[258] = (16,) * channels
    directory[259] = 8 if deflate else 1
    directory[262] = 2
    directory[277] = channels
    directory[278] = height
    directory[284] = 1
    if deflate:
        directory[317] = 2
    if channels == 4:
        directory[338] = 2
    return Page(directory, _deflated(pixels) if deflate else pixels.tobytes())


def _deflated(pixels: NDArray[np.uint16]) -> bytes:
    """Compress with the horizontal predictor (TIFF 6.0, section 14): differences along the row."""
    differences = pixels.copy()
    differences[:, 1:] -= pixels[:, :-1]
    return zlib.compress(differences.tobytes(), 6)


def _rgb(page: NDArray[np.generic]) -> Deep:
    import cv2

    if page.ndim == 2:
        page = np.repeat(page[..., None], 3, axis=2)
    if np.issubdtype(page.dtype, np.floating):
        finite = np.nan_to_num(page.astype(np.float64), posinf=0.0, neginf=0.0)
        low, high = float(finite.min()), float(finite.max())
        if low < 0 or high > 1:
            finite = (finite - low) / max(high - low, 1e-12)
        page = np.round(finite * 65535).astype(np.uint16)
    elif page.dtype == np.uint8:
        page = page.astype(np.uint16) * 257
    elif page.dtype != np.uint16:
        raise ValueError(f"its colours are stored as {page.dtype}")
    order = cv2.COLOR_BGRA2RGBA if page.shape[2] == 4 else cv2.COLOR_BGR2RGB
    return np.asarray(cv2.cvtColor(page, order), dtype=np.uint16)
