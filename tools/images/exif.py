"""EXIF blocks edited in place: what a crop changes is changed, every other byte stays.

Writing the block anew would move the MakerNote, whose offsets are absolute in many cameras, and
lose tags of types that the writer does not know (Exif 2.32, section 4.6; TIFF 6.0, section 2).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from cropsmith.tools.schema.geometry import Size

PREFIX = b"Exif\0\0"

ORIENTATION = 0x0112
WIDTHS = frozenset({0x0100, 0xA002})
HEIGHTS = frozenset({0x0101, 0xA003})
EXIF_IFD = 0x8769
THUMBNAIL_OFFSET, THUMBNAIL_LENGTH = 0x0201, 0x0202

_ENTRY = 12


class BrokenExif(ValueError):
    """The block's first directory cannot be read."""


@dataclass(frozen=True)
class _Entry:
    tag: int
    kind: int
    count: int
    place: int
    """Where the value stands in the block; of SHORT and LONG."""


def cropped_exif(block: bytes, size: Size, orientation: int = 1) -> bytes:
    """Return an EXIF block for a crop stored at this size, without the prefix "Exif".

    Orientation becomes that given, the pixel dimensions those of the crop, and the thumbnail goes,
    because it shows what was cropped away. BrokenExif when the block cannot be read.
    """
    data = bytearray(block.removeprefix(PREFIX))
    order = {b"II": "<", b"MM": ">"}.get(bytes(data[:2]))
    if order is None or len(data) < 8:
        raise BrokenExif("the EXIF block has no byte order")
    (first,) = struct.unpack_from(order + "I", data, 4)
    for entry in _entries(data, order, first):
        _write_if_known(data, order, entry, size, orientation)
        if entry.tag == EXIF_IFD:
            (offset,) = struct.unpack_from(order + "I", data, entry.place)
            for inner in _entries(data, order, offset):
                _write_if_known(data, order, inner, size, orientation)
    return bytes(_without_thumbnail(data, order, first))


def _entries(data: bytearray, order: str, offset: int) -> Iterator[_Entry]:
    if not 8 <= offset <= len(data) - 2:
        raise BrokenExif("a directory of the EXIF block lies outside it")
    (count,) = struct.unpack_from(order + "H", data, offset)
    for number in range(count):
        place = offset + 2 + _ENTRY * number
        if place + _ENTRY > len(data):
            raise BrokenExif("a directory of the EXIF block is cut off")
        tag, kind, values = struct.unpack_from(order + "HHI", data, place)
        yield _Entry(tag=tag, kind=kind, count=values, place=place + 8)


def _write_if_known(
    data: bytearray, order: str, entry: _Entry, size: Size, orientation: int
) -> None:
    if entry.tag == ORIENTATION:
        value = orientation
    elif entry.tag in WIDTHS:
        value = size.width
    elif entry.tag in HEIGHTS:
        value = size.height
    else:
        return
    if entry.count != 1 or entry.kind not in (1, 3, 4):
        if entry.tag == ORIENTATION:
            raise BrokenExif("the orientation is not a number")
        return
    code = {1: "B", 3: "H", 4: "I"}[entry.kind]
    if value < 256 ** struct.calcsize(code):
        struct.pack_into(order + code, data, entry.place, value)


def _without_thumbnail(data: bytearray, order: str, first: int) -> bytearray:
    (count,) = struct.unpack_from(order + "H", data, first)
    link = first + 2 + _ENTRY * count
    if link + 4 > len(data):
        return data
    (second,) = struct.unpack_from(order + "I", data, link)
    struct.pack_into(order + "I", data, link, 0)
    if not 8 <= second <= len(data) - 2:
        return data
    found = {}
    try:
        for entry in _entries(data, order, second):
            if entry.tag in (THUMBNAIL_OFFSET, THUMBNAIL_LENGTH) and entry.kind == 4:
                (found[entry.tag],) = struct.unpack_from(order + "I", data, entry.place)
    except BrokenExif:
        return data
    start = found.get(THUMBNAIL_OFFSET, 0)
    end = min(len(data), start + found.get(THUMBNAIL_LENGTH, 0))
    if 8 <= start < end:
        if end == len(data):
            del data[start:]
        else:
            data[start:end] = bytes(end - start)
    return data
