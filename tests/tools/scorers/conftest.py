"""A photo, a request and a stand-in for CLIP whose numbers can be worked out by hand."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent, Target
from cropsmith.tools.scorers.encoder import Embeddings, Pictures


class MeanColour:
    """Embeds a picture as its mean colour and brightness spread; counts what it embeds."""

    name = "mean colour"
    side = 32

    def __init__(self) -> None:
        self.embedded = 0
        self.largest = 0

    def pictures(self, batch: Pictures) -> Embeddings:
        self.embedded += len(batch)
        self.largest = max(self.largest, len(batch))
        rows = batch.reshape(len(batch), -1, 3).astype(np.float64)
        rows = np.concatenate([rows.mean(axis=1), rows.std(axis=(1, 2))[:, None]], axis=1)
        unit: Embeddings = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return unit

    def texts(self, texts: Sequence[str]) -> Embeddings:
        rows = np.array([[len(t), t.count("e"), t.count("a"), 1] for t in texts], np.float64)
        unit: Embeddings = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return unit


@pytest.fixture
def encoder() -> MeanColour:
    return MeanColour()


@pytest.fixture
def view(photos: Path) -> View:
    """An upright photo, 384 x 512."""
    return View(open_photo(photos / "astronaut.jpg"))


@pytest.fixture
def intent() -> Intent:
    return Intent(task="free", targets=(Target(),))


Make = Callable[..., Candidate]


@pytest.fixture
def candidate() -> Make:
    """Return a function (id, x1, y1, x2, y2) -> a candidate of the first target."""

    def make(id: str, *corners: float) -> Candidate:
        box, provenance = Box.of(corners), Provenance(source="test")
        return Candidate(id=id, target=0, box=box, provenance=provenance)

    return make
