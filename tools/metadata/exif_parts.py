"""EXIF without the place, or of nothing but some tags."""

import struct
from collections.abc import Collection

from cropsmith.tools.metadata.exif import GPS_IFD, ORIENTATION, PREFIX, BrokenExif
from cropsmith.tools.metadata.exif_entries import GEO
from cropsmith.tools.metadata.tiff_block import TiffBlock


def exif_without_place(block: bytes) -> bytes:
    """Blank the GPS directory with its values, and take out what points to it, and GeoTIFF's tags.

    BrokenExif where the directories cannot be read.
    """
    tiff = TiffBlock(block)
    for entry in list(tiff.entries(tiff.first)):
        if entry.tag == GPS_IFD:
            tiff.blank_directory(tiff.offset(entry.place))
    tiff.remove(tiff.first, GEO | {GPS_IFD})
    return bytes(tiff.data)


def exif_of(block: bytes, tags: Collection[int]) -> bytes | None:
    """Return a new block of some tags of the first directory, and an orientation that turns.

    None where none of them is there, or the block is broken.
    """
    try:
        tiff = TiffBlock(block.removeprefix(PREFIX))
        found = [
            (entry, bytes(tiff.data[where]))
            for entry in tiff.entries(tiff.first)
            if (entry.tag in tags or (entry.tag == ORIENTATION and tiff.numbers(entry) != (1,)))
            and (where := tiff.value(entry)) is not None
        ]
    except BrokenExif:
        return None
    if not found:
        return None
    order = tiff.order
    start = 8 + 2 + 12 * len(found) + 4
    entries, values = b"", b""
    for entry, value in found:
        entries += struct.pack(order + "HHI", entry.tag, entry.kind, entry.count)
        if len(value) <= 4:
            entries += value.ljust(4, b"\0")
        else:
            entries += struct.pack(order + "I", start + len(values))
            values += value + b"\0" * (len(value) % 2)
    head = bytes(tiff.data[:4]) + struct.pack(order + "IH", 8, len(found))
    return head + entries + bytes(4) + values


def orientation_block(orientation: int) -> bytes:
    """Return an EXIF block that says nothing but the orientation."""
    return struct.pack("<2sHIHHHIII", b"II", 42, 8, 1, ORIENTATION, 3, 1, orientation, 0)
