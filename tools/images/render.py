"""The crop itself: whole pixels at full resolution, in the photo's format, nothing lost."""

from dataclasses import replace

import numpy as np
from PIL import Image

from cropsmith.errors import UsageError
from cropsmith.tools.images.decode import decoding, open_image, orientation
from cropsmith.tools.images.encode import encode_frames, exact_palette
from cropsmith.tools.images.frames import Frames, cropped_frames
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.images.pixel_format import fit_to_format, format_named, resized
from cropsmith.tools.images.rendered import Rendered
from cropsmith.tools.images.sixteen_bit import is_deep
from cropsmith.tools.schema.geometry import PixelBox, Size

__all__ = ["Rendered", "render"]

SEQUENCES = frozenset({"GIF", "PNG", "WEBP", "AVIF", "TIFF"})
"""Formats that hold several frames or pages; of others the first is written."""


def render(
    photo: Photo,
    box: PixelBox,
    *,
    output: Size | None = None,
    format: str | None = None,
    lossless: bool = False,
    quality: int | None = None,
) -> Rendered:
    """Return the crop as a file: every frame, resized to `output` if that is given.

    `format` is a name or suffix, by default the photo's own. `lossless` cuts a JPEG without
    decoding it, at the next block boundaries outside the box. `quality` (1 to 100) overrides the
    original's compression. UsageError when the wishes do not go together.
    """
    target = format_named(format) if format else photo.format
    _check(photo, box, output)
    if lossless:
        return _lossless(photo, box, output, target)
    if (copy := _unchanged(photo, box, output, target, quality)) is not None:
        return copy
    if target in ("TIFF", "PNG") and is_deep(photo.data, _stored_format(photo)):
        from cropsmith.tools.images.render_sixteen_bit import render_deep

        return render_deep(photo, box, output, target)
    frames = cropped_frames(photo, box, every=target in SEQUENCES)
    with decoding(photo.name):
        size = output or box.size
        frames = _fitted(frames, size, target)
        if target == "GIF":
            frames = frames.each(exact_palette)
        frames = replace(frames, metadata=frames.metadata.for_crop(size))
    encoded = encode_frames(frames, target, quality)
    return Rendered(
        data=encoded.data,
        format=target,
        size=size,
        pixels=box,
        frames=len(frames.images),
        notes=(*frames.notes, *frames.metadata.notes, *encoded.notes, *_enlarged(box, size)),
    )


def _check(photo: Photo, box: PixelBox, output: Size | None) -> None:
    if box.right > photo.size.width or box.bottom > photo.size.height:
        raise UsageError(
            f"The box {box.left},{box.top},{box.right},{box.bottom} reaches outside the photo of "
            f"{photo.size.width}x{photo.size.height} pixels."
        )
    if output is None:
        return
    exact = box.size.height * output.width / output.height, box.size.width * output.height
    if abs(box.size.width - exact[0]) > 1 and abs(box.size.height - exact[1] / output.width) > 1:
        raise UsageError(
            f"A crop of {box.size.width}x{box.size.height} pixels cannot become "
            f"{output.width}x{output.height} without distortion."
        )


def _unchanged(
    photo: Photo, box: PixelBox, output: Size | None, target: str, quality: int | None
) -> Rendered | None:
    """Return the photo's own bytes where nothing is to be cut, turned or converted."""
    whole = box.size == photo.size and output in (None, photo.size)
    if not whole or quality is not None or target != photo.format:
        return None
    with decoding(photo.name), open_image(photo.data, photo.name) as image:
        stored = "JPEG" if image.format == "MPO" else image.format
        tagged = 1 if stored != "TIFF" else int(getattr(image, "tag_v2", {}).get(274, 1))
        if stored != target or orientation(image) != 1 or tagged != 1:
            return None
    note = "Nothing was cut, so the file is an exact copy."
    return Rendered(photo.data, target, photo.size, box, notes=(note,))


def _lossless(photo: Photo, box: PixelBox, output: Size | None, target: str) -> Rendered:
    if target != "JPEG" or _stored_format(photo) != "JPEG":
        raise UsageError("A lossless crop is possible from JPEG to JPEG only.")
    if output is not None and output != box.size:
        raise UsageError("A lossless crop cannot change the size of the picture.")
    from cropsmith.tools.images.lossless import crop_lossless

    return crop_lossless(photo, box)


def _fitted(frames: Frames, size: Size, target: str) -> Frames:
    profile = frames.metadata.icc
    notes = list(frames.notes)
    images: list[Image.Image] = []
    applied = False
    for image in frames.images:
        fitted = fit_to_format(resized(image, size), target, profile)
        images.append(fitted.image)
        notes += [note for note in fitted.notes if note not in notes]
        applied = applied or fitted.profile_applied
    metadata = frames.metadata.without_profile() if applied else frames.metadata
    return replace(frames, images=tuple(images), metadata=metadata, notes=tuple(notes))


def _enlarged(box: PixelBox, size: Size) -> tuple[str, ...]:
    if size.width <= box.size.width and size.height <= box.size.height:
        return ()
    factor = float(np.sqrt(size.width * size.height / (box.size.width * box.size.height)))
    return (f"The crop was enlarged {factor:.2g} times.",)


def _stored_format(photo: Photo) -> str:
    """Return the format of the bytes, which for arrays is not that of the output."""
    if photo.data[:3] == b"\xff\xd8\xff":
        return "JPEG"
    if photo.data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "TIFF"
    return photo.format
