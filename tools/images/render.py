"""The crop itself: whole pixels at full resolution, in the photo's format, nothing lost."""

from dataclasses import replace

import numpy as np
from PIL import Image

from cropsmith.errors import UsageError
from cropsmith.tools.images.budget import check_output, limits_for
from cropsmith.tools.images.camera_raw import no_pixels
from cropsmith.tools.images.decode import decoding, open_image, orientation
from cropsmith.tools.images.encode import encode_frames, exact_palette, idle_quality
from cropsmith.tools.images.frames import Frames, cropped_frames
from cropsmith.tools.images.moments import Moments
from cropsmith.tools.images.outside import in_sandbox
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.images.pixel_format import fit_to_format, format_named, resized
from cropsmith.tools.images.rendered import Rendered
from cropsmith.tools.images.sixteen_bit import is_deep
from cropsmith.tools.images.weight import LOSSY, TRIES, within
from cropsmith.tools.metadata.carried import inventory_of
from cropsmith.tools.metadata.privacy import cleaner, kept_texts
from cropsmith.tools.metadata.rules import TOLD_BY_WISH, removal_notes
from cropsmith.tools.schema.geometry import PixelBox, Size
from cropsmith.tools.schema.request import FileWish, Keep

__all__ = ["Rendered", "render"]

NO_WISHES = FileWish()
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
    wishes: FileWish = NO_WISHES,
) -> Rendered:
    """Return the crop as a file: every frame, resized to `output` if that is given.

    `format` is a name or suffix, by default the photo's own. `lossless` cuts a JPEG without
    decoding it, at the next block boundaries outside the box. `quality` (1 to 100) overrides the
    original's compression. `wishes` are those about the file; a format in them gives way to
    `format`, and a size that no quality reaches is noted. UsageError when they do not go together.
    """
    if photo.raw is not None:
        raise no_pixels(photo.name)
    named = format or wishes.format
    target = format_named(named) if named else photo.format
    _check(photo, box, output)
    plain = photo.upright
    order = (
        plain.size, photo.angle, photo.format, plain.moments, box, output, target, lossless,
        quality, wishes,
    )  # fmt: skip
    if photo.own:
        return rendered(photo.name, photo.data, *order)
    tries = 1 if wishes.most_bytes is None else TRIES
    # Not the frames that the file claims: those that its looks are spread over are limited.
    times = tries if photo.moments is None else tries * photo.moments.reached
    written = (output or box.size, times, target)
    limits = limits_for(len(photo.data), plain.size, photo.format, *written)
    made = in_sandbox(rendered, photo.name, photo.data, *order, sha256=photo.sha256, limits=limits)
    return replace(made, notes=(*photo.notes, *made.notes))


def rendered(
    name: str,
    data: bytes,
    size: Size,
    angle: float,
    own_format: str,
    moments: Moments | None,
    box: PixelBox,
    output: Size | None,
    target: str,
    lossless: bool,
    quality: int | None,
    wishes: FileWish,
) -> Rendered:
    """Do what `render` says, in this process, with the file of a photo that was opened.

    `size` and `moments` are those of the upright photo, the box lies on it turned by `angle`.
    """
    photo = Photo(name=name, data=data, sha256="", size=size, format=own_format, moments=moments)
    photo = photo.straightened(angle)
    made = _made(photo, box, output, target, lossless, quality, wishes)
    if made.data is data:
        return made  # an exact copy
    return replace(made, notes=(*_left_out(photo, wishes), *made.notes))


def _made(
    photo: Photo,
    box: PixelBox,
    output: Size | None,
    target: str,
    lossless: bool,
    quality: int | None,
    wishes: FileWish,
) -> Rendered:
    private = wishes.without_location or wishes.keep is not Keep.ALL
    if lossless:
        if wishes.most_bytes:
            raise UsageError("A lossless crop keeps the coding of the photo, and so its weight.")
        return _lossless(photo, box, output, target, wishes)
    copy = None if private else _unchanged(photo, box, output, target, quality)
    if copy is not None and len(copy.data) <= (wishes.most_bytes or len(copy.data)):
        return copy
    if _stays_deep(photo, target):
        from cropsmith.tools.images.render_sixteen_bit import render_deep

        deep = render_deep(photo, box, output, target, wishes)
        heavy, idle = _too_heavy(len(deep.data), target, wishes), idle_quality(target, quality)
        return replace(deep, notes=(*deep.notes, *idle, *heavy))
    frames = cropped_frames(photo, box, every=target in SEQUENCES)
    with decoding(photo.name):
        final = output or box.size
        frames = _fitted(frames, final, target)
        if target == "GIF":
            frames = frames.each(exact_palette)
        metadata = frames.metadata.for_crop(replace(frames.cut, size=final))
        frames = replace(
            frames,
            metadata=cleaner(wishes)(metadata),
            text=kept_texts(frames.text, wishes),
        )
    encoded = encode_frames(frames, target, quality)
    lighter: tuple[str, ...] = ()
    if wishes.most_bytes and len(encoded.data) > wishes.most_bytes and target in LOSSY:
        encoded, used = within(
            wishes.most_bytes, lambda q: encode_frames(frames, target, q), len(encoded.data)
        )
        lighter = (f"Stored at quality {used}, to keep to the size of the file.",)
    lighter = (*lighter, *_too_heavy(len(encoded.data), target, wishes))
    return Rendered(
        data=encoded.data,
        format=target,
        size=final,
        pixels=box,
        frames=len(frames.images),
        notes=(
            *frames.notes,
            *frames.metadata.notes,
            *encoded.notes,
            *lighter,
            *_enlarged(box, final),
        ),
    )


