"""FCDB's training photos in two parts: an index is built of one, the other is asked."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cropsmith.evals.datasets.registry import load
from cropsmith.evals.statistics.clusters import Clustered
from cropsmith.evals.statistics.intervals import Interval, bootstrap
from cropsmith.tools.examples.retriever import Shelf
from cropsmith.tools.examples.row import entries_of
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.vectorstore.build import build
from cropsmith.vectorstore.cache import EmbeddingCache
from cropsmith.vectorstore.embedders import embedder
from cropsmith.vectorstore.index import Index

PARTS = 3
"""A third is held out, by the hash of its names; the descriptor was tuned on the other two."""


@dataclass(frozen=True)
class Parts:
    """The two parts."""

    shelf: Shelf
    """Index of the known part."""
    known: Sequence[LabelledPhoto]
    held_out: Sequence[LabelledPhoto]


def is_held_out(photo: LabelledPhoto) -> bool:
    """Tell the part of a photo by its name."""
    return int(hashlib.sha256(photo.name.encode()).hexdigest(), 16) % PARTS == 0


def parts(folder: Path, index: Path, embedder_name: str = "builtin") -> Parts:
    """Load the photos of a folder and build or complete the index of the known part."""
    photos = [p for p in load(folder).photos if p.crops]
    known = [p for p in photos if not is_held_out(p)]
    by = embedder(embedder_name)
    made = Index.create(index, by, name=embedder_name, dataset="fcdb known part")
    cache = EmbeddingCache(index / "embeddings.sqlite")
    build(made, by, list(entries_of(known)), cache=cache)
    return Parts(Shelf(made, by), known, [p for p in photos if is_held_out(p)])


def asked_ratio(photo: LabelledPhoto) -> Ratio:
    """Return the shape of the expert's crop in whole pixels."""
    assert photo.size is not None
    box = photo.crops[0].box
    width, height = round(box.width * photo.size.width), round(box.height * photo.size.height)
    return Ratio.of(width, height)


def centred(shape: float, share: float = 1.0) -> Box:
    """Return the centred box of a shape in normalised units (width / height), share of maximal."""
    width, height = share * min(1.0, shape), share * min(1.0, 1 / shape)
    return Box.of(((1 - width) / 2, (1 - height) / 2, (1 + width) / 2, (1 + height) / 2))


def interval(values: Sequence[float]) -> Interval:
    """Return the mean with its 95 % bootstrap interval over photos."""
    return bootstrap(Clustered.gather([str(n) for n in range(len(values))], values))


def told(found: Interval) -> str:
    """Return an interval in print."""
    return f"{found.value:+.4f} [{found.low:+.4f}, {found.high:+.4f}]"
