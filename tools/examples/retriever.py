"""Selection of in-context examples as in Cropper (CVPR 2025, 2408.07790): Q, then G, S and T.

Z = the S photos most similar to the query by Q, the cosine of their embeddings; of each, the T
crops that G likes best: highest score for free cropping, nearest mask centre for subjects (a row
without a subject comes last), nearest ratio for ratios. The query itself and its near-duplicates
are never among them.
"""

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cropsmith.errors import UsageError
from cropsmith.tools.examples.near_duplicate import hashes_of, near_duplicate
from cropsmith.tools.examples.row import PERSONAL, ExampleRow
from cropsmith.tools.images.image_store import ImageStore, downscaled
from cropsmith.tools.images.photo import LOOK_SIDE
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Example, ExpertCrop
from cropsmith.tools.schema.geometry import Point
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.values import Value
from cropsmith.vectorstore.embedder import Embedder, embed_picture
from cropsmith.vectorstore.index import Index

PERSONAL_BONUS = 0.1
"""Added to the similarity of a person's own crops when examples are ranked: taste comes first among
photos that are about equally similar."""

EXAMPLE_SIDE = 1024
"""Long side in pixels of an example's picture in the image store; a model is shown less."""

Choice = Literal["similar", "random"]
"""Q: the photos most similar to the query, or any, drawn anew for each query but the same each
time."""
Criterion = Literal["score", "centre", "ratio"]
"""G: highest MOS, nearest mask centre, nearest ratio."""


class Selection(Value):
    """How examples are chosen for one request."""

    photos: int = 30
    """S."""
    crops: int = 5
    """T, of each photo."""
    which: Choice = "similar"
    """Q."""
    by: Criterion = "score"
    """G."""
    centre: Point | None = None
    """Of the query's subject, for `centre`."""
    ratio: Ratio | None = None
    """The asked ratio, for `ratio`."""
    guard: bool = True
    """Leave out near-duplicates of the query; its own bytes never pass."""


@dataclass(frozen=True)
class Retrieved:
    """Examples, most similar first, and what was left out."""

    examples: tuple[Example, ...]
    duplicates: int = 0
    """Photos that the leak guard refused."""
    missing: tuple[str, ...] = ()
    """Photos of the index whose file has gone."""


@dataclass(frozen=True)
class _Found:
    """One photo of an index, which may have several rows (a text or a subject each)."""

    rows: tuple[ExampleRow, ...]
    similarity: float

    @property
    def rank(self) -> float:
        return self.similarity + PERSONAL_BONUS * (self.rows[0].source == PERSONAL)


@dataclass(frozen=True)
class Shelf:
    """An index with the embedder that made it."""

    index: Index
    by: Embedder


class Retriever:
    """Finds examples for a photo in one or more indexes."""

    def __init__(self, shelves: Sequence[Shelf], images: ImageStore | None = None) -> None:
        """Give an image store to have the examples' pictures put into it, ready to be shown."""
        self._shelves = shelves
        self._images = images

    def examples(self, view: View, selection: Selection) -> Retrieved:
        """Return the examples for a photo. UsageError when an index cannot be used."""
        queried = hashes_of(view.pixels(LOOK_SIDE))
        found: list[_Found] = []
        duplicates = 0
        # Twice as many as asked where files may have gone since they were indexed.
        wanted = selection.photos * (1 if self._images is None else 2)
        for shelf in self._shelves:
            taken = 0
            for photo in self._ordered(shelf, view, selection.which):
                row = photo.rows[0]
                if row.sha256 == view.sha256 or (
                    selection.guard
                    and near_duplicate(queried, row.dhash, photo.similarity, shelf.by.id)
                ):
                    duplicates += 1
                    continue
                found.append(photo)
                taken += 1
                if taken >= wanted:
                    break
        best = sorted(found, key=lambda photo: -photo.rank)
        examples: list[Example] = []
        missing: list[str] = []
        for photo in best:
            if len(examples) == selection.photos:
                break
            if (example := self._example(photo, selection)) is None:
                missing.append(f"{photo.rows[0].source}/{photo.rows[0].name}")
            else:
                examples.append(example)
        return Retrieved(tuple(examples), duplicates, tuple(missing))

    def _ordered(self, shelf: Shelf, view: View, which: Choice) -> Iterator[_Found]:
        """Yield the photos of an index by Q."""
        photos = self._photos(shelf, view)
        if which == "similar":
            return photos

        def drawn(photo: _Found) -> bytes:
            return hashlib.sha256(f"{view.sha256} {photo.rows[0].sha256}".encode()).digest()

        return iter(sorted(photos, key=drawn))

    def _photos(self, shelf: Shelf, view: View) -> Iterator[_Found]:
        """Yield the photos of an index, most similar first, asking for more as they are used."""
        vector = embed_picture(shelf.by, view.pixels(shelf.by.side))
        shelf.index.refuse_other(shelf.by)
        told: set[str] = set()
        count = 64
        while True:
            hits = shelf.index.store.search(vector, count)
            by_photo: dict[str, tuple[float, list[ExampleRow]]] = {}
            for hit in hits:
                row = ExampleRow.read(hit.payload)
                by_photo.setdefault(row.sha256, (hit.similarity, []))[1].append(row)
            for sha256, (similarity, rows) in by_photo.items():
                if sha256 not in told:
                    told.add(sha256)
                    yield _Found(tuple(rows), similarity)
            if len(hits) < count:
                return
            count *= 4

    def _example(self, photo: _Found, selection: Selection) -> Example | None:
        pairs = [(row, crop) for row in photo.rows for crop in row.crops]
        pairs.sort(key=lambda pair: _distance(pair[0], pair[1], selection))
        row = pairs[0][0]
        sha256 = row.sha256 if self._images is None else self._picture(row)
        if sha256 is None:
            return None
        return Example(
            sha256=sha256,
            width=row.size.width,
            height=row.size.height,
            crops=tuple(crop for owner, crop in pairs if owner is row)[: selection.crops],
            similarity=max(-1.0, min(1.0, photo.similarity)),
            source=f"{row.source}/{row.name}",
            subject=row.subject,
        )

    def _picture(self, row: ExampleRow) -> str | None:
        """Put a downscaled copy into the image store and return its name; None if it has gone."""
        if self._images is None:
            return None
        try:
            data = Path(row.path).read_bytes()
        except OSError:
            return None
        return self._images.put(downscaled(data, EXAMPLE_SIDE))


def _distance(row: ExampleRow, crop: ExpertCrop, selection: Selection) -> float:
    """Return minus G: smaller is better; ties keep the dataset's order, which is best first."""
    if selection.by == "ratio" and selection.ratio is not None:
        ratio = crop.box.width * row.size.width / (crop.box.height * row.size.height)
        return abs(math.log(ratio / selection.ratio.value))
    if selection.by == "centre" and selection.centre is not None:
        if row.subject is None:  # the crop's own centre would say nothing of a subject
            return math.inf
        return math.dist((row.subject.x, row.subject.y), (selection.centre.x, selection.centre.y))
    return -(crop.score or 0.0)


def load_shelf(folder: Path) -> Shelf:
    """Open an index with its own embedder. UsageError where there is none."""
    from cropsmith.vectorstore.embedders import embedder

    index = Index.open(folder)
    by = embedder(index.manifest.embedder_name)
    if by.id != index.manifest.embedder:
        index.close()
        raise UsageError(
            f"The index {folder} was built with {index.manifest.embedder}, which is now {by.id}.",
            hint="Build it again.",
        )
    return Shelf(index, by)
