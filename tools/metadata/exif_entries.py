"""The entries of an EXIF block, and of a TIFF, which is one that holds the picture as well."""

import hashlib
import struct

from cropsmith.tools.metadata.exif import (
    EXIF_IFD,
    FOCUS,
    GPS_IFD,
    HEIGHTS,
    MAKER_NOTE,
    ORIENTATION,
    PREFIX,
    SUB_IFDS,
    WIDTHS,
    BrokenExif,
    directories,
    pictures,
)
from cropsmith.tools.metadata.inventory import Entry, Kind
from cropsmith.tools.metadata.iptc import iptc_entries, resource_entries
from cropsmith.tools.metadata.jpeg_file import jpegs_within
from cropsmith.tools.metadata.tiff_block import WHOLE, Tagged, TiffBlock
from cropsmith.tools.metadata.xmp import xmp_entries
from cropsmith.tools.metadata.xmp_packet import BrokenXmp
from cropsmith.tools.schema.plain_text import one_line

STRUCTURE = frozenset(
    {254, 255, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 317, 320, 322, 323, 324}
    | {325, 330, 338, 339, 340, 341, 347, 512, 513, 514, 529, 530, 531, 532, 700, 33723, 34377}
    | {34675, 37724}
)
"""TIFF tags about how the pixels are stored, and those that are carried on their own."""

ARTIST, COPYRIGHT, XP_AUTHOR = 0x013B, 0x8298, 0x9C9D
CREDITS = frozenset({ARTIST, COPYRIGHT, XP_AUTHOR})
GEO = frozenset({33550, 33922, 34264, 34735, 34736, 34737})
"""GeoTIFF: where on earth the pixels lie."""
XMP, IPTC, RESOURCES, ICC, LAYERS, CREDENTIALS = 700, 33723, 34377, 34675, 37724, 52545

KINDS = {
    ORIENTATION: Kind.ORIENTATION,
    **dict.fromkeys(WIDTHS | HEIGHTS, Kind.DIMENSIONS),
    **dict.fromkeys(FOCUS, Kind.FOCUS),
    **dict.fromkeys(CREDITS, Kind.CREDIT),
    **dict.fromkeys({0x010E, 0x9286, 0x9C9B, 0x9C9C, 0x9C9E, 0x9C9F}, Kind.WORDS),
    **dict.fromkeys({0x011A, 0x011B, 0x0128}, Kind.RESOLUTION),
    **dict.fromkeys(GEO | {GPS_IFD}, Kind.PLACE),
    MAKER_NOTE: Kind.MAKER,
    LAYERS: Kind.PICTURES,
    CREDENTIALS: Kind.CREDENTIALS,
}


def exif_entries(block: bytes, where: str = "EXIF") -> list[Entry]:
    """Return the entries of an EXIF block; none for a block that cannot be read."""
    try:
        tiff = TiffBlock(block.removeprefix(PREFIX))
        found = _of_directory(tiff, tiff.first, where, frozenset())
        inner = tiff.find(tiff.first, EXIF_IFD)
        if inner is not None:
            found += _of_directory(tiff, tiff.offset(inner.place), where, frozenset())
        return found + _previews(tiff, where, whole=False)
    except BrokenExif:
        return []


def tiff_entries(data: bytes) -> list[Entry]:
    """Return the entries of a TIFF file: of its first page, and the previews beside it."""
    if data[2:4] in (b"+\0", b"\0+"):  # BigTIFF: its directories are others
        return []
    tiff = TiffBlock(data)
    found = _of_directory(tiff, tiff.first, "TIFF", STRUCTURE - {ORIENTATION, *WIDTHS, *HEIGHTS})
    inner = tiff.find(tiff.first, EXIF_IFD)
    if inner is not None:
        found += _of_directory(tiff, tiff.offset(inner.place), "EXIF", frozenset())
    for entry in tiff.entries(tiff.first):
        where = tiff.value(entry)
        body = b"" if where is None else bytes(tiff.data[where])
        if entry.tag == XMP:
            try:
                found += xmp_entries(body, "XMP")
            except BrokenXmp:
                found.append(Entry(Kind.WORDS, "XMP", len(body)))
        elif entry.tag == IPTC:
            found += iptc_entries(body, "IPTC")
        elif entry.tag == RESOURCES:
            found += resource_entries(body, "Photoshop")
        elif entry.tag == LAYERS:
            found.append(Entry(Kind.PICTURES, "Photoshop's layers", len(body)))
        elif entry.tag == ICC:
            found.append(profile_entry(body, "TIFF"))
    return found + _previews(tiff, "TIFF", whole=True)


