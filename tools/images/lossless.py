"""JPEG crops that never decode the picture: whole blocks of coefficients are copied.

The upper left corner must lie on the grid of minimum coded units (8 pixels times the subsampling
factor), so the box grows outward to it; right and bottom can lie anywhere (jpegtran's rule).
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import JpegImagePlugin

from cropsmith.errors import MissingExtra, UnreadableImage
from cropsmith.tools.images.decode import decoding, open_image, orientation
from cropsmith.tools.images.encode import jpeg_app13
from cropsmith.tools.images.frames import stored_box
from cropsmith.tools.images.mending import mended
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.images.rendered import Rendered
from cropsmith.tools.metadata.cut import Cut
from cropsmith.tools.metadata.exif_parts import orientation_block
from cropsmith.tools.metadata.jpeg_entries import ICC, XMP
from cropsmith.tools.metadata.jpeg_file import APPLICATION, COM, Segment, scan_start, segments
from cropsmith.tools.metadata.metadata import Metadata, read_metadata
from cropsmith.tools.metadata.privacy import cleaner
from cropsmith.tools.schema.geometry import PixelBox, Size
from cropsmith.tools.schema.request import FileWish, Keep

BLOCK = 8
STRAIGHTENED = "A lossless crop cannot be straightened, because that makes every pixel anew."


def crop_lossless(photo: Photo, box: PixelBox, wishes: FileWish) -> Rendered:
    """Return a JPEG with the blocks that cover the box, bit for bit those of the photo.

    Its metadata is that of any other crop, less what `wishes` do not want. The orientation tag is
    kept, since turning the blocks could lose some at the edges. MissingExtra without jpeglib;
    UnreadableImage for a JPEG that it cannot read (arithmetic coding, 12 bits).
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
        cut = Cut(photo=stored, box=snapped, size=snapped.size, tag=turn)
        metadata = cleaner(wishes)(metadata.for_crop(cut))
        if (
            turn != 1
            and metadata.exif is None
            and (wishes.keep is not Keep.ALL or not metadata.xmp)
        ):
            metadata = replace(metadata, exif=orientation_block(turn))
        try:
            data = _cropped(jpeglib, photo.data, snapped, grid)
            data = _with_segments(data, photo.data, metadata)
        except (OSError, ValueError) as error:
            message = f"{photo.name} is coded in a way that cannot be cut without loss."
            raise UnreadableImage(message, hint="Crop it without <lossless=True>.") from error
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


def _bare(data: bytes) -> bytes:
    """Return the JPEG without application segments and comments, but with Adobe's colour flag."""
    data = mended(data)
    kept = b"".join(s.encoded for s in segments(data) if _is_coding(s))
    return b"\xff\xd8" + kept + data[scan_start(data) :]


def _is_coding(segment: Segment) -> bool:
    if segment.marker == 0xEE:
        return segment.body.startswith(b"Adobe")
    return segment.marker not in APPLICATION and segment.marker != COM


def _with_segments(cropped: bytes, original: bytes, metadata: Metadata) -> bytes:
    """Give the cropped stream the metadata of the crop, and what else of the original is kept."""
    blocks = [(b"Exif\0\0", metadata.exif), (XMP, metadata.xmp)]
    kept = [segment for each in segments(original) if (segment := _kept(each, metadata))]
    first = [segment for segment in kept if segment.marker == APPLICATION[0]]
    told = [Segment(0xE1, prefix + block) for prefix, block in blocks if block]
    rest = [segment for segment in kept if segment.marker != APPLICATION[0]]
    head = b"".join(segment.encoded for segment in (*first[:1], *told, *rest))
    coding = b"".join(
        s.encoded for s in segments(cropped) if s.marker not in APPLICATION and s.marker != COM
    )
    return b"\xff\xd8" + head + jpeg_app13(metadata) + coding + cropped[scan_start(cropped) :]


def _kept(segment: Segment, metadata: Metadata) -> Segment | None:
    """Return a segment that stays as it is, JFIF without its thumbnail; else None."""
    marker, body = segment.marker, segment.body
    if marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= 14:
        return Segment(marker, body[:12] + b"\0\0")
    if (marker == 0xE2 and body.startswith(ICC)) or (marker == 0xEE and body.startswith(b"Adobe")):
        return segment
    return segment if marker == COM and metadata.comment else None


@contextlib.contextmanager
def _temporary_file(data: bytes) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(suffix=".jpg")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        yield Path(name)
    finally:
        os.unlink(name)
