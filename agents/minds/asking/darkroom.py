"""The pictures that a VLM is shown: the photo, with guides if asked, and crops of it."""

import asyncio
import io
import threading
from collections import OrderedDict

from PIL import Image

from cropsmith.agents.backends.boxes.resize import within
from cropsmith.agents.backends.protocol.backend import Backend, Picture
from cropsmith.agents.backends.protocol.pictures import encode, picture_of
from cropsmith.tools.drawing.guides import Overlay, draw_overlay
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.geometry import Box, Size

COMPARED = 512
"""Long side, in pixels, of the crops shown for a decision."""

SCORED = 256
"""Long side of the crops shown in a refinement round (Cropper shows every candidate)."""

KEEP = 8


class Darkroom:
    """Makes pictures for one backend, at the size it sees; the latest photos are kept encoded.

    The same photo gives the same bytes all through a request, so that prefix caches hold.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._lock = threading.Lock()
        self._photos: OrderedDict[tuple[str, str], Picture] = OrderedDict()

    async def photo(self, view: View, overlay: Overlay | None = None) -> Picture:
        """Return the whole photo."""
        return await asyncio.to_thread(self._photo, view, overlay)

    async def crop(self, view: View, box: Box, side: int) -> Picture:
        """Return a crop, at most `side` pixels on its long side; never enlarged."""
        return await asyncio.to_thread(self._crop, view, box, side)

    async def example(self, data: bytes, side: int) -> Picture:
        """Return a stored upright picture, at most `side` pixels on its long side."""
        return await asyncio.to_thread(_stored, data, side)

    def _photo(self, view: View, overlay: Overlay | None) -> Picture:
        key = (view.key, repr(overlay))
        with self._lock:
            if found := self._photos.get(key):
                return found
        size = self._backend.fit(view.size)
        pixels = view.pixels(max(size.width, size.height))
        if overlay is not None:
            pixels = draw_overlay(pixels, overlay)
        made = picture_of(pixels, size)
        with self._lock:
            self._photos[key] = made
            while len(self._photos) > KEEP:
                self._photos.popitem(last=False)
        return made

    def _crop(self, view: View, box: Box, side: int) -> Picture:
        # Enough pixels of the photo that the crop itself reaches `side`.
        share = max(box.width * view.size.width, box.height * view.size.height)
        scale = min(1.0, side / share)
        long_side = max(view.size.width, view.size.height)
        # Few distinct sizes: every one is a decode that the view keeps.
        wanted = next((s for s in (512, 1024, 2048) if s >= scale * long_side), 2048)
        pixels = view.pixels(wanted)
        height, width = pixels.shape[:2]
        left, right = _cells(box.x1, box.x2, width)
        top, bottom = _cells(box.y1, box.y2, height)
        part = pixels[top:bottom, left:right]
        return picture_of(part, within(Size(width=right - left, height=bottom - top), side))


def _cells(low: float, high: float, extent: int) -> tuple[int, int]:
    first = min(extent - 1, round(low * extent))
    return first, max(first + 1, round(high * extent))


def _stored(data: bytes, side: int) -> Picture:
    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", (side, side))
        upright = image.convert("RGB")
        upright.thumbnail((side, side), Image.Resampling.BICUBIC)
        return encode(upright)