def profile_entry(profile: bytes, where: str) -> Entry:
    """Return the entry of a colour profile."""
    return Entry(Kind.PROFILE, where, len(profile), hashlib.sha256(profile).hexdigest()[:16])


def _of_directory(
    tiff: TiffBlock, directory: int, where: str, hidden: frozenset[int]
) -> list[Entry]:
    found = []
    for entry in tiff.entries(directory):
        kind = KINDS.get(entry.tag, Kind.CAMERA)
        if entry.tag in hidden or entry.tag in (EXIF_IFD, SUB_IFDS, 0x0201, 0x0202, 0xA005):
            continue
        said = _said(tiff, entry)
        if entry.tag == GPS_IFD:
            said = _said_of(tiff, tiff.offset(entry.place))
        found.append(
            Entry(kind, f"{where} {entry.tag:#06x}", entry.length, f"{entry.tag:#06x}: {said}")
        )
    return found


def _said_of(tiff: TiffBlock, directory: int) -> str:
    try:
        told = [f"{entry.tag}={_said(tiff, entry)}" for entry in tiff.entries(directory)]
    except BrokenExif:
        return ""
    return one_line(" ".join(told), 400)


def _said(tiff: TiffBlock, entry: Tagged) -> str:
    """Return a value as text that is the same in either byte order."""
    where = tiff.value(entry)
    if where is None:
        return ""
    if entry.kind == 2:
        return one_line(bytes(tiff.data[where]).rstrip(b"\0").decode("utf-8", "replace"), 200)
    if entry.kind in (5, 10):
        code = "I" if entry.kind == 5 else "i"
        parts = struct.unpack_from(f"{tiff.order}{2 * entry.count}{code}", tiff.data, where.start)
        pairs = zip(parts[::2], parts[1::2], strict=True)
        return one_line(" ".join(f"{a / b:.6g}" if b else "inf" for a, b in pairs), 200)
    if entry.kind in WHOLE and entry.kind != 1:
        return one_line(" ".join(map(str, tiff.numbers(entry))), 200)
    body = bytes(tiff.data[where])
    return body.hex() if len(body) <= 32 else hashlib.sha256(body).hexdigest()[:16]


def _previews(tiff: TiffBlock, where: str, *, whole: bool) -> list[Entry]:
    """Return an entry for each directory with a preview, and for JPEGs that no directory names.

    Of a `whole` file the pages are pictures of their own, unless they say that they are reduced.
    """
    found, known = [], []
    own = [] if whole else pictures(tiff, tiff.first)
    if own:
        found.append(Entry(Kind.PREVIEW, f"{where}, first directory", _bytes(own)))
    for number, directory in directories(tiff):
        shown = pictures(tiff, directory)
        known += shown
        place = f"{where}, directory {number + 1}" if number else f"{where}, sub-directory"
        if shown and (not whole or not number or _is_reduced(tiff, directory)):
            found.append(Entry(Kind.PREVIEW, place, _bytes(shown)))
    if not whole:
        named = {each.start for each in (*own, *known)}
        found += [
            Entry(Kind.PREVIEW, f"{where}, within the block", end - start)
            for start, end in jpegs_within(tiff.data)
            if start not in named
        ]
    return found


def _is_reduced(tiff: TiffBlock, directory: int) -> bool:
    try:
        entry = tiff.find(directory, 254)
    except BrokenExif:
        return False
    return entry is not None and bool(sum(tiff.numbers(entry)) & 1)


def _bytes(parts: list[slice]) -> int:
    return sum(part.stop - part.start for part in parts)
