"""The entries of a JPEG: of its segments, and of what lies behind the picture."""

import struct
from collections.abc import Iterator

from cropsmith.tools.metadata.exif_entries import exif_entries, profile_entry
from cropsmith.tools.metadata.inventory import Entry, Kind
from cropsmith.tools.metadata.iptc import HEADER, resource_entries
from cropsmith.tools.metadata.jpeg_file import COM, START, Segment, picture_end, segments
from cropsmith.tools.metadata.xmp import xmp_entries
from cropsmith.tools.metadata.xmp_packet import BrokenXmp
from cropsmith.tools.schema.plain_text import one_line

XMP = b"http://ns.adobe.com/xap/1.0/\0"
EXTENDED = b"http://ns.adobe.com/xmp/extension/\0"
ICC = b"ICC_PROFILE\0"
GAIN_MAP = b"urn:iso:std:iso:ts:21496:-1\0"
GAIN_MAPS = (b"hdr-gain-map", b"HDRGainMap", b"iso:ts:21496")

LEAST_TRAILER = 16
"""Bytes behind a picture that may be padding."""
HEAD = 2**16
"""Bytes of a second picture in which it is looked for what it is."""


def jpeg_entries(data: bytes) -> list[Entry]:
    """Return all entries; of segments that are broken, those before."""
    found: list[Entry] = []
    profile = b""
    try:
        for segment in segments(data):
            if segment.marker == 0xE2 and segment.body.startswith(ICC):
                profile += segment.body[len(ICC) + 2 :]
            else:
                found += segment_entries(segment)
    except ValueError:
        pass  # the picture is refused or read by the decoder; no entry is in what is broken
    if profile:
        found.append(profile_entry(profile, "APP2 ICC"))
    return [*found, *_behind(data)]


def segment_entries(segment: Segment) -> Iterator[Entry]:
    """Yield the entries of one segment, colour profiles apart."""
    marker, body, size = segment.marker, segment.body, len(segment.body)
    where = f"APP{marker - 0xE0}"
    if marker == 0xE0 and body.startswith(b"JFIF\0") and size >= 14:
        units, x, y, across, down = struct.unpack_from(">BHHBB", body, 7)
        if units:
            yield Entry(Kind.RESOLUTION, f"{where} JFIF", 5, f"{units}: {x}x{y}")
        if across * down:
            yield Entry(Kind.PREVIEW, f"{where} JFIF", size - 14)
    elif marker == 0xE0 and body.startswith(b"JFXX\0"):
        yield Entry(Kind.PREVIEW, f"{where} JFXX", size)
    elif marker == 0xE1 and body.startswith(b"Exif\0"):
        yield from exif_entries(body[6:], f"{where} EXIF")
    elif marker == 0xE1 and body.startswith(XMP):
        try:
            yield from xmp_entries(body[len(XMP) :], f"{where} XMP")
        except BrokenXmp:
            yield Entry(Kind.WORDS, f"{where} XMP, unreadable", size)
    elif marker == 0xE1 and body.startswith(EXTENDED):
        yield Entry(Kind.EXTENDED, f"{where} extended XMP", size)
    elif marker == 0xE2 and body.startswith(b"MPF\0"):
        yield Entry(Kind.PICTURES, f"{where} MPF", size)
    elif marker == 0xE2 and body.startswith(GAIN_MAP):
        yield Entry(Kind.GAIN_MAP, f"{where} ISO 21496-1", size)
    elif marker == 0xE2 and body.startswith(b"FPXR\0"):
        yield Entry(Kind.PREVIEW, f"{where} FlashPix", size)
    elif marker == 0xEB and body.startswith(b"JP"):
        yield Entry(Kind.CREDENTIALS, f"{where} JUMBF", size)
    elif marker == 0xED and body.startswith(HEADER):
        yield from resource_entries(body[len(HEADER) :], where)
    elif marker == COM:
        yield Entry(Kind.WORDS, "COM", size, f"comment: {one_line(body.decode('latin-1'), 200)}")
    elif (0xE1 <= marker <= 0xEF) and not (marker == 0xEE and body.startswith(b"Adobe")):
        yield Entry(Kind.VENDOR, where, size)


def _behind(data: bytes) -> list[Entry]:
    """Return the entry of what follows the picture: a film, further pictures, or a maker's own."""
    end = picture_end(data)
    size = len(data) - end
    if size <= LEAST_TRAILER:
        return []
    found = []
    if 4 <= data.find(b"ftyp", end) - end:
        found.append(Entry(Kind.MOTION, "behind the picture", size))
    second = data.find(START, end)
    if second >= 0:
        head = data[second : second + HEAD]
        kind = Kind.GAIN_MAP if any(mark in head for mark in GAIN_MAPS) else Kind.PICTURES
        found.append(Entry(kind, "behind the picture", size))
    return found or [Entry(Kind.VENDOR, "behind the picture", size)]
