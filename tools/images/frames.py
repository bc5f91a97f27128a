"""The full-resolution crop of every frame of a photo, in the photo's own mode."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PIL import Image

from cropsmith.tools.images.budget import check_frames
from cropsmith.tools.images.decode import (
    decoding,
    open_image,
    orientation,
    told_orientation,
    turned,
)
from cropsmith.tools.images.jpeg_coding import JpegCoding, jpeg_coding
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.images.sixteen_bit import is_deep
from cropsmith.tools.images.tiff_file import first_directory
from cropsmith.tools.images.turning import MARGIN, turned_image
from cropsmith.tools.metadata.chunk_entries import png_colours
from cropsmith.tools.metadata.cut import Cut, turned_angle
from cropsmith.tools.metadata.metadata import Metadata, read_metadata
from cropsmith.tools.schema.geometry import PixelBox, Size
from cropsmith.tools.schema.level import Level


@dataclass(frozen=True)
class Frames:
    """Upright crops, with what the file says about how to show and store them."""

    images: tuple[Image.Image, ...]
    metadata: Metadata
    cut: Cut
    """Where the crop lies in the photo, before any resizing."""
    durations: tuple[float, ...] = ()
    """Milliseconds of each frame; empty for a still photo or pages."""
    loop: int | None = None
    """Times to play, 0 for ever; None where the file does not say (once, for a GIF)."""
    default_image: bool = False
    """APNG: the first frame is for viewers that do not play."""
    compression: str | None = None
    """TIFF: Pillow's name of it."""
    lossless: bool = False
    """WebP: whether the pixels were stored exactly."""
    text: tuple[tuple[str, str], ...] = ()
    """PNG text chunks."""
    chunks: tuple[tuple[bytes, bytes], ...] = ()
    """PNG: what the colours mean, as it stands in the file."""
    coding: JpegCoding | None = None
    """JPEG: quantisation and subsampling."""
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> Size:
        """Of each frame."""
        return Size(width=self.images[0].width, height=self.images[0].height)

    def each(self, change: Callable[[Image.Image], Image.Image]) -> "Frames":
        """Return the frames with every image changed."""
        return replace(self, images=tuple(change(image) for image in self.images))


def stored_box(box: PixelBox, orientation: int, upright: Size) -> PixelBox:
    """Return where a box of the upright image lies in the pixels as they are stored."""
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    width, height = upright.width, upright.height
    stored = {
        2: (width - right, top, width - left, bottom),
        3: (width - right, height - bottom, width - left, height - top),
        4: (left, height - bottom, right, height - top),
        5: (top, left, bottom, right),
        6: (top, width - right, bottom, width - left),
        7: (height - bottom, width - right, height - top, width - left),
        8: (height - bottom, left, height - top, right),
    }.get(orientation, (left, top, right, bottom))
    return PixelBox(left=stored[0], top=stored[1], right=stored[2], bottom=stored[3])


def cut_of(photo: Photo, image: Image.Image, box: PixelBox) -> Cut:
    """Return where a box of the photo lies in the picture that metadata speaks of.

    That is the picture as it is stored, also where the decoder turns it. Call before it is loaded.
    """
    turn = told_orientation(image, photo.data)
    size = photo.upright.size
    stored = size if turn < 5 else Size(width=size.height, height=size.width)
    level = None
    if photo.level is not None:
        level = Level(upright=stored, angle=turned_angle(photo.angle, turn))
    own = stored_box(box, turn, photo.size)
    return Cut(photo=stored, box=own, size=box.size, turn=turn, level=level)


def source_of(photo: Photo, box: PixelBox) -> PixelBox:
    """Return the box of the upright photo whose pixels a crop is made of."""
    return box if photo.level is None else photo.level.around(box, MARGIN)


def cropped_frames(photo: Photo, box: PixelBox, *, every: bool) -> Frames:
    """Decode at full resolution and crop one frame, or `every` one; then turn upright, and level.

    One is the first, but of an animation the frame that stands for it.

    UnreadableImage when a frame cannot be decoded or there are too many.
    """
    with decoding(photo.name):
        # Turned only when the whole photo is out of memory again.
        turn, frames = _cropped_as_stored(photo, box, every)
        frames = frames.each(lambda image: turned(image, turn))
        if (level := photo.level) is None:
            return frames
        place = source_of(photo, box)
        return frames.each(lambda image: turned_image(image, level, box, place))


