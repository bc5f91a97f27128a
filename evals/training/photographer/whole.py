"""Whole `crop()` runs out of fold, in two installations.

python -m cropsmith.evals.training.photographer.whole FOLDER WEIGHTS CACHE PYTHON COUNT

CACHE holds the fold models of the cross-validation; PYTHON is the other installation's interpreter.
Each photo is framed with the trunk's features and the head of the model that had not seen it, free
and at its expert's ratio; the face map is the shipped eye's. Both make the same COUNT photos.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from cropsmith.errors import CropsmithError
from cropsmith.evals.statistics.clusters import Clustered
from cropsmith.evals.statistics.intervals import bootstrap
from cropsmith.evals.training.photographer.crossval import expert_ratio, fold_model
from cropsmith.evals.training.photographer.examples import FOLDS, Examples, load_examples
from cropsmith.evals.training.photographer.export import as_shipped, head_arrays
from cropsmith.evals.training.photographer.measures import overlap
from cropsmith.evals.training.photographer.train import Batches, Recipe, untrained
from cropsmith.evals.training.photographer.views import features_of, make_views

WORKER = """
import json, sys
from dataclasses import replace
import numpy as np
import cropsmith
import cropsmith.tools.photographer.measurements as measurements
from cropsmith.tools.photographer.network_head import Head
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.vision.backbone import see

kept, now = np.load(sys.argv[1]), {}
measurements.see = lambda pixels: replace(see(pixels), features=now["features"])
preference = Preference.load()
for line in sys.stdin:
    photo, fold, path, ratio = json.loads(line)
    now["features"] = kept[f"features.{photo}"]
    names = [name for name in kept.files if name.startswith(f"head.{fold}.")]
    head = Head(**{name.split(".")[2]: kept[name] for name in names})
    object.__setattr__(preference, "head", head)
    runs = [cropsmith.crop(path, words, trace=False) for words in ("", ratio)]
    boxes = [run.report.crops[0].box.corners for run in runs]
    print(json.dumps(boxes), flush=True)
"""
"""What each installation runs: it must go in versions that do not know of this module."""


def learned(folder: Path, weights: Path, examples: Examples, cache: Path, into: Path) -> list[int]:
    """Write the heads of all folds and the features of their photos; return the photos."""
    recipe = Recipe()
    start = untrained(recipe, weights)
    views = make_views(folder, examples, start.trunk, cache / "views.npy")
    arrays: dict[str, NDArray[np.float32]] = {}
    photos: list[int] = []
    for fold in range(FOLDS):
        model = fold_model(start, Batches(examples, views, recipe), examples, fold, cache)
        arrays |= {f"head.{fold}.{name}": a for name, a in head_arrays(model.head).items()}
        held = np.flatnonzero(examples.folds == fold)
        features = features_of(as_shipped(model.trunk), views[held])
        arrays |= {f"features.{p}": of for p, of in zip(held, features, strict=True)}
        photos += held.tolist()
    np.savez(into, **arrays)  # type: ignore[arg-type]  # numpy's stub has no arrays by name
    return photos


def framed(
    python: str, kept: Path, folder: Path, examples: Examples, photos: Sequence[int]
) -> NDArray[np.float64]:
    """Return (N, 2, 4), the boxes of an installation, free and at the expert's ratio."""
    lines = [
        json.dumps(
            [
                photo,
                int(examples.folds[photo]),
                str(folder / "photos" / examples.names[photo]),
                str(expert_ratio(examples, photo)),
            ]
        )
        for photo in photos
    ]
    command = [python, "-P", "-c", WORKER, str(kept)]
    done = subprocess.run(command, input="\n".join(lines), stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise CropsmithError(f"{python} ended with {done.returncode}.")
    return np.array([json.loads(line) for line in done.stdout.splitlines()], np.float64)


def main(folder: Path, weights: Path, cache: Path, other: Path, count: int) -> None:
    """Print IoU with the experts in both installations, and the paired difference."""
    examples = load_examples(folder)
    with TemporaryDirectory() as scratch:
        kept = Path(scratch) / "kept.npz"
        photos = learned(folder, weights, examples, cache, kept)
        photos = np.random.default_rng(0).permutation(photos)[:count].tolist()
        here, there = (
            framed(python, kept, folder, examples, photos)
            for python in (sys.executable, str(other))
        )
    experts = examples.experts[photos]
    for place, name in enumerate(("free", "at the expert's ratio")):
        ours, theirs = overlap(here[:, place], experts), overlap(there[:, place], experts)
        more = bootstrap(Clustered.gather([examples.names[p] for p in photos], list(ours - theirs)))
        print(
            f"{name}, {len(photos)} photos: here {ours.mean():.4f}, there {theirs.mean():.4f}, "
            f"difference {more.value:.4f} [{more.low:.4f}, {more.high:.4f}]"
        )


if __name__ == "__main__":
    *places, most = sys.argv[1:6]
    training, imagenet, models, python = (Path(place) for place in places)
    main(training, imagenet, models, python, int(most))
