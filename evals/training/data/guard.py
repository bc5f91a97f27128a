"""The guard of test parts: what a model is measured on never teaches it.

A photo is refused when its own data set puts it into the test part, when a test part at hand names
it, and, where the photos are there, when it is the same file as a test photo or looks like one.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cropsmith.errors import UsageError
from cropsmith.evals.datasets.dataset import Dataset
from cropsmith.tools.examples.near_duplicate import BITS, dhash, hashes_of
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import SIGHT_SIDE
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

TEST = "test"
TEST_ONLY = frozenset({"flms", "horanyi-pr", "textcrop"})
"""Data sets that everybody only measures on."""

OWN_SPLIT = "in the test part of its own data set"
NAMED = "named by a test part"
SAME = "the same file as a test photo"
ALIKE = "looks like a test photo"


def is_test(photo: LabelledPhoto) -> bool:
    """Tell whether a photo's own data set keeps it for measuring."""
    return photo.split == TEST or photo.source in TEST_ONLY


@dataclass(frozen=True)
class Sifted:
    """Photos that may teach, and how many were refused, by reason."""

    kept: Sequence[LabelledPhoto]
    refused: Mapping[str, int] = field(default_factory=dict)


class Guard:
    """Knows the test photos at hand."""

    def __init__(self, datasets: Iterable[Dataset] = ()) -> None:
        tests = [photo for data in datasets for photo in data.photos if is_test(photo)]
        self._names = {(photo.source, photo.name) for photo in tests}
        here = [path for photo in tests if (path := Path(photo.path)).is_file()]
        self._digests = {_digest(path) for path in here}
        self._hashes: NDArray[np.uint64] = np.array([dhash(_pixels(p)) for p in here], np.uint64)

    def reason(self, photo: LabelledPhoto) -> str:
        """Return why a photo may not teach; empty where it may."""
        if is_test(photo):
            return OWN_SPLIT
        if (photo.source, photo.name) in self._names:
            return NAMED
        path = Path(photo.path)
        if not self._digests or not path.is_file():
            return ""
        if _digest(path) in self._digests:
            return SAME
        for seen in hashes_of(_pixels(path)):
            if (np.bitwise_count(self._hashes ^ np.uint64(seen)) <= BITS).any():
                return ALIKE
        return ""

    def sift(self, photos: Sequence[LabelledPhoto]) -> Sifted:
        """Return the photos that may teach. UsageError where none may."""
        reasons = [self.reason(photo) for photo in photos]
        refused = dict(Counter(filter(None, reasons)))
        kept = [photo for photo, why in zip(photos, reasons, strict=True) if not why]
        if not kept:
            told = ", ".join(f"{count:,} {why}" for why, count in refused.items()) or "it is empty"
            raise UsageError(
                f"No photo of this data may teach: {told}.", hint="Train on a training part."
            )
        return Sifted(kept, refused)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _pixels(path: Path) -> NDArray[np.uint8]:
    return open_photo(path).pixels(SIGHT_SIDE)