def _left_out(photo: Photo, wishes: FileWish) -> tuple[str, ...]:
    """Say what the file carries and its crop does not, unless nothing was to be kept of it."""
    asked = TOLD_BY_WISH if wishes.keep is not Keep.ALL else frozenset()
    return removal_notes(inventory_of(photo.data), asked)


def _too_heavy(size: int, target: str, wishes: FileWish) -> tuple[str, ...]:
    """Say that a file is larger than was asked for."""
    if not wishes.most_bytes or size <= wishes.most_bytes:
        return ()
    way = (
        "A smaller size in pixels"
        if target in LOSSY
        else "JPEG or WebP, or a smaller size in pixels,"
    )
    return (
        f"The file has {size / 1000:.0f} kB, more than the"
        f" {wishes.most_bytes / 1000:g} kB asked for. {way} would help.",
    )


def _check(photo: Photo, box: PixelBox, output: Size | None) -> None:
    if box.right > photo.size.width or box.bottom > photo.size.height:
        raise UsageError(
            f"The box {box.left},{box.top},{box.right},{box.bottom} reaches outside the photo of "
            f"{photo.size.width}x{photo.size.height} pixels."
        )
    if output is None:
        return
    check_output(output)
    cut = box.size
    exact = cut.height * output.width / output.height, cut.width * output.height / output.width
    # Either the nearest that the pixels of the photo allow, or the nearest of the output's.
    cannot = abs(cut.width - exact[0]) > 1 and abs(cut.height - exact[1]) > 1
    whole = cut.height * output.width / cut.width, cut.width * output.height / cut.height
    if cannot and abs(output.height - whole[0]) >= 1 and abs(output.width - whole[1]) >= 1:
        raise UsageError(
            f"A crop of {box.size.width}x{box.size.height} pixels cannot become "
            f"{output.width}x{output.height} without distortion."
        )


def _unchanged(
    photo: Photo, box: PixelBox, output: Size | None, target: str, quality: int | None
) -> Rendered | None:
    """Return the photo's own bytes where nothing is to be cut, turned or converted."""
    whole = box.size == photo.size and output in (None, photo.size) and photo.level is None
    if not whole or quality is not None or target != photo.format:
        return None
    with decoding(photo.name), open_image(photo.data, photo.name) as image:
        stored = "JPEG" if image.format == "MPO" else image.format
        tagged = 1 if stored != "TIFF" else int(getattr(image, "tag_v2", {}).get(274, 1))
        if stored != target or orientation(image) != 1 or tagged != 1:
            return None
    note = "Nothing was cut, so the file is an exact copy."
    return Rendered(photo.data, target, photo.size, box, notes=(note,))


def _stays_deep(photo: Photo, target: str) -> bool:
    """Tell whether the crop keeps 16 bits a channel of colour, which Pillow would halve."""
    stored = _stored_format(photo)
    holds = target in ("TIFF", "PNG") or target == stored == "PPM"
    if not holds or stored == "JPEG2000":
        return False
    with decoding(photo.name):
        return is_deep(photo.data, stored)


def _lossless(
    photo: Photo, box: PixelBox, output: Size | None, target: str, wishes: FileWish
) -> Rendered:
    if target != "JPEG" or _stored_format(photo) != "JPEG":
        raise UsageError("A lossless crop is possible from JPEG to JPEG only.")
    from cropsmith.tools.images.lossless import STRAIGHTENED, crop_lossless

    if photo.level is not None:
        raise UsageError(STRAIGHTENED, hint="Leave out <lossless>, or straighten by 0.")
    if output is not None and output != box.size:
        raise UsageError("A lossless crop cannot change the size of the picture.")
    return crop_lossless(photo, box, wishes)


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
