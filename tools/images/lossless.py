"""JPEG crops that never decode the picture: whole blocks of coefficients are copied.

The upper left corner must lie on the grid of minimum coded units (8 pixels times the subsampling
factor), so the box grows outward to it; right and bottom can lie anywhere (jpegtran's rule).
"""

import contextlib
import os
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import JpegImagePlugin

from cropsmith.errors import MissingExtra, UnreadableImage
from cropsmith.tools.images.decode import decoding, open_image, orientation
from cropsmith.tools.images.encode import jpeg_app13
from cropsmith.tools.images.frames import stored_box
from cropsmith.tools.images.metadata import Metadata, read_metadata
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.images.rendered import Rendered
from cropsmith.tools.schema.geometry import PixelBox, Size

BLOCK = 8
SOS, EOI, COM = 0xDA, 0xD9, 0xFE
APPLICATION = range(0xE0, 0xF0)
STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True)
class Segment:
    """A marker segment of a JPEG: its marker's low byte, and its body without the length."""

    marker: int
    body: bytes

    @property
    def encoded(self) -> bytes:
        """With marker and length."""
        return struct.pack(">BBH", 0xFF, self.marker, len(self.body) + 2) + self.body


def crop_lossless(photo: Photo, box: PixelBox) -> Rendered:
    """Return a JPEG with the blocks that cover the box, bit for bit those of the photo.

    The orientation tag is kept, since turning the blocks could lose some at the edges. MissingExtra
    without jpeglib; UnreadableImage for a JPEG that it cannot read (arithmetic coding, 12 bits).
    """
    try:
        import jpeglib
    except ImportError as error:
        raise MissingExtra("A lossless crop", "lossless") from error
    with decoding(photo.name):
        with open_image(photo.data, photo.name) as image:
            turn = orientation(image)
            grid = _grid(image)
            metadata = read_metadata(image)
        snapped = snapped_outward(stored_box(box, turn, photo.size), grid)
        stored = photo.size if turn < 5 else Size(width=photo.size.height, height=photo.size.width)
        upright = _upright_box(snapped, turn, stored)
        metadata = metadata.for_crop(snapped.size, turn)
        try:
            data = _cropped(jpeglib, photo.data, snapped, grid)
            data = _with_segments(data, photo.data, metadata)
        except (OSError, ValueError) as error:
            message = f"{photo.name} is coded in a way that cannot be cut without loss."
            raise UnreadableImage(message, hint="Crop it without --lossless.") from error
    notes = list(metadata.notes)
    if upright != box:
        notes.append(
            f"The lossless crop starts at a block boundary: {upright.size.width}x"
            f"{upright.size.height} pixels instead of {box.size.width}x{box.size.height}."
        )
    return Rendered(data, "JPEG", upright.size, upright, notes=tuple(notes))


def snapped_outward(box: PixelBox, grid: Size) -> PixelBox:
    """Return the smallest box around this one whose left and top lie on the grid."""
    return PixelBox(
        left=box.left // grid.width * grid.width,
        top=box.top // grid.height * grid.height,
        right=box.right,
        bottom=box.bottom,
    )


def _grid(image: Any) -> Size:
    if not isinstance(image, JpegImagePlugin.JpegImageFile) or not image.layer:
        raise ValueError("the layers of the JPEG are not known")
    if len(image.layer) == 1:  # a single component is not interleaved: its unit is one block
        return Size(width=BLOCK, height=BLOCK)
    return Size(
        width=BLOCK * max(layer[1] for layer in image.layer),
        height=BLOCK * max(layer[2] for layer in image.layer),
    )


def _upright_box(box: PixelBox, turn: int, stored: Size) -> PixelBox:
    """Undo `stored_box`: orientations are their own inverses but for the quarter turns 6 and 8."""
    return stored_box(box, {6: 8, 8: 6}.get(turn, turn), stored)