def _cropped_as_stored(photo: Photo, box: PixelBox, every: bool) -> tuple[int, Frames]:
    with open_image(photo.data, photo.name) as image:
        several = bool(getattr(image, "is_animated", False)) and image.format != "MPO"
        pages = "page" if image.format == "TIFF" else "frame"
        turn = orientation(image)
        stored = stored_box(source_of(photo, box), turn, photo.upright.size)
        corners = (stored.left, stored.top, stored.right, stored.bottom)
        cut = cut_of(photo, image, box)
        image.load()
        facts, size = _facts(photo, image, turn, cut), image.size
        notes = _depth_notes(photo, image)
        if several and not every:
            notes.append(_only(photo, image, pages))
        crops, durations, number = [_cut(image, corners)], [_duration(image)], 0
        while several and every and _seek(image, number := number + 1):
            check_frames(photo.upright.size, source_of(photo, box), number + 1, photo.name)
            image.load()
            if image.size == size:
                crops.append(_cut(image, corners))
                durations.append(_duration(image))
        if several and every and (left_out := number - len(crops)):
            notes.append(f"{left_out} {pages}s of another size were left out.")
    animated = several and every and pages == "frame"
    return turn, replace(
        facts,
        images=tuple(crops),
        durations=tuple(durations) if animated else (),
        notes=tuple(notes),
    )


def _only(photo: Photo, image: Image.Image, pages: str) -> str:
    """Go to the one frame that is kept, and say which it is."""
    shown = 0 if photo.moments is None else photo.moments.shown
    if not shown:
        return f"Only the first {pages} is kept."
    image.seek(shown)
    image.load()
    return f"Only frame {shown + 1} is kept, which shows the most."


def _cut(image: Image.Image, corners: tuple[int, int, int, int]) -> Image.Image:
    """Crop; also beyond 179 megapixels, where Pillow's own crop suspects a bomb."""
    left, top, right, bottom = corners
    limit = Image.MAX_IMAGE_PIXELS
    if limit is None or (right - left) * (bottom - top) <= 2 * limit:
        return image.crop(corners)
    return image.resize((right - left, bottom - top), Image.Resampling.NEAREST, box=corners)


def _seek(image: Image.Image, number: int) -> bool:
    """Go to a frame; False beyond the last. Counting them first would decode a GIF twice."""
    try:
        image.seek(number)
    except EOFError:
        return False
    return True


def _duration(image: Image.Image) -> float:
    return float(image.info.get("duration") or 0)


def _facts(photo: Photo, image: Image.Image, turn: int, cut: Cut) -> Frames:
    info = image.info
    return Frames(
        images=(),
        metadata=read_metadata(image, photo.data),
        cut=cut,
        loop=info.get("loop"),
        default_image=bool(getattr(image, "default_image", False)),
        compression=info.get("compression") if image.format == "TIFF" else None,
        lossless=image.format == "WEBP" and _is_lossless_webp(photo.data),
        text=texts_of(image),
        chunks=tuple(png_colours(photo.data).items()) if image.format == "PNG" else (),
        coding=jpeg_coding(image, turn),
    )


def _is_lossless_webp(data: bytes) -> bool:
    """Tell whether the first picture of a WebP is VP8L (RFC 9649, section 2.6)."""
    place = 12
    while place + 8 <= len(data):
        name, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        if name in (b"VP8L", b"VP8 "):
            return name == b"VP8L"
        # A frame of an animation has a header of 16 bytes, and then chunks of its own.
        place += 24 if name == b"ANMF" else 8 + size + size % 2
    return False


def texts_of(image: Image.Image) -> tuple[tuple[str, str], ...]:
    """Return the text chunks of a PNG that was opened, packets of XMP and the like apart."""
    found = getattr(image, "text", None) if image.format == "PNG" else None
    return tuple(
        (str(key), str(value))
        for key, value in (found or {}).items()
        if key != "XML:com.adobe.xmp" and not key.startswith("Raw profile type")
    )


def _depth_notes(photo: Photo, image: Image.Image) -> list[str]:
    """Say so where the file is deeper than what Pillow decodes it to."""
    depth = 8
    if image.format == "HEIF":
        depth = int(image.info.get("bit_depth") or 8)
    elif image.format == "TIFF":
        depth = max(first_directory(photo.data).get(258, (1,)))
    elif image.format == "PNG":
        depth = photo.data[24]
    elif image.format in ("PPM", "JPEG2000"):
        depth = 16 if is_deep(photo.data, image.format) else 8
    kept = 16 if image.mode.startswith("I;16") else 32 if image.mode in ("I", "F") else 8
    if depth <= kept:
        return []
    return [f"The {depth} bits of each channel were reduced to {kept}."]
