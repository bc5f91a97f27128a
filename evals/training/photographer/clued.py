"""The clues of every photo's candidates and voted pairs, by the model that had not seen it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cropsmith.evals.training.photographer.crossval import SEEN, as_preference, expert_ratio, nth
from cropsmith.evals.training.photographer.examples import FOLDS, Examples
from cropsmith.evals.training.photographer.finds import find_every
from cropsmith.evals.training.photographer.measures import overlap
from cropsmith.evals.training.photographer.predictions import Predictions
from cropsmith.evals.training.photographer.train import read_model
from cropsmith.tools.finder.nanodet import Found
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.clues import clues_of
from cropsmith.tools.photographer.grids import around
from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.photographer.network_head import pooled_cells, pooled_strips
from cropsmith.tools.photographer.opened_photo import SIGHT_SIDE
from cropsmith.tools.photographer.preference import Preference, shape_of
from cropsmith.tools.schema.geometry import Boxes
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.vision.backbone import Seen

Floats = NDArray[np.float64]
Clues = NDArray[np.float32]

FILE = "clues.npz"
NEAR = (1 / 12, 1 / 24)
"""Steps, as shares of a side, of the boxes round today's choice that are candidates too."""


@dataclass(frozen=True)
class Choice:
    """Candidates of N photos, today's choice first."""

    clues: Clues
    """(N, K, M)"""
    overlaps: Floats
    """(N, K): IoU of each with the expert's crop."""


@dataclass(frozen=True)
class Clued:
    """What the second stage learns from and is judged on; rows are parallel."""

    free: Choice
    given: Choice
    pairs: Clues
    """(N, 10, 2, M): clues of the crops that were voted on."""
    margins: Floats
    """(N, 10): today's log odds that the first of a pair is preferred."""
    shares: Floats
    """(N, 10): share of the voters that prefer the first."""
    photos: NDArray[np.int64]
    """(N,): the photos' places in the examples."""
    folds: NDArray[np.int64]


def clued(folder: Path, examples: Examples, cache: Path) -> Clued:
    """Return the clues of every photo; made once and kept in the cache folder."""
    path = cache / FILE
    if not path.exists():
        made = _made(folder, examples, cache)
        np.savez(path, **made)  # type: ignore[arg-type]  # numpy's stub has no arrays by name
    kept = np.load(path)
    free, given = (Choice(kept[f"{of}.clues"], kept[f"{of}.overlaps"]) for of in ("free", "given"))
    photos = kept["photos"]
    shares = (examples.votes[..., 0] / examples.votes.sum(-1))[photos]
    folds = examples.folds[photos]
    return Clued(free, given, kept["pairs"], kept["margins"], shares, photos, folds)


def _made(folder: Path, examples: Examples, cache: Path) -> dict[str, NDArray[Any]]:
    finds = find_every(folder, examples.names, cache)
    seen = Seen(**np.load(cache / SEEN))
    found = Predictions.load(cache)
    paths = (cache / f"fold_{fold}.pt" for fold in range(FOLDS))
    models = [as_preference(read_model(path)) if path.exists() else None for path in paths]
    rows: dict[str, list[NDArray[Any]]] = {}
    photos = [p for p in range(len(examples.names)) if not np.isnan(found.free[p, 0])]
    for photo in photos:
        pixels = open_photo(folder / "photos" / examples.names[photo]).pixels(SIGHT_SIDE)
        sight, model = Sight(pixels, nth(seen, photo)), models[examples.folds[photo]]
        assert model is not None
        row: dict[str, NDArray[Any]] = {}
        for name, pool, ratio in (
            ("free", found.free_pool[photo], None),
            ("given", found.given_pool[photo], expert_ratio(examples, photo)),
        ):
            shape = shape_of(sight, ratio)
            boxes = np.concatenate([pool, *(around(pool[:1], step, shape)[1:] for step in NEAR)])
            expert = np.tile(examples.experts[photo], (len(boxes), 1))
            row[f"{name}.clues"] = _clues(model, sight, finds[photo], boxes, ratio)
            row[f"{name}.overlaps"] = overlap(boxes, expert)
        pairs = examples.pairs[photo].reshape(-1, 4)
        row["pairs"] = _clues(model, sight, finds[photo], pairs).reshape(
            -1, 2, row["free.clues"].shape[1]
        )
        row["margins"] = found.margins[photo]
        for name, value in row.items():
            rows.setdefault(name, []).append(value)
    return {name: np.stack(values) for name, values in rows.items()} | {"photos": np.array(photos)}


def _clues(
    model: Preference, sight: Sight, found: Found, boxes: Boxes, ratio: Ratio | None = None
) -> Clues:
    """Return (N, M): the runtime's clues, and the eye's own map as the head pools it."""
    maps, small = sight.features, boxes.astype(np.float32)
    around_all = np.tile(maps.mean((0, 1)), (len(boxes), 1))
    pooled = [pooled_cells(maps, small), pooled_strips(maps, small), around_all]
    return np.hstack([clues_of(model, sight, found, boxes, ratio), *pooled]).astype(np.float32)