def _cropped(jpeglib: Any, data: bytes, box: PixelBox, grid: Size) -> bytes:
    # The library's tables hold 50 markers, so that it gets the file without any of them.
    bare = _bare(data)
    with _temporary_file(bare) as source, _temporary_file(b"") as target:
        jpeg = jpeglib.read_dct(str(source))
        components = [name for name in ("Y", "Cb", "Cr", "K") if getattr(jpeg, name) is not None]
        for name in components:
            blocks = getattr(jpeg, name)
            number = components.index(name)
            down, across = (int(factor) for factor in jpeg.samp_factor[number])
            if len(components) == 1:
                down = across = 1
            top = box.top // grid.height * down
            left = box.left // grid.width * across
            high = -(-box.size.height * down // grid.height)
            wide = -(-box.size.width * across // grid.width)
            setattr(jpeg, name, blocks[top : top + high, left : left + wide].copy())
            jpeg.block_dims[number] = (high, wide)
        jpeg.height, jpeg.width = box.size.height, box.size.width
        # Huffman tables of its own: the standard ones would make the file larger than the photo.
        jpeg.write_dct(str(target), flags=["+OPTIMIZE_CODING"])
        return target.read_bytes()


def segments(data: bytes) -> Iterator[Segment]:
    """Yield the marker segments before the first scan; ValueError if they are broken."""
    place = 2
    while place + 4 <= len(data):
        if data[place] != 0xFF:
            raise ValueError("the segments of the JPEG are broken")
        marker = data[place + 1]
        if marker == 0xFF:  # a fill byte
            place += 1
            continue
        if marker in STANDALONE:
            place += 2
            continue
        if marker in (SOS, EOI):
            return
        (length,) = struct.unpack_from(">H", data, place + 2)
        yield Segment(marker, data[place + 4 : place + 2 + length])
        place += 2 + max(2, length)


def _scan_start(data: bytes) -> int:
    place = 2
    while place + 4 <= len(data) and data[place + 1] != SOS:
        if data[place + 1] == 0xFF:
            place += 1
        elif data[place + 1] in STANDALONE:
            place += 2
        else:
            place += 2 + int(struct.unpack_from(">H", data, place + 2)[0])
    return place


def _bare(data: bytes) -> bytes:
    """Return the JPEG without application segments and comments, but with Adobe's colour flag."""
    kept = b"".join(s.encoded for s in segments(data) if _is_coding(s))
    return b"\xff\xd8" + kept + data[_scan_start(data) :]


def _is_coding(segment: Segment) -> bool:
    if segment.marker == 0xEE:
        return segment.body.startswith(b"Adobe")
    return segment.marker not in APPLICATION and segment.marker != COM


def _with_segments(cropped: bytes, original: bytes, metadata: Metadata) -> bytes:
    """Give the cropped stream the original's segments, with the EXIF and XMP of the crop."""
    kept = bytearray()
    iptc = False
    for segment in segments(original):
        body = segment.body
        if segment.marker == 0xE1 and body.startswith(b"Exif\0\0"):
            if metadata.exif is None:
                continue
            body = b"Exif\0\0" + metadata.exif
        elif segment.marker == 0xE1 and body.startswith(XMP):
            body = XMP + (metadata.xmp or b"")
        elif segment.marker == 0xE2 and body.startswith(b"MPF\0"):
            continue  # it points to other pictures in the file, which are not copied
        elif segment.marker == 0xED:
            if metadata.iptc and not iptc:
                kept += jpeg_app13(metadata.iptc)
                iptc = True
            continue
        elif segment.marker not in APPLICATION and segment.marker != COM:
            continue
        kept += Segment(segment.marker, body).encoded
    coding = b"".join(
        s.encoded for s in segments(cropped) if s.marker not in APPLICATION and s.marker != COM
    )
    return b"\xff\xd8" + bytes(kept) + coding + cropped[_scan_start(cropped) :]


XMP = b"http://ns.adobe.com/xap/1.0/\0"


@contextlib.contextmanager
def _temporary_file(data: bytes) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(suffix=".jpg")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        yield Path(name)
    finally:
        os.unlink(name)
