"""TIFF files put together from encoded pages and tags.

Pillow's own writer cannot store EXIF or GPS directories beside compressed pixels (libtiff writes
them in a second step that it does not do), and knows no 16-bit colour. Here Pillow or zlib encode
the pixels of a page, and its tag directory is written with all the metadata (TIFF 6.0, section 2).
"""

import io
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, TiffTags
from PIL import TiffImagePlugin as tiff

from cropsmith.tools.metadata.exif_entries import RESOURCES
from cropsmith.tools.metadata.iptc import resource_block
from cropsmith.tools.metadata.metadata import Metadata
from cropsmith.tools.schema.geometry import Size

STRIP_OFFSETS, STRIP_COUNTS = 273, 279
XMP, IPTC, ICC = 700, 33723, 34675
INTEROPERABILITY = 0xA005
X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 282, 283, 296

Tags = Mapping[int, object]
"""Number -> value, as Pillow takes it; directories (EXIF, GPS) are mappings themselves."""


_WHOLE = {1: "B", 3: "H", 4: "I", 16: "Q"}
"""Types of whole numbers, and how they are unpacked."""

_MOST_ENTRIES = 1000
"""Looked at in one directory: sorted by number, and 257 comes early."""


@dataclass(frozen=True)
class Page:
    """One page: the tags that describe how its pixels are stored, and their bytes in one strip."""

    directory: tiff.ImageFileDirectory_v2
    body: bytes


def page_of(image: Image.Image, compression: str, quality: int | None = None) -> Page:
    """Return a page with the pixels of an image; `compression` and errors are those of Pillow."""
    file = io.BytesIO()
    plain = image.copy()
    plain.info = {}
    options: dict[str, int] = {} if quality is None else {"quality": quality}
    # One strip, so that one offset is all there is to write anew.
    plain.save(file, "TIFF", compression=compression, strip_size=2**30, **options)
    data = file.getvalue()
    written = first_directory(data)
    (start,), (length,) = written[STRIP_OFFSETS], written[STRIP_COUNTS]
    # A fresh one: a directory that was read writes what it has read, whatever is set later.
    directory = tiff.ImageFileDirectory_v2(prefix=data[:2])
    for tag, value in written.items():
        directory[tag] = value
        directory.tagtype[tag] = written.tagtype[tag]
    return Page(directory, data[start : start + length])


def tiff_file(pages: Sequence[Page], tags: Tags) -> bytes:
    """Return a TIFF of the pages, each with the tags."""
    file = io.BytesIO()
    with tiff.AppendingTiffWriter(file) as writer:
        for page in pages:
            for tag, value in tags.items():
                page.directory[tag] = value
            page.directory[STRIP_OFFSETS] = 0  # Pillow adds where the body starts
            page.directory[STRIP_COUNTS] = len(page.body)
            page.directory.save(writer)
            writer.write(page.body)
            writer.newFrame()
    return file.getvalue()


def metadata_tags(metadata: Metadata) -> dict[int, object]:
    """Return the metadata as tags. May raise anything where the EXIF is odd."""
    tags: dict[int, object] = {}
    if metadata.exif:
        exif = Image.Exif()
        exif.load(b"Exif\0\0" + metadata.exif)
        for tag in exif:
            if tag in TiffTags.TAGS_V2_GROUPS:
                inner = dict(exif.get_ifd(tag))
                inner.pop(INTEROPERABILITY, None)  # an offset, which would point nowhere
                tags[tag] = inner
            else:
                tags[tag] = exif[tag]
    if metadata.icc:
        tags[ICC] = metadata.icc
    if metadata.xmp:
        tags[XMP] = metadata.xmp
    if metadata.iptc:
        tags[IPTC] = metadata.iptc
    if metadata.rights:
        tags[RESOURCES] = resource_block(metadata.rights)
    if metadata.dpi:
        tags |= {X_RESOLUTION: metadata.dpi[0], Y_RESOLUTION: metadata.dpi[1], RESOLUTION_UNIT: 2}
    return tags


def first_directory(data: bytes) -> tiff.ImageFileDirectory_v2:
    """Return the tags of a TIFF's first page; may raise anything on a broken one."""
    header = data[:8]
    big = len(header) > 3 and 43 in header[2:4]
    directory = tiff.ImageFileDirectory_v2(data[:16] if big else header)
    order = "<" if header[:2] == b"II" else ">"
    start = struct.unpack(order + "Q", data[8:16])[0] if big else directory.next
    file = io.BytesIO(data)
    file.seek(start)
    directory.load(file)
    return directory


def page_sizes(data: bytes, most: int) -> list[Size]:
    """Return the size of each page, `most` at most, without decoding any.

    Directories are read as they are chained (TIFF 6.0, section 2; BigTIFF has wider numbers).
    """
    order = "<" if data[:2] == b"II" else ">"
    big = 43 in data[2:4]
    word, head, entry, count = ("Q", 8, 20, "Q") if big else ("I", 2, 12, "H")
    (place,) = struct.unpack_from(order + word, data, 8 if big else 4)
    sizes: list[Size] = []
    met: set[int] = set()
    while place and place not in met and len(sizes) < most:
        met.add(place)
        if place + head > len(data):
            break
        (entries,) = struct.unpack_from(order + count, data, place)
        link = place + head + entry * entries
        if link + struct.calcsize(word) > len(data):
            break
        sides = {256: 1, 257: 1}
        for number in range(min(entries, _MOST_ENTRIES)):
            start = place + head + entry * number
            tag, kind = struct.unpack_from(order + "HH", data, start)
            if tag in sides and kind in _WHOLE:
                value = struct.unpack_from(order + _WHOLE[kind], data, start + (12 if big else 8))
                sides[tag] = max(1, value[0])
        sizes.append(Size(width=sides[256], height=sides[257]))
        (place,) = struct.unpack_from(order + word, data, link)
    return sizes
