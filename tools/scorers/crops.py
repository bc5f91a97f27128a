"""Embeddings of all crops of a photo: cut from one decoded image, embedded in batches, once."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.geometry import Boxes
from cropsmith.tools.scorers.encoder import Embeddings, Encoder, Pictures

LONG_SIDE = 1024
"""Pixels of the decoded photo that crops are cut from; a quarter of it still fills CLIP's 224."""

BATCH = 16
"""Crops embedded together: memory is that of one batch, however many candidates there are."""

WHOLE = (0.0, 0.0, 1.0, 1.0)


def cut(pixels: NDArray[np.uint8], boxes: Boxes, side: int) -> Pictures:
    """Cut boxes out of one image and squeeze each to a square, shape (N, side, side, 3)."""
    height, width = pixels.shape[:2]
    image = Image.fromarray(pixels)
    out = np.empty((len(boxes), side, side, 3), np.uint8)
    scale = np.array([width, height, width, height], np.float64)
    for index, corners in enumerate(boxes * scale):
        # A box thinner than a pixel has no area to resample; give it the pixel it lies in.
        x1, y1 = np.minimum(corners[:2], (width - 1, height - 1))
        x2, y2 = max(corners[2], x1 + 1), max(corners[3], y1 + 1)
        frame = (float(x1), float(y1), float(min(x2, width)), float(min(y2, height)))
        out[index] = np.asarray(image.resize((side, side), Image.Resampling.BICUBIC, box=frame))
    return out


class EmbeddingCache:
    """The newest embeddings of crops and words, so that a refinement round pays for news only."""

    def __init__(self, keep: int = 2048) -> None:
        self._keep = keep
        self._rows: OrderedDict[tuple[object, ...], Embeddings] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[object, ...]) -> Embeddings | None:
        """Return what was kept under the key."""
        with self._lock:
            if (row := self._rows.get(key)) is not None:
                self._rows.move_to_end(key)
            return row

    def put(self, key: tuple[object, ...], row: Embeddings) -> None:
        """Keep an embedding, dropping the least recently used beyond the limit."""
        with self._lock:
            self._rows[key] = row
            while len(self._rows) > self._keep:
                self._rows.popitem(last=False)


class CropEmbeddings:
    """Embeddings of a photo, of its candidates and of words, computed when first asked for."""

    def __init__(
        self, encoder: Encoder, view: View, boxes: Boxes, cache: EmbeddingCache | None = None
    ) -> None:
        self.encoder = encoder
        self._view = view
        self._boxes = boxes
        self._cache = cache if cache is not None else EmbeddingCache()
        self._crops: Embeddings | None = None

    def original(self) -> Embeddings:
        """Return the whole photo's embedding, shape (D,)."""
        row: Embeddings = self._of(np.array([WHOLE]))[0]
        return row

    def crops(self) -> Embeddings:
        """Return the candidates' embeddings, shape (N, D), in their order."""
        if self._crops is None:
            # The original rides in the first batch: scorers compare with it anyway.
            rows = self._of(np.concatenate([[WHOLE], self._boxes]))
            self._crops = np.asarray(rows[1:])
        return self._crops

    def texts(self, texts: Sequence[str]) -> Embeddings:
        """Return the texts' embeddings, shape (M, D)."""
        missing = [t for t in dict.fromkeys(texts) if self._cache.get(self._text_key(t)) is None]
        fresh = dict(zip(missing, self.encoder.texts(missing), strict=True)) if missing else {}
        rows = []
        for text in texts:
            row = fresh[text] if text in fresh else self._cache.get(self._text_key(text))
            assert row is not None, "a text neither fresh nor kept"
            rows.append(row)
        for text, row in fresh.items():
            self._cache.put(self._text_key(text), row)
        return np.stack(rows)

    def _text_key(self, text: str) -> tuple[object, ...]:
        return (self.encoder.name, "text", text)

    def _of(self, boxes: Boxes) -> Embeddings:
        keys = [(self.encoder.name, self._view.key, *corners) for corners in boxes.tolist()]
        known = {key: row for key in keys if (row := self._cache.get(key)) is not None}
        fresh = {key: corners for key, corners in zip(keys, boxes, strict=True) if key not in known}
        if fresh:
            pixels = self._view.pixels(LONG_SIDE)
            names, corners = list(fresh), np.stack(list(fresh.values()))
            for start in range(0, len(names), BATCH):
                batch = cut(pixels, corners[start : start + BATCH], self.encoder.side)
                for key, row in zip(names[start:], self.encoder.pictures(batch), strict=False):
                    known[key] = row
                    self._cache.put(key, row)
        return np.stack([known[key] for key in keys])
