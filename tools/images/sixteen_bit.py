"""16-bit colour, which Pillow cannot hold: read with OpenCV, written as TIFF or PNG.

Pillow opens 16-bit RGB as 8-bit, silently. 16-bit greyscale it can hold, and does not come here.
"""

import zlib
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from cropsmith.tools.images.tiff_file import Page, Tags, first_directory, tiff_file

Deep = NDArray[np.uint16]
"""Shape (H, W, 3) or (H, W, 4), RGB or RGBA."""

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def is_deep(data: bytes, format: str) -> bool:
    """Tell whether an encoded image has 16-bit colour that `decode_deep` keeps."""
    if format == "PNG" and data.startswith(_PNG_SIGNATURE) and len(data) > 26:
        animated = b"acTL" in data[: data.find(b"IDAT")]
        return data[24] == 16 and data[25] in (2, 6) and not animated
    if format == "TIFF":
        tags = first_directory(data)
        bits, photometric = tags.get(258, (1,)), tags.get(262)
        return len(bits) in (3, 4) and set(bits) == {16} and photometric == 2
    return False


def decode_deep(data: bytes) -> list[Deep]:
    """Return every page of a 16-bit colour TIFF or PNG; ValueError when OpenCV cannot.

    Pages of a TIFF come upright, a PNG as it is stored. OpenCV's messages on broken files are kept
    off the screen.
    """
    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        known, pages = cv2.imdecodemulti(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
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


def encode_deep_png(pixels: Deep) -> bytes:
    """Return a 16-bit PNG without metadata."""
    order = cv2.COLOR_RGBA2BGRA if pixels.shape[2] == 4 else cv2.COLOR_RGB2BGR
    known, data = cv2.imencode(".png", cv2.cvtColor(pixels, order))
    if not known:
        raise ValueError("its colours cannot be encoded")
    return bytes(data.tobytes())


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
