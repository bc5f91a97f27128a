"""A photo as the nodes see it: opened and measured once, shared by nodes that run side by side."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.images.photo import LOOK_SIDE, Photo, open_photo
from cropsmith.tools.schema.geometry import Size

if TYPE_CHECKING:
    from cropsmith.tools.photographer.measurements import Sight

SIGHT_SIDE = LOOK_SIDE
"""Long side, in pixels, of what the built-in photographer looks at."""


class View:
    """An opened photo with what has been measured on it. Safe to share between threads."""

    def __init__(self, photo: Photo) -> None:
        self.photo = photo
        self._lock = threading.RLock()
        self._pixels: dict[int, NDArray[np.uint8]] = {}
        self._sight: Sight | None = None

    def of(self, photo: Photo) -> "View":
        """Return the view of a photo with the same bytes, all that was measured taken over."""
        if photo == self.photo:
            return self
        view = View(photo)
        with self._lock:
            view._pixels, view._sight = dict(self._pixels), self._sight
        return view

    @property
    def sha256(self) -> str:
        """Of the photo's bytes."""
        return self.photo.sha256

    @property
    def size(self) -> Size:
        """Of the upright photo, in pixels."""
        return self.photo.size

    def pixels(self, long_side: int) -> NDArray[np.uint8]:
        """Return upright RGB, shape (H, W, 3), at most `long_side` pixels a side; decoded once."""
        with self._lock:
            if long_side not in self._pixels:
                self._pixels[long_side] = self.photo.pixels(long_side)
            return self._pixels[long_side]

    @property
    def sight(self) -> "Sight":
        """What the built-in eyes see; measured at the first use."""
        from cropsmith.tools.photographer.measurements import look

        with self._lock:
            if self._sight is None:
                self._sight = look(self.pixels(SIGHT_SIDE))
            return self._sight


class Views:
    """The photos opened by a process, by sha256; the newest few are kept."""

    def __init__(self, keep: int = 4, opener: Callable[[object], Photo] = open_photo) -> None:
        self._keep = keep
        self._opener = opener
        self._lock = threading.Lock()
        self._views: dict[str, View] = {}

    def open(self, source: object) -> View:
        """Open whatever `open_photo` takes, or an open Photo; UnreadableImage if it cannot be."""
        return self.add(source if isinstance(source, Photo) else self._opener(source))

    def add(self, photo: Photo) -> View:
        """Return the view of a photo; what was measured on the same bytes is not measured anew.

        Copies of a file are different photos: each has its own name, and must not be overwritten.
        """
        with self._lock:
            known = self._views.pop(photo.sha256, None)
            view = known.of(photo) if known else View(photo)
            self._views[photo.sha256] = view
            while len(self._views) > self._keep:
                self._views.pop(next(iter(self._views)))
            return view

    def get(self, sha256: str) -> View | None:
        """Return the view if it is still in memory."""
        with self._lock:
            return self._views.get(sha256)
