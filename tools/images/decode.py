"""Decoding of untrusted files: a short list of formats, hard limits, one kind of error.

Everything a decoder can throw (Pillow's own tests alone provoke ten exception types, among them
SyntaxError, EOFError and TypeError) becomes `UnreadableImage` with one sentence.
"""

import importlib
import io
import logging
import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image

from cropsmith.errors import CropsmithError, UnreadableImage
from cropsmith.tools.images.budget import check_size
from cropsmith.tools.images.libtiff_silence import quiet_libtiff
from cropsmith.tools.images.mending import mended
from cropsmith.tools.images.tiff_file import first_directory
from cropsmith.tools.metadata.bmff import turn_of
from cropsmith.tools.schema.geometry import Size

FORMATS = {
    "JPEG": "PIL.JpegImagePlugin",
    "PNG": "PIL.PngImagePlugin",
    "WEBP": "PIL.WebPImagePlugin",
    "TIFF": "PIL.TiffImagePlugin",
    "GIF": "PIL.GifImagePlugin",
    "AVIF": "PIL.AvifImagePlugin",
    "BMP": "PIL.BmpImagePlugin",
    "PPM": "PIL.PpmImagePlugin",
    "JPEG2000": "PIL.Jpeg2KImagePlugin",
    "HEIF": "pillow_heif",
}
"""Pillow's name of each format that is opened, and where its decoder lives. Nothing that runs a
program (EPS runs Ghostscript), reads other files or is unknown to cameras is on the list."""

TRANSPOSES = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation -> what makes the stored pixels upright (Exif 2.32, tag 274)."""


# Without a handler of its own, Pillow's errors on broken files reach the screen by logging's last
# resort.
logging.getLogger("PIL").addHandler(logging.NullHandler())

INSIDES = re.compile(
    r"decoder|driver|literal|unpack|out of range|b'|^\\W*$|argument", re.IGNORECASE
)


@contextmanager
def decoding(name: str) -> Iterator[None]:
    """Turn whatever a decoder throws inside the block into UnreadableImage."""
    _quiet()
    try:
        yield
    except CropsmithError:
        raise
    except MemoryError as error:
        raise UnreadableImage(f"{name} needs more memory than it may take.") from error
    except Exception as error:  # decoders raise anything on hostile files
        if _is_ours(error):
            raise
        raise UnreadableImage(f"{name} cannot be decoded: {_reason(error)}.") from error


def open_image(data: bytes, name: str) -> Image.Image:
    """Read the header of an encoded image; pixels are decoded at the first use.

    Call inside `decoding`. UnreadableImage when the format is not on the list or the frame is
    beyond the limits.
    """
    if not data:
        raise UnreadableImage(f"{name} is empty.")
    image = _identified(data, name)
    check_size(Size(width=image.width, height=image.height), name, len(data))
    return image


def orientation(image: Image.Image) -> int:
    """Return the EXIF orientation still to be applied, 1 to 8; 1 when the EXIF is broken.

    HEIC arrives upright already (libheif rotates), and so does TIFF (Pillow does, while loading).
    """
    if image.format in ("HEIF", "TIFF"):
        return 1
    try:
        # Not PNG's own getexif, which decodes the picture first (and here would hide its faults).
        value = Image.Image.getexif(image).get(274, 1)
    except Exception:  # a broken EXIF block is no reason to refuse a good photo
        return 1
    return value if value in TRANSPOSES else 1


def told_orientation(image: Image.Image, data: bytes) -> int:
    """Return the orientation that a file tells, 1 to 8, also where its decoder turns it.

    Call before the picture is loaded.
    """
    if image.format == "HEIF":
        told = turn_of(data)
    elif image.format == "TIFF":
        told = int(getattr(image, "tag_v2", {}).get(274, 1))
    else:
        told = orientation(image)
    return told if told in TRANSPOSES else 1


def upright_size(image: Image.Image) -> Size:
    """Return the size after orientation, without decoding pixels."""
    turned = orientation(image) >= 5
    width, height = (image.height, image.width) if turned else (image.width, image.height)
    return Size(width=width, height=height)


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """Return the upright image of one stored with this orientation."""
    method = TRANSPOSES.get(orientation)
    return image if method is None else image.transpose(method)


def _identified(data: bytes, name: str) -> Image.Image:
    prefix = data[:16]
    refusal = ""
    for format, module in FORMATS.items():
        if format not in Image.OPEN:
            loaded = importlib.import_module(module)
            if format == "HEIF":
                loaded.register_heif_opener()
        factory, accept = Image.OPEN[format]
        if accept is not None and accept(prefix) is not True:
            continue
        if format == "TIFF":
            quiet_libtiff()
            _refuse_raw(data, name)
        file = mended(data)
        try:
            # Image.open would apply its own, process-wide limit of 179 megapixels.
            return factory(io.BytesIO(file), "")
        except (SyntaxError, IndexError, TypeError, KeyError, struct.error) as error:
            if format == "TIFF":
                return _unusual_tiff(data, name)
            refusal = f"{format}, but {_reason(error)}"
    raise UnreadableImage(
        f"{name} looks like {refusal}." if refusal else f"{name} is not a photo of a known format.",
        hint="" if refusal else f"Known are {', '.join(FORMATS)}.",
    )


def _refuse_raw(data: bytes, name: str) -> None:
    """Camera raw files are TIFFs whose first page is a thumbnail: never crop that by mistake."""
    tags = first_directory(data)
    previews = bool(int(tags.get(254, 0)) & 1) and 330 in tags
    if 50706 in tags or previews or data[8:10] == b"CR":
        raise UnreadableImage(
            f"{name} is a camera raw file.", hint="Develop it first, to TIFF or JPEG."
        )


def _unusual_tiff(data: bytes, name: str) -> Image.Image:
    """Open a TIFF that Pillow has no mode for (separate planes, float colour) with OpenCV."""
    tags = first_directory(data)
    check_size(Size(width=int(tags[256]), height=int(tags[257])), name, len(data))
    from cropsmith.tools.images.sixteen_bit import decode_deep

    image = Image.fromarray((decode_deep(data, name)[0] >> 8).astype(np.uint8))
    image.format = "TIFF"
    return image


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split()).rstrip(".")
    if "truncated" in text.lower() or isinstance(error, EOFError):
        return "the file is truncated"
    if "decompression bomb" in text:
        return "it claims more pixels than are decoded"
    # Others speak of the decoder's insides: "tuple index out of range", "256", "decoder error -2".
    told = isinstance(error, (OSError, SyntaxError, ValueError, NotImplementedError))
    return text[:200] if told and not INSIDES.search(text) else "the file is damaged"


def _quiet() -> None:
    """Keep Pillow's warnings on broken files off the user's screen.

    A filter, and not `warnings.catch_warnings`, which swaps process-wide state and so is not safe
    between threads. Set at each use, because the owner of the process may have reset the filters.
    """
    if not any(
        f[0] == "ignore" and f[3] is not None and _is_for_pillow(f[3]) for f in warnings.filters
    ):
        warnings.filterwarnings("ignore", module=_PILLOW)


_PILLOW = r"PIL\."


def _is_for_pillow(pattern: object) -> bool:
    return getattr(pattern, "pattern", pattern) == _PILLOW


def _is_ours(error: Exception) -> bool:
    """Tell whether the error is a mistake in cropsmith itself, which must not be hidden."""
    if not isinstance(error, (AttributeError, NameError, TypeError)):
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and str(trace.tb_frame.f_globals["__name__"]).startswith("cropsmith")
