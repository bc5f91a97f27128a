"""Finds the photo of a trace again: kept, still where it was, or at least small."""

import dataclasses
import hashlib
import io
from pathlib import Path

from PIL import Image

from cropsmith.agents.trace.record import Recorder
from cropsmith.agents.trace.values import Trace
from cropsmith.errors import UnreadableImage, UsageError
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.tools.images.photo import Photo, open_photo
from cropsmith.tools.photographer.opened_photo import SIGHT_SIDE, View


def original(trace: Trace, images: ImageStore) -> bytes | None:
    """Return the very bytes that were cropped, or None when they are gone or changed."""
    if not trace.head.sha256:
        return None
    if (kept := images.get(trace.head.sha256)) is not None:
        return kept
    if not trace.head.path:
        return None
    try:
        data = Path(trace.head.path).read_bytes()
    except OSError:
        return None  # moved, deleted, unmounted: the preview stands in for it
    return data if hashlib.sha256(data).hexdigest() == trace.head.sha256 else None


def small_jpeg(trace: Trace, images: ImageStore, side: int) -> bytes | None:
    """Return a JPEG of the photo as the boxes lie on it, upright and level; None when it is gone.

    It has at most `side` pixels a side.
    """
    angle = trace.angle
    if (data := original(trace, images)) is not None:
        try:
            return jpeg_of(open_photo(data).straightened(angle), side)
        except UnreadableImage:
            pass  # cropped by a version that could read it; the preview stands in
    for picture in trace.pictures:
        if picture.role == "preview":
            kept = images.get(picture.sha256)
            if kept is None or not angle:
                return kept
            return jpeg_of(open_photo(kept).straightened(angle), side)
    return None


def photo_of(trace: Trace, images: ImageStore) -> Photo:
    """Return the photo under the name that it had. UsageError when it is gone."""
    return dataclasses.replace(open_photo(source_of(trace, images)), name=trace.head.source)


def source_of(trace: Trace, images: ImageStore) -> bytes:
    """Return the original's bytes; UsageError when they are gone."""
    if (data := original(trace, images)) is None:
        where = trace.head.path or trace.head.source
        raise UsageError(
            f"The photo of this trace ({where}) is gone or has changed.",
            hint="Put the file back where it was.",
        )
    return data


def jpeg_of(photo: Photo, side: int) -> bytes:
    """Return an upright JPEG without tags, at most `side` pixels a side."""
    image = Image.fromarray(photo.pixels(side))
    image.thumbnail((side, side))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


MAX_PHOTO_BYTES = 32 * 2**20
"""A photo that came without a file (bytes, web, standard input), or whose path is no text, is kept
up to this size."""


def keep_photo(recorder: Recorder, view: View, *, whole: bool = False) -> None:
    """Keep a small preview; the photo's own bytes too when no file holds them, or when `whole`.

    The preview stands in when the file has moved. It comes from the pixels that the built-in eyes
    look at anyway, so it costs one small JPEG.
    """
    if recorder.trace_id is None:
        return
    import cv2

    pixels = cv2.cvtColor(view.pixels(SIGHT_SIDE), cv2.COLOR_RGB2BGR)
    _, jpeg = cv2.imencode(".jpg", pixels, (cv2.IMWRITE_JPEG_QUALITY, 80))
    recorder.picture(jpeg.tobytes(), "preview")
    photo = view.photo
    if whole or (photo.lasting_path is None and len(photo.data) <= MAX_PHOTO_BYTES):
        recorder.picture(photo.data, "photo")
