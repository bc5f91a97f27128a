"""What a photo says about itself, and what of it a crop keeps.

Kept: colour profile, EXIF with GPS and maker notes, XMP, IPTC, resolution, comments. Changed: the
orientation (1, since crops are upright), pixel dimensions. Left out: thumbnails and previews, which
would show what was cropped away.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from PIL import Image

from cropsmith.tools.images.exif import PREFIX, BrokenExif, cropped_exif
from cropsmith.tools.schema.geometry import Size

STRUCTURE = frozenset(
    {254, 255, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 317, 320, 322, 323, 324}
    | {325, 330, 338, 339, 340, 341, 347, 512, 513, 514, 529, 530, 531, 532, 700, 33723, 34377}
    | {34675, 37724}
)
"""TIFF tags about how the pixels are stored, and those that are carried on their own."""


@dataclass(frozen=True)
class Metadata:
    """What is kept; None for what the photo does not have."""

    icc: bytes | None = None
    exif: bytes | None = None
    """Without the prefix "Exif"."""
    xmp: bytes | None = None
    iptc: bytes | None = None
    """IPTC-IIM records, as in Photoshop's resource 0x0404."""
    dpi: tuple[float, float] | None = None
    comment: bytes | None = None
    notes: tuple[str, ...] = field(default=())
    """What could not be kept."""

    def for_crop(self, size: Size, orientation: int = 1) -> "Metadata":
        """Return the metadata of a crop stored at this size and with this orientation."""
        exif, notes = self.exif, self.notes
        if exif is not None:
            try:
                exif = cropped_exif(exif, size, orientation)
            except BrokenExif as error:
                exif, notes = None, (*notes, f"EXIF was left out, because {error}.")
        return replace(
            self, exif=exif, xmp=self.xmp and _cropped_xmp(self.xmp, size, orientation), notes=notes
        )

    def without_profile(self) -> "Metadata":
        """Return the rest, for pixels that have been converted to sRGB."""
        return replace(self, icc=None)


def read_metadata(image: Image.Image) -> Metadata:
    """Return what an opened image says about itself; broken parts are noted, not raised."""
    info = image.info
    notes: list[str] = []
    icc = info.get("icc_profile")
    comment = info.get("comment")
    return Metadata(
        icc=icc if isinstance(icc, bytes) and icc else None,
        exif=_exif(image, notes),
        xmp=_xmp(info),
        iptc=_iptc(image),
        dpi=_dpi(info),
        comment=comment if isinstance(comment, bytes) and comment else None,
        notes=tuple(notes),
    )


def _exif(image: Image.Image, notes: list[str]) -> bytes | None:
    block = image.info.get("exif")
    if isinstance(block, bytes) and image.format != "TIFF":
        return block.removeprefix(PREFIX) or None
    try:
        exif = image.getexif()
        for tag in STRUCTURE & exif.keys():
            del exif[tag]
        return exif.tobytes().removeprefix(PREFIX) if len(exif) else None
    except Exception:  # a broken EXIF block is no reason to refuse a good photo
        notes.append("EXIF was left out, because it cannot be read.")
        return None


def _xmp(info: dict[Any, Any]) -> bytes | None:
    packet = info.get("xmp") or info.get("XML:com.adobe.xmp")
    if isinstance(packet, str):
        packet = packet.encode("utf-8", "surrogateescape")
    return packet if isinstance(packet, bytes) and packet else None


def _cropped_xmp(packet: bytes, size: Size, orientation: int) -> bytes:
    """Set the orientation and dimensions, and drop the thumbnails, of an XMP packet."""
    for tag, value in {
        b"tiff:Orientation": orientation,
        b"tiff:ImageWidth": size.width,
        b"tiff:ImageLength": size.height,
        b"exif:PixelXDimension": size.width,
        b"exif:PixelYDimension": size.height,
    }.items():
        written = rb"\g<1>" + str(value).encode()
        packet = re.sub(rb"(" + tag + rb"\s*=\s*[\"'])\s*\d+", written, packet)
        packet = re.sub(rb"(<" + tag + rb">)\s*\d+", written, packet)
    return re.sub(rb"<xmp:Thumbnails>.*?</xmp:Thumbnails>", b"", packet, flags=re.DOTALL)


def _iptc(image: Image.Image) -> bytes | None:
    if image.format == "TIFF":
        records = getattr(image, "tag_v2", {}).get(33723)
    else:
        resources = image.info.get("photoshop")
        records = resources.get(0x0404) if isinstance(resources, dict) else None
    return records if isinstance(records, bytes) and records else None


def _dpi(info: dict[Any, Any]) -> tuple[float, float] | None:
    try:
        x, y = (float(value) for value in info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return (x, y) if 0 < x < 65536 and 0 < y < 65536 else None
