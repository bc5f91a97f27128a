"""Is retrieval worth anything? Carry the crops of similar photos over to held-out ones.

    python -m cropsmith.evals.lab.retrieval.transfer FCDB_TRAIN [--embedder builtin] [--photos S]

Beside it: the centred crop, and the same transfer from random examples (5 draws).
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from cropsmith.evals.lab.retrieval.held_out import (
    Parts,
    asked_ratio,
    centred,
    interval,
    parts,
    told,
)
from cropsmith.tools.examples.retriever import Retriever, Selection
from cropsmith.tools.examples.transfer import transferred
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Example
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

DRAWS = 5


def example_of(photo: LabelledPhoto) -> Example:
    """Return a photo as an example of no particular similarity."""
    assert photo.size is not None
    return Example(
        sha256="",
        width=photo.size.width,
        height=photo.size.height,
        crops=photo.crops,
        similarity=0.0,
        source=photo.name,
    )


def measure(photos: Parts, count: int, *, free: bool) -> dict[str, list[float]]:
    """Return the IoU with the expert's crop of every held-out photo, by method."""
    retriever = Retriever([photos.shelf])
    by = "score" if free else "ratio"
    chance = random.Random(0)
    scores: dict[str, list[float]] = {}
    for photo in photos.held_out:
        assert photo.size is not None
        view = View(open_photo(photo.path))
        ratio = None if free else asked_ratio(photo)
        selection = Selection(photos=count, crops=1, by=by, ratio=ratio)
        found = retriever.examples(view, selection).examples
        shape = 1.0 if ratio is None else ratio.value * photo.size.height / photo.size.width
        boxes: dict[str, Sequence[Box | None]] = {
            "centre 0.9" if free else "centre, maximal": [centred(shape, 0.9 if free else 1.0)],
            "retrieved": [transferred(found, ratio, photo.size)],
            "random examples": [
                transferred(
                    [example_of(p) for p in chance.sample(photos.known, count)],
                    ratio,
                    photo.size,
                )
                for _ in range(DRAWS)
            ],
        }
        if not free:
            boxes["centre, 0.97 of maximal"] = [centred(shape, 0.97)]
        truth = photo.crops[0].box
        for name, each in boxes.items():
            mean = float(np.mean([box.iou(truth) for box in each if box is not None]))
            scores.setdefault(name, []).append(mean)
    return scores


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--embedder", default="builtin")
    parser.add_argument("--photos", type=int, default=30, help="S")
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        photos = parts(arguments.folder, Path(folder), arguments.embedder)
        for free in (False, True):
            scores = measure(photos, arguments.photos, free=free)
            given = "nothing given" if free else "ratio given"
            print(
                f"\nFCDB train, held-out third ({len(photos.held_out)} photos), {given}, "
                f"S={arguments.photos}, {photos.shelf.by.id}; mean IoU, 95 % interval"
            )
            base = scores["centre 0.9" if free else "centre, maximal"]
            for name, values in scores.items():
                gain = np.array(values) - np.array(base)
                print(
                    f"  {name:26s} {told(interval(values))}   gain {told(interval(gain.tolist()))}"
                )
        photos.shelf.index.close()


if __name__ == "__main__":
    main()
