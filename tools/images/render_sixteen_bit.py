"""Crops of 16-bit colour, which stay 16-bit."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from cropsmith.tools.images.decode import decoding, open_image, orientation
from cropsmith.tools.images.frames import stored_box
from cropsmith.tools.images.metadata import Metadata, read_metadata
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.images.rendered import Rendered
from cropsmith.tools.images.sixteen_bit import (
    Deep,
    decode_deep,
    encode_deep_png,
    encode_deep_tiff,
)
from cropsmith.tools.images.tiff_file import first_directory, metadata_tags
from cropsmith.tools.schema.geometry import PixelBox, Size

RAW = 1
"""TIFF's number for no compression."""


def render_deep(photo: Photo, box: PixelBox, output: Size | None, target: str) -> Rendered:
    """Return a TIFF or PNG of the crop with 16 bits a channel; every page of a TIFF."""
    size = output or box.size
    with decoding(photo.name):
        with open_image(photo.data, photo.name) as image:
            is_tiff = image.format == "TIFF"
            tags = first_directory(photo.data) if is_tiff else None
            # OpenCV turns every page of a TIFF upright, but no PNG.
            turn = 1 if is_tiff else orientation(image)
            metadata = read_metadata(image).for_crop(size)
        stored = stored_box(box, turn, photo.size)
        decoded = decode_deep(photo.data)
        pages = [
            _resized(
                _upright(page[stored.top : stored.bottom, stored.left : stored.right], turn), size
            )
            for page in decoded
            if page.shape[:2] == decoded[0].shape[:2]
        ]
        notes = list(metadata.notes)
        if target == "TIFF":
            deflate = tags is None or tags.get(259, RAW) != RAW
            data = encode_deep_tiff(pages, metadata_tags(metadata), deflate)
        else:
            if len(pages) > 1:
                notes.append(f"Only the first of {len(pages)} pages is kept.")
            pages = pages[:1]
            data = _png_with(encode_deep_png(pages[0]), metadata)
    return Rendered(
        data=data, format=target, size=size, pixels=box, frames=len(pages), notes=tuple(notes)
    )


def _upright(page: Deep, turn: int) -> Deep:
    """Apply an EXIF orientation to an array."""
    if turn >= 5:
        page = page.transpose(1, 0, 2)
    across, down = turn in (2, 3, 6, 7), turn in (3, 4, 7, 8)
    return np.ascontiguousarray(page[:: -1 if down else 1, :: -1 if across else 1])


def _resized(page: Deep, size: Size) -> Deep:
    if page.shape[:2] == (size.height, size.width):
        return page
    channels = [
        np.asarray(
            Image.fromarray(page[..., c].astype(np.float32)).resize(
                (size.width, size.height), Image.Resampling.LANCZOS
            )
        )
        for c in range(page.shape[2])
    ]
    return np.clip(np.round(np.stack(channels, axis=2)), 0, 65535).astype(np.uint16)


def _png_with(data: bytes, metadata: Metadata) -> bytes:
    """Put metadata chunks after the header chunk, which ends at byte 33 (PNG 3, section 5.6)."""
    return data[:33] + b"".join(_png_chunks(metadata)) + data[33:]


def _png_chunks(metadata: Metadata) -> Iterator[bytes]:
    if metadata.icc:
        yield _chunk(b"iCCP", b"ICC Profile\0\0" + zlib.compress(metadata.icc))
    if metadata.dpi:
        x, y = (round(value / 0.0254) for value in metadata.dpi)
        yield _chunk(b"pHYs", struct.pack(">IIB", x, y, 1))
    if metadata.xmp:
        yield _chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + metadata.xmp)
    if metadata.exif:
        yield _chunk(b"eXIf", metadata.exif)


def _chunk(name: bytes, body: bytes) -> bytes:
    check = zlib.crc32(name + body)
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", check)
