"""Photos that came into the studio: known by their sha256, never by a path."""

import re
from pathlib import PurePosixPath, PureWindowsPath

from cropsmith.agents.trace.database import images_of
from cropsmith.agents.trace.photo import jpeg_of
from cropsmith.errors import UsageError
from cropsmith.studio.settings import StudioSettings
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.tools.images.photo import Photo, open_photo
from cropsmith.tools.schema.plain_text import visible
from cropsmith.tools.schema.values import Value

VIEW_SIDE = 1600
"""Long side of the picture that the browser shows, in pixels."""


class PhotoInfo(Value):
    """What the browser knows of a photo."""

    sha256: str
    name: str
    width: int
    height: int


class Photos:
    """The photos in the image store. Every method works on files: call it off the event loop."""

    def __init__(self, settings: StudioSettings) -> None:
        self._images = ImageStore(images_of(settings.home))

    def receive(self, data: bytes, name: str) -> PhotoInfo:
        """Keep an uploaded photo. UnreadableImage when it is none; then nothing is kept."""
        photo = named(open_photo(data), name)
        self._images.put(data)
        return PhotoInfo(
            sha256=photo.sha256, name=photo.name, width=photo.size.width, height=photo.size.height
        )

    def open(self, sha256: str, name: str = "") -> Photo:
        """Return a photo that came in before; UsageError when it is not here."""
        data = self._images.get(sha256)
        if data is None:
            raise UsageError("This photo is no longer kept.", hint="Drop it in again.")
        return named(open_photo(data), name)

    def view(self, sha256: str) -> bytes:
        """Return an upright JPEG to show; made once, then kept as a thumbnail."""
        jpeg = self._images.smaller(
            sha256, VIEW_SIDE, lambda data: jpeg_of(open_photo(data), VIEW_SIDE)
        )
        if jpeg is None:
            raise UsageError("This photo is no longer kept.", hint="Drop it in again.")
        return jpeg


def named(photo: Photo, name: str) -> Photo:
    """Return the photo under the last part of a name that a browser sent."""
    from dataclasses import replace

    last = PureWindowsPath(PurePosixPath(name).name).name
    clean = re.sub(r"[\s]+", " ", visible(last)).strip()[:120]
    return replace(photo, name=clean or "photo")
