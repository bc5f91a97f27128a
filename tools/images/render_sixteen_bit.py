"""Crops of 16-bit colour, which stay 16-bit."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from PIL import Image

from cropsmith.tools.images.decode import decoding, open_image, orientation
from cropsmith.tools.images.encode import png_colour_chunks, with_png_chunks
from cropsmith.tools.images.frames import cut_of, source_of, stored_box, texts_of
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.images.rendered import Rendered
from cropsmith.tools.images.sixteen_bit import (
    Deep,
    decode_deep,
    encode_deep_png,
    encode_deep_ppm,
    encode_deep_tiff,
)
from cropsmith.tools.images.tiff_file import first_directory, metadata_tags
from cropsmith.tools.images.turning import turned_array
from cropsmith.tools.metadata.chunk_entries import png_colours
from cropsmith.tools.metadata.metadata import Metadata, read_metadata
from cropsmith.tools.metadata.privacy import cleaner, kept_texts
from cropsmith.tools.schema.geometry import PixelBox, Size
from cropsmith.tools.schema.request import FileWish

RAW = 1
"""TIFF's number for no compression."""


def render_deep(
    photo: Photo,
    box: PixelBox,
    output: Size | None,
    target: str,
    wishes: FileWish,
) -> Rendered:
    """Return a TIFF, PNG or PPM of the crop with 16 bits a channel; every page of a TIFF.

    `wishes` say which metadata is not to be given away.
    """
    size = output or box.size
    with decoding(photo.name):
        with open_image(photo.data, photo.name) as image:
            is_tiff = image.format == "TIFF"
            tags = first_directory(photo.data) if is_tiff else None
            # OpenCV turns every page of a TIFF upright, but no PNG.
            turn = 1 if is_tiff else orientation(image)
            cut = replace(cut_of(photo, image, box), size=size)
            metadata = cleaner(wishes)(read_metadata(image, photo.data).for_crop(cut))
            own = png_colours(photo.data) if image.format == "PNG" else {}
            words = kept_texts(texts_of(image), wishes)
        place = source_of(photo, box)
        stored = stored_box(place, turn, photo.upright.size)
        decoded = decode_deep(photo.data, photo.name)
        pages = [
            _resized(
                _level(
                    _upright(page[stored.top : stored.bottom, stored.left : stored.right], turn),
                    photo,
                    box,
                    place,
                ),
                size,
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
            if target == "PPM":
                data = encode_deep_ppm(pages[0])
            else:
                colours = png_colour_chunks(tuple(own.items()), metadata)
                texts = [
                    (b"iTXt", key.encode("latin-1", "replace") + bytes(5) + text.encode())
                    for key, text in words
                ]
                data = with_png_chunks(
                    encode_deep_png(pages[0]), [*colours, *_png_chunks(metadata), *texts]
                )
    return Rendered(
        data=data, format=target, size=size, pixels=box, frames=len(pages), notes=tuple(notes)
    )


def _upright(page: Deep, turn: int) -> Deep:
    """Apply an EXIF orientation to an array."""
    if turn >= 5:
        page = page.transpose(1, 0, 2)
    across, down = turn in (2, 3, 6, 7), turn in (3, 4, 7, 8)
    return np.ascontiguousarray(page[:: -1 if down else 1, :: -1 if across else 1])


def _level(page: Deep, photo: Photo, box: PixelBox, place: PixelBox) -> Deep:
    """Return the box of a straightened photo from the pixels of `place`."""
    if photo.level is None:
        return page
    return turned_array(page, photo.level, box, place)


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


def _png_chunks(metadata: Metadata) -> Iterator[tuple[bytes, bytes]]:
    if metadata.icc:
        yield b"iCCP", b"ICC Profile\0\0" + zlib.compress(metadata.icc)
    if metadata.dpi:
        x, y = (round(value / 0.0254) for value in metadata.dpi)
        yield b"pHYs", struct.pack(">IIB", x, y, 1)
    if metadata.xmp:
        yield b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + metadata.xmp
    if metadata.exif:
        yield b"eXIf", metadata.exif
