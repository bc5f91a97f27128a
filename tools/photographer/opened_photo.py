"""A photo as the nodes see it: opened and measured once, shared by nodes that run side by side."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.images.photo import LOOK_SIDE, Photo, open_photo
from cropsmith.tools.schema.geometry import Size

if TYPE_CHECKING:
    from cropsmith.tools.finder.nanodet import Found
    from cropsmith.tools.photographer.measurements import Sight

SIGHT_SIDE = LOOK_SIDE
"""Long side, in pixels, of what the built-in photographer looks at."""

FINDER_SIDE = 512
"""Long side, in pixels, of what the finder of things looks at."""


class View:
    """An opened photo with what has been measured on it. Safe to share between threads."""

    def __init__(self, photo: Photo) -> None:
        self.photo = photo
        self._lock = threading.RLock()
        self._pixels: dict[int, NDArray[np.uint8]] = {}
        self._sight: Sight | None = None
        self._things: Found | None = None

    def of(self, photo: Photo) -> "View":
        """Return the view of a photo with the same bytes, all that was measured taken over."""
        if photo == self.photo:
            return self
        view = View(photo)
        with self._lock:
            view._pixels, view._sight = dict(self._pixels), self._sight
            view._things = self._things
        return view

    @property
    def sha256(self) -> str:
        """Of the photo's bytes."""
        return self.photo.sha256

    @property
    def key(self) -> str:
        """Tells apart what is measured: of a straightened photo it is not that of the file."""
        return self.photo.key

    @property
    def size(self) -> Size:
        """Of the upright, level photo, in pixels."""
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
                moments = self.photo.moments
                over = () if moments is None else moments.looks
                self._sight = look(self.pixels(SIGHT_SIDE), over)
            return self._sight

    @property
    def things(self) -> "Found":
        """What the offline finder finds; looked for at the first use."""
        from cropsmith.tools.finder.nanodet import find_things

        with self._lock:
            if self._things is None:
                self._things = find_things(self.pixels(FINDER_SIDE))
            return self._things


class Views:
    """The photos opened by a process, by their key; the newest few and those in use are kept."""

    def __init__(self, keep: int = 4, opener: Callable[[object], Photo] = open_photo) -> None:
        self._keep = keep
        self._opener = opener
        self._lock = threading.Lock()
        self._views: dict[str, View] = {}
        self._held: Counter[str] = Counter()

    @contextmanager
    def holding(self, source: object) -> Iterator[View]:
        """Open a photo and keep it while the block runs, however many others are opened."""
        photo = source if isinstance(source, Photo) else self._opener(source)
        with self._lock:
            self._held[photo.sha256] += 1
        try:
            yield self.add(photo)
        finally:
            with self._lock:
                self._held[photo.sha256] -= 1
                self._held += Counter()  # drops those that nobody holds
                self._forget()

    def open(self, source: object) -> View:
        """Open whatever `open_photo` takes, or an open Photo; UnreadableImage if it cannot be."""
        return self.add(source if isinstance(source, Photo) else self._opener(source))

    def add(self, photo: Photo) -> View:
        """Return the view of a photo; what was measured on the same bytes is not measured anew.

        Copies of a file are different photos: each has its own name, and must not be overwritten.
        """
        with self._lock:
            known = self._views.pop(photo.key, None)
            view = known.of(photo) if known else View(photo)
            self._views[photo.key] = view
            self._forget()
            return view

    def _forget(self) -> None:
        """Let go of the oldest that nobody holds, down to the number to keep."""
        free = [key for key, view in self._views.items() if view.sha256 not in self._held]
        for key in free[: max(0, len(self._views) - self._keep)]:
            del self._views[key]

    def get(self, key: str) -> View | None:
        """Return the view if it is still in memory; the key of an upright photo is its sha256."""
        with self._lock:
            return self._views.get(key)
