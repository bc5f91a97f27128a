"""What a photo says about itself, and what of it a crop keeps: the rules of `rules.py`, done."""

from dataclasses import dataclass, field, replace
from typing import Any

from PIL import Image

from cropsmith.tools.metadata.bmff import nclx_of
from cropsmith.tools.metadata.chunk_entries import (
    GIF_ICC,
    GIF_XMP,
    gif_extensions,
    png_colours,
)
from cropsmith.tools.metadata.cut import Cut
from cropsmith.tools.metadata.exif import PREFIX, BrokenExif, cropped_exif
from cropsmith.tools.metadata.exif_entries import RESOURCES, STRUCTURE
from cropsmith.tools.metadata.inventory import Kind
from cropsmith.tools.metadata.iptc import (
    COPYRIGHTED,
    KEYWORD,
    RECORDS,
    RIGHTS_URL,
    datasets,
    filtered,
    resources,
)
from cropsmith.tools.metadata.xmp import cropped_xmp, names_one_of
from cropsmith.tools.metadata.xmp_packet import BrokenXmp


@dataclass(frozen=True)
class Metadata:
    """What is kept; None for what the photo does not have."""

    icc: bytes | None = None
    nclx: tuple[int, int] | None = None
    """Primaries and transfer (ITU-T H.273) of a HEIC or AVIF without a profile."""
    exif: bytes | None = None
    """Without the prefix "Exif"."""
    xmp: bytes | None = None
    iptc: bytes | None = None
    """IPTC-IIM records, as in Photoshop's resource 0x0404."""
    rights: tuple[tuple[int, bytes], ...] = ()
    """Photoshop's resources that say that the picture is protected, and where its terms are."""
    dpi: tuple[float, float] | None = None
    comment: bytes | None = None
    notes: tuple[str, ...] = field(default=())
    """What could not be kept."""

    def for_crop(self, cut: Cut) -> "Metadata":
        """Return the metadata of a crop."""
        exif, xmp, iptc, notes = self.exif, self.xmp, self.iptc, self.notes
        if exif is not None:
            try:
                exif = cropped_exif(exif, cut)
            except BrokenExif as error:
                exif, notes = None, (*notes, f"EXIF was left out, because {error}.")
        people: frozenset[str] = frozenset()
        if xmp is not None:
            try:
                made = cropped_xmp(xmp, cut)
                xmp, people, notes = made.packet, made.people, (*notes, *made.notes)
            except BrokenXmp as error:
                xmp, notes = None, (*notes, f"XMP was left out, because {error}.")
        if iptc is not None:
            iptc = _cropped_iptc(iptc, people)
        return replace(self, exif=exif, xmp=xmp, iptc=iptc, notes=notes)

    def without_profile(self) -> "Metadata":
        """Return the rest, for pixels that have been converted to sRGB."""
        return replace(self, icc=None, nclx=None)


def _cropped_iptc(records: bytes, people: frozenset[str]) -> bytes | None:
    """Return records without previews, and without the keywords that name those cropped away."""
    gone = [
        each
        for each in datasets(records)
        if each.kind is Kind.PREVIEW
        or ((each.record, each.number) == KEYWORD and names_one_of(each.text, people))
    ]
    return filtered(records, lambda each: each not in gone) if gone else records


def read_metadata(image: Image.Image, data: bytes = b"") -> Metadata:
    """Return what an opened image says about itself; broken parts are noted, not raised.

    `data` is its file, which says more of the colours than Pillow does.
    """
    info = image.info
    notes: list[str] = []
    blocks = dict(gif_extensions(data)) if image.format == "GIF" else {}  # Pillow reads few of them
    icc = blocks.get(GIF_ICC) or info.get("icc_profile")
    comment = info.get("comment")
    return Metadata(
        icc=icc if isinstance(icc, bytes) and icc else None,
        nclx=None if icc else _nclx(image, data),
        exif=_exif(image, notes),
        xmp=_xmp(info) if image.format != "GIF" else blocks.get(GIF_XMP),
        iptc=_iptc(image),
        rights=_rights(image),
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


def _iptc(image: Image.Image) -> bytes | None:
    if image.format == "TIFF":
        records = getattr(image, "tag_v2", {}).get(33723)
    else:
        resources = image.info.get("photoshop")
        records = resources.get(RECORDS) if isinstance(resources, dict) else None
    return records if isinstance(records, bytes) and records else None


def _nclx(image: Image.Image, data: bytes) -> tuple[int, int] | None:
    if image.format in ("HEIF", "AVIF"):
        found = nclx_of(data)
        return None if found is None else found[:2]
    chunk = png_colours(data).get(b"cICP", b"") if image.format == "PNG" else b""
    return (chunk[0], chunk[1]) if len(chunk) == 4 else None


def _rights(image: Image.Image) -> tuple[tuple[int, bytes], ...]:
    found = image.info.get("photoshop")
    if image.format == "TIFF":
        block = getattr(image, "tag_v2", {}).get(RESOURCES)
        found = dict(resources(block)) if isinstance(block, bytes) else None
    if not isinstance(found, dict):
        return ()
    return tuple(
        (number, found[number])
        for number in (COPYRIGHTED, RIGHTS_URL)
        if isinstance(found.get(number), bytes) and found[number]
    )


def _dpi(info: dict[Any, Any]) -> tuple[float, float] | None:
    try:
        x, y = (float(value) for value in info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return (x, y) if 0 < x < 65536 and 0 < y < 65536 else None
