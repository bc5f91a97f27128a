"""Photos of the studio: known by their sha256, opened from where they lie."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from cropsmith.agents.trace.database import images_of
from cropsmith.agents.trace.photo import jpeg_of
from cropsmith.errors import CropsmithError, UnreadableImage, UsageError, why
from cropsmith.studio.settings import StudioSettings
from cropsmith.studio.sittings.store import SittingStore
from cropsmith.studio.sittings.values import Entry
from cropsmith.tools.images.camera_raw import is_raw_name, no_pixels
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.tools.images.photo import Photo, open_photo
from cropsmith.tools.schema.plain_text import plain_unicode, visible

SIDES = {"": 1600, "small": 640}
"""Long sides of the pictures that the browser shows, in pixels: one photo, and many."""


class Photos:
    """The photos that came in. Every method works on files: call it off the event loop."""

    def __init__(self, settings: StudioSettings, store: SittingStore) -> None:
        self._images = ImageStore(images_of(settings.home))
        self._store = store
        self._most = settings.max_upload

    def receive(self, data: bytes, name: str) -> Entry:
        """Keep an uploaded photo. UnreadableImage, which names it, when it is none."""
        with _naming(name):
            photo = replace(open_photo(data), name=clean(name))
        self._images.put(data)
        return entry_of(photo)

    def look(self, path: Path) -> Entry:
        """Return the entry of a file that stays where it is; its problem where it is no photo."""
        try:
            with _naming(path.name):
                if is_raw_name(path.name):
                    raise no_pixels(path.name)
                if path.stat().st_size > self._most:
                    raise UnreadableImage(f"It has more than {self._most / 1e6:.0f} MB.")
                photo = open_photo(path)
        except OSError as error:
            problem = f"{visible(path.name)}: {why(error)}."
        except CropsmithError as error:
            problem = error.message
        else:
            if photo.lasting_path is None:  # its path is no text
                self._images.put(photo.data)
            return entry_of(photo)
        where = plain_unicode(str(path))
        return Entry(number=0, name=visible(path.name), path=where, problem=problem)

    def open(self, sha256: str, name: str) -> Photo:
        """Return a photo that came in before, by its name there; UsageError when it is not here."""
        if (data := self._images.get(sha256)) is not None:
            return replace(open_photo(data), name=name)
        path = self._path(sha256)
        if path is None:
            raise _gone(name)
        return replace(open_photo(path), name=name)

    def view(self, sha256: str, size: str = "", angle: float = 0.0) -> bytes:
        """Return a JPEG to show, upright and turned by `angle`; made once, kept as a thumbnail."""
        side = SIDES[size]

        def made(data: bytes) -> bytes:
            return jpeg_of(open_photo(data), side)

        def elsewhere() -> bytes | None:
            path = self._path(sha256)
            return None if path is None else path.read_bytes()

        jpeg = self._images.smaller(sha256, side, made, elsewhere)
        if jpeg is None:
            raise _gone("")
        return jpeg_of(open_photo(jpeg).straightened(angle), side) if angle else jpeg

    def _path(self, sha256: str) -> Path | None:
        """Return the file that still holds the photo."""
        self._images.path(sha256)  # refuses what is no sha256
        known = self._store.path_of(sha256)
        try:
            same = known and hashlib.sha256(Path(known).read_bytes()).hexdigest() == sha256
        except OSError:
            return None
        return Path(known) if known and same else None


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Say of which file it is what is wrong with it."""
    try:
        yield
    except CropsmithError as error:
        called = clean(name)
        told = error.message.replace("the bytes", called)
        told = told if called in told else f"{called}: {told}"
        raise UnreadableImage(told, hint=error.hint) from error


def _gone(name: str) -> UsageError:
    return UsageError(
        f"{name or 'This photo'} is no longer kept, or its file has changed.",
        hint="Drop it in again.",
    )


def entry_of(photo: Photo) -> Entry:
    """Return the entry of an open photo, not yet numbered."""
    path = photo.lasting_path
    return Entry(
        number=0,
        sha256=photo.sha256,
        name=photo.name,
        path=str(path or ""),
        size=photo.size,
        notes=photo.notes,
    )


def clean(name: str) -> str:
    """Return the last part of a name that somebody else chose, fit to be shown."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    return re.sub(r"[\s]+", " ", visible(last)).strip()[:120] or "photo"
