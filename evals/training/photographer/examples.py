"""The training photos as arrays: early maps, expert boxes, voted pairs, folds.

The data set is FCDB's training part (Chen et al., WACV 2017) as `docs/photographer.md` states. Only
numbers derived from it leave this module; no photo is written anywhere but into the caller's own
cache folder.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Boxes

FOLDS = 5


@dataclass(frozen=True)
class Examples:
    """N photos. Boxes are normalised xyxy; arrays are parallel."""

    names: list[str]
    sizes: NDArray[np.float64]
    """(N, 2), width and height in pixels."""
    experts: Boxes
    """(N, 4), the best human crop."""
    pairs: NDArray[np.float64]
    """(N, 10, 2, 4), the two crops of each voted pair."""
    votes: NDArray[np.float64]
    """(N, 10, 2), votes for each."""
    folds: NDArray[np.int64]
    """(N,), by a hash of the file name."""

    @property
    def aspects(self) -> NDArray[np.float64]:
        """(N,), width / height."""
        return np.asarray(self.sizes[:, 0] / self.sizes[:, 1])

    def of(self, photos: NDArray[np.int64]) -> Self:
        """Return some of the photos, by their places."""
        names = [self.names[photo] for photo in photos]
        rest = {name: value[photos] for name, value in vars(self).items() if name != "names"}
        return replace(self, names=names, **rest)


def fold_of(name: str) -> int:
    """Return the fold that holds a photo out: a hash of its file name, the same everywhere."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % FOLDS


def load_examples(folder: Path) -> Examples:
    """Read annotations.json and votes.json of an FCDB folder (see docs/reports/photographer.md)."""
    records = json.loads((folder / "annotations.json").read_text("utf-8"))
    votes = {r["file"]: r["pairs"] for r in json.loads((folder / "votes.json").read_text("utf-8"))}
    sizes = np.array([(r["width"], r["height"]) for r in records], dtype=np.float64)
    crops = [(p["crop_0"], p["crop_1"]) for r in records for p in votes[r["file"]]]
    counts = [(p["vote_for_0"], p["vote_for_1"]) for r in records for p in votes[r["file"]]]
    pairs = np.array(crops, dtype=np.float64).reshape(len(records), -1, 2, 4)
    return Examples(
        names=[r["file"] for r in records],
        sizes=sizes,
        experts=_normalised(np.array([r["crop"] for r in records], dtype=np.float64), sizes),
        pairs=_normalised(pairs, sizes[:, None, None]),
        votes=np.array(counts, dtype=np.float64).reshape(len(records), -1, 2),
        folds=np.array([fold_of(r["file"]) for r in records]),
    )


def _normalised(xywh: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    low = xywh[..., :2] / sizes
    high = (xywh[..., :2] + xywh[..., 2:]) / sizes
    # A few published boxes overrun the photo by a pixel or two.
    return np.asarray(np.clip(np.concatenate([low, high], -1), 0, 1))
