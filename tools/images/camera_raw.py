"""Camera raw files: framed by the preview that the camera put in, and never developed here."""

import io
from dataclasses import dataclass
from pathlib import PurePath

from PIL import Image

from cropsmith.errors import MissingExtra, UnreadableImage, UsageError
from cropsmith.tools.images.decode import decoding, open_image, orientation, upright_size
from cropsmith.tools.metadata.exif_parts import orientation_block
from cropsmith.tools.metadata.jpeg_file import Segment
from cropsmith.tools.schema.geometry import Size

SUFFIXES = frozenset({
    ".3fr", ".ari", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".gpr", ".iiq",
    ".kdc", ".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl",
    ".sr2", ".srf", ".srw", ".x3f",
})  # fmt: skip

TURNS = {3: 3, 5: 8, 6: 6}
"""LibRaw's flip -> EXIF's orientation (libraw_image_sizes_t); of others the picture is upright."""

QUALITY = 95
"""Of a preview that is stored as plain pixels."""

ALIKE = 0.01
"""How far the shapes of preview and raw file may differ for one to stand for the other."""


@dataclass(frozen=True)
class RawPreview:
    """What stands for a raw file while it is framed."""

    jpeg: bytes
    """Its orientation tag makes it upright."""
    size: Size
    """Of the developed picture, upright."""
    turn: int
    """EXIF's orientation of the raw file, 1 to 8."""
    notes: tuple[str, ...] = ()


def is_raw_name(name: str) -> bool:
    """Tell whether a file is named as cameras name their raw files."""
    return PurePath(name).suffix.lower() in SUFFIXES


def no_pixels(name: str) -> UsageError:
    """Return the error that pixels of a raw file are asked for."""
    return UsageError(
        f"{name} is a camera raw file, which is answered with a sidecar.",
        hint="Give <sidecar>, or develop it to TIFF or JPEG first.",
    )


def raw_preview(name: str, data: bytes) -> RawPreview:
    """Return the preview of a raw file. MissingExtra without rawpy; UnreadableImage without one."""
    try:
        import rawpy
    except ImportError as error:
        raise MissingExtra(f"{name} is a camera raw file, which", "raw") from error
    try:
        with rawpy.imread(io.BytesIO(data)) as raw:
            sizes, thumb = raw.sizes, raw.extract_thumb()
    except rawpy.LibRawError as error:
        reason = "it has no preview" if "humb" in type(error).__name__ else "the file is damaged"
        raise UnreadableImage(f"{name} cannot be framed, because {reason}.") from error
    turn = TURNS.get(sizes.flip, 1)
    wide, high = (sizes.height, sizes.width) if turn >= 5 else (sizes.width, sizes.height)
    size = Size(width=wide, height=high)
    jpeg = bytes(thumb.data) if thumb.format == rawpy.ThumbFormat.JPEG else _encoded(thumb.data)
    jpeg, seen = _turned(name, jpeg, turn)
    notes: tuple[str, ...] = ()
    if abs(seen.width * size.height / (seen.height * size.width) - 1) > ALIKE:
        notes = ("The preview in the file has another shape, so the crop may lie a little off.",)
    return RawPreview(jpeg, size, turn, notes)


def _encoded(pixels: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=QUALITY)  # type: ignore[arg-type]
    return file.getvalue()


def _turned(name: str, jpeg: bytes, turn: int) -> tuple[bytes, Size]:
    """Give a preview the turn of its file, if it lies on its side and does not say so itself."""
    with decoding(name), open_image(jpeg, name) as image:
        size, told = upright_size(image), orientation(image)
        lies = image.width > image.height
    if turn == 1 or told != 1 or (turn >= 5 and not lies):
        return jpeg, size
    tag = Segment(0xE1, b"Exif\0\0" + orientation_block(turn)).encoded
    upright = size if turn < 5 else Size(width=size.height, height=size.width)
    return jpeg[:2] + tag + jpeg[2:], upright
