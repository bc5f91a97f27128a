"""Where a photo comes from: a file, bytes, standard input, the web, or an image in memory."""

import io
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cropsmith.errors import UnreadableImage, UsageError, why
from cropsmith.tools.images.decode import decoding, orientation, turned
from cropsmith.tools.images.remote import is_remote, read_remote
from cropsmith.tools.images.sixteen_bit import encode_deep_tiff
from cropsmith.tools.schema.plain_text import plain_unicode

if TYPE_CHECKING:
    from cropsmith.tools.images.fetch import FetchLimits

MAX_BYTES = 2**30
"""Largest file that is read into memory."""

CHUNK = 2**24


@dataclass(frozen=True)
class Source:
    """An encoded image with the name it is spoken of by."""

    name: str
    data: bytes
    path: Path | None = None
    format: str | None = None
    """Of the output, where it is not that of `data`."""
    own: bool = False
    """Encoded here, from pixels that the caller had in memory, and so nothing to beware of."""


def read_source(source: object, limits: "FetchLimits | None" = None) -> Source:
    """Read any kind of source; UnreadableImage when there is nothing to read."""
    if isinstance(source, np.ndarray):
        return _from_array(source)
    if isinstance(source, Image.Image):
        return _from_image(source)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return Source(name="the bytes", data=bytes(source))
    if isinstance(source, str) and source == "-":
        return _from_stdin()
    if isinstance(source, str) and source.lower().startswith(("http://", "https://")):
        return _from_url(source, limits)
    if isinstance(source, str) and is_remote(source):
        return _from_store(source)
    if isinstance(source, (str, os.PathLike)):
        if not os.fsdecode(source).strip():
            raise UsageError("The photo's path is empty.")
        return _from_path(Path(os.fsdecode(source)))
    if callable(getattr(source, "read", None)):
        return _from_file(source)
    raise UsageError(
        f"A photo cannot be opened from a {type(source).__name__}.",
        hint="Give a path, a URL, bytes, an open binary file, a PIL image, a NumPy array, "
        'or "-" for standard input.',
    )


def _from_url(url: str, limits: "FetchLimits | None") -> Source:
    from cropsmith.tools.images.fetch import FetchLimits, fetch

    fetched = fetch(url, limits or FetchLimits())
    return Source(name=fetched.name, data=fetched.data)


def _from_store(address: str) -> Source:
    data = read_remote(address, MAX_BYTES)
    _check_bytes(len(data), address)
    return Source(name=plain_unicode(address.rpartition("/")[2]), data=data)


def _from_path(path: Path) -> Source:
    try:
        if path.is_dir():
            raise UnreadableImage(
                f"{path} is a folder, not a photo.", hint=f"Name its photos: {path}/*.jpg"
            )
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) and not stat.S_ISFIFO(status.st_mode):
                raise UnreadableImage(f"{path} is not a file.")
            _check_bytes(status.st_size, str(path))
            data = file.read() if stat.S_ISREG(status.st_mode) else _bounded(file, str(path))
    except FileNotFoundError as error:
        raise UnreadableImage(f"There is no file {path}.") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise UnreadableImage(f"{path} cannot be read: {why(error)}.") from error
    return Source(name=plain_unicode(path.name), data=data, path=path)


def _from_stdin() -> Source:
    if sys.stdin is None or sys.stdin.isatty():
        raise UnreadableImage("There is no photo on standard input.", hint="Pipe one in: < a.jpg")
    return Source(name="standard input", data=_bounded(sys.stdin.buffer, "Standard input"))


def _from_file(file: Any) -> Source:
    """Read an open file or BytesIO, from its beginning where it can be wound back."""
    given = getattr(file, "name", None)
    path = Path(os.fsdecode(given)) if isinstance(given, (str, bytes)) else None
    name = plain_unicode(path.name) if path else "the open file"
    try:
        if file.seekable():
            file.seek(0)
        data = _bounded(file, name)
    except (AttributeError, TypeError) as error:  # text, or a coroutine's
        raise UsageError(
            f"{name} gives no bytes when it is read.", hint='Open it as open(PATH, "rb").'
        ) from error
    except (OSError, ValueError) as error:  # ValueError: it is closed
        raise UnreadableImage(f"{name} cannot be read: {str(error).rstrip('.')}.") from error
    return Source(name=name, data=data, path=path if path and path.is_file() else None)


def _bounded(file: BinaryIO, name: str) -> bytes:
    """Read a pipe; in pieces, for asked for a number of bytes read() reserves them all."""
    data = bytearray()
    while piece := file.read(CHUNK):
        data += piece
        _check_bytes(len(data), name)
    return bytes(data)


def _check_bytes(count: int, name: str) -> None:
    if count > MAX_BYTES:
        raise UnreadableImage(f"{name} is larger than {MAX_BYTES // 2**20} MiB.")


def _from_array(array: NDArray[np.generic]) -> Source:
    pixels = array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    if pixels.ndim not in (2, 3) or channels not in (1, 3, 4) or 0 in pixels.shape:
        raise UsageError(
            f"An array of shape {array.shape} is not a photo.",
            hint="Give (height, width), (height, width, 3) or (height, width, 4).",
        )
    deep = pixels
    if pixels.dtype == np.bool_:
        deep = pixels.astype(np.uint8) * 255
    elif np.issubdtype(pixels.dtype, np.floating):
        if not np.isfinite(pixels).all() or pixels.min() < 0 or pixels.max() > 1:
            raise UsageError("An array of floats must lie in [0, 1] to be a photo.")
        deep = np.round(pixels.astype(np.float64) * 65535).astype(np.uint16)
    if deep.dtype == np.uint16 and channels > 1:
        return Source(
            name="the array",
            data=encode_deep_tiff([deep.astype(np.uint16)]),
            format="PNG",
            own=True,
        )
    if deep.dtype not in (np.uint8, np.uint16):
        raise UsageError(
            f"An array of {array.dtype} is not a photo.",
            hint="Give uint8, uint16, bool, or floats in [0, 1].",
        )
    return _from_image(Image.fromarray(np.ascontiguousarray(deep)), name="the array")


def _from_image(image: Image.Image, name: str = "the image") -> Source:
    """Hold a PIL image as uncompressed TIFF: all its modes and depths fit, and it costs a copy."""
    if 0 in image.size:
        raise UsageError(f"An image of {image.width}x{image.height} pixels is not a photo.")
    with decoding(name):
        image.load()
        upright = turned(image, orientation(image))
        if upright.mode in ("P", "PA", "HSV", "La", "RGBa", "RGBX", "YCbCr"):
            upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
        file = io.BytesIO()
        kept = {key: image.info[key] for key in ("icc_profile", "dpi") if image.info.get(key)}
        upright.save(file, "TIFF", compression="raw", **kept)
    known = image.format in ("JPEG", "WEBP", "AVIF", "HEIF", "TIFF")
    format = image.format if known else "PNG"
    if upright.mode in ("CMYK", "LAB", "F", "I"):
        format = "TIFF"
    return Source(name=name, data=file.getvalue(), format=format, own=True)
