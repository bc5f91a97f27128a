"""The inventory of a file, whatever its format."""

from cropsmith.tools.metadata.bmff import bmff_entries
from cropsmith.tools.metadata.chunk_entries import (
    PNG_SIGNATURE,
    gif_entries,
    png_entries,
    webp_entries,
)
from cropsmith.tools.metadata.exif_entries import tiff_entries
from cropsmith.tools.metadata.inventory import Entry, Inventory
from cropsmith.tools.metadata.jpeg_entries import jpeg_entries
from cropsmith.tools.metadata.tiff_block import BrokenExif


def inventory_of(data: bytes) -> Inventory:
    """Return what a JPEG, PNG, WebP, GIF, TIFF, HEIC or AVIF file carries beside its pixels.

    Read from the bytes, without decoding, in time linear in their number. What is broken is left
    out; of other formats nothing is known.
    """
    return Inventory(tuple(_entries(data)))


def _entries(data: bytes) -> list[Entry]:
    if data.startswith(b"\xff\xd8"):
        return jpeg_entries(data)
    if data.startswith(PNG_SIGNATURE):
        return png_entries(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return webp_entries(data)
    if data[:4] == b"GIF8":
        return gif_entries(data)
    if data[4:8] == b"ftyp":
        return bmff_entries(data)
    if data[:2] in (b"II", b"MM"):
        try:
            return tiff_entries(data)
        except BrokenExif:
            return []
    return []
