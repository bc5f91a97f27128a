"""Confidence: a calibrated chance that an expert's crop lies nearer to ours than to the original.

    python -m cropsmith.evals.training.photographer.confidence FCDB CACHE [--write]

Reads what the cross-validation predicted. Every photo of the data set has an answer: the expert's
crop overlaps (IoU) our crop more than the whole photo, or it does not. The odds that the density
itself gives to that are held against the answers by a logistic fit of two numbers, one pair for the
free choice and one for a given ratio. `--write` puts the fit on all photos into preference.npz.
"""

import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cropsmith.evals.training.photographer.examples import FOLDS, Examples, load_examples
from cropsmith.evals.training.photographer.measures import interval, overlap
from cropsmith.evals.training.photographer.predictions import Predictions
from cropsmith.tools.photographer.preference import UNLIKELY
from cropsmith.tools.schema.geometry import Boxes

BINS = 8
STEPS = 30
DRAWS = 1000
WHOLE = np.array([[0.0, 0.0, 1.0, 1.0]])

Floats = NDArray[np.float64]


def nearer(boxes: Boxes, experts: Boxes) -> Floats:
    """Return (N,), 1 where the expert's crop overlaps the box more than the whole photo."""
    whole = overlap(np.tile(WHOLE, (len(boxes), 1)), experts)
    return (overlap(boxes, experts) > whole).astype(np.float64)


def is_cut(boxes: Boxes) -> NDArray[np.bool_]:
    """Tell, (N,), which boxes are not the whole photo: the others need no chance."""
    return np.asarray((boxes != WHOLE).any(1))


def fit(odds: Floats, truth: Floats) -> Floats:
    """Return slope and intercept of the logistic fit of what happened, (M,), over log odds."""
    x = np.column_stack([odds, np.ones(len(odds))])
    scale = np.zeros(2)
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-x @ scale))
        curve = (x * (chance * (1 - chance))[:, None]).T @ x
        scale = scale + np.linalg.solve(curve, x.T @ (truth - chance))
    return scale


def calibrated(odds: Floats, truth: Floats, folds: NDArray[np.int64]) -> Floats:
    """Return (M,) chances, each fold scaled by a fit on the others."""
    chance = np.empty(len(odds))
    for fold in range(FOLDS):
        held = folds == fold
        if held.any():
            slope, intercept = fit(odds[~held], truth[~held])
            chance[held] = 1 / (1 + np.exp(-(slope * odds[held] + intercept)))
    return chance


def error(chance: Floats, truth: Floats) -> float:
    """Return the expected calibration error over bins of equal count."""
    bins = np.array_split(np.argsort(chance, kind="stable"), BINS)
    return float(np.mean([abs(chance[b].mean() - truth[b].mean()) for b in bins]))


def reliability(chance: Floats, truth: Floats) -> Sequence[str]:
    """Return Markdown rows: predicted and observed share in bins of equal count."""
    bins = np.array_split(np.argsort(chance, kind="stable"), BINS)
    return [f"| {chance[b].mean():.3f} | {truth[b].mean():.3f} | {len(b)} |" for b in bins]


def area_under(chance: Floats, truth: Floats) -> float:
    """Return the chance that a photo of which it is true has the higher value: the AUC."""
    true, false = chance[truth == 1], chance[truth == 0]
    above = (true[:, None] > false).mean() + 0.5 * (true[:, None] == false).mean()
    return float(above)


def scales(examples: Examples, found: Predictions) -> NDArray[np.float32]:
    """Return (2, 2): slope and intercept of the free choice, and of that at a given ratio."""
    fitted = []
    for boxes, odds in zip((found.free, found.given), found.nearer.T, strict=True):
        cut = is_cut(boxes)
        fitted.append(fit(odds[cut], nearer(boxes[cut], examples.experts[cut])))
    return np.array(fitted, dtype=np.float32)


def report(boxes: Boxes, odds: Floats, examples: Examples) -> None:
    """Print how well the chances tell, how far they spread and what keeping by them costs."""
    cut, every = is_cut(boxes), len(boxes)
    boxes, odds, experts = boxes[cut], odds[cut], examples.experts[cut]
    truth = nearer(boxes, experts)
    chance = calibrated(odds, truth, examples.folds[cut])
    random = np.random.default_rng(0)
    drawn = [random.integers(0, len(truth), len(truth)) for _ in range(DRAWS)]
    for name, measure in (("AUC", area_under), ("calibration error", error)):
        low, high = np.percentile([measure(chance[d], truth[d]) for d in drawn], [2.5, 97.5])
        print(f"- {name}: {measure(chance, truth):.3f} [{low:.3f}, {high:.3f}]")
    low, middle, high = np.percentile(chance, [10, 50, 90])
    print(f"- nearer to the crop: {truth.mean():.1%}; chances {low:.2f} to {high:.2f}", end="")
    print(f" (10th to 90th percentile), median {middle:.2f}")
    kept = chance < UNLIKELY
    whole = np.tile(WHOLE, (len(boxes), 1))
    change = np.where(kept, overlap(whole, experts) - overlap(boxes, experts), 0)
    print(f"- the whole photo is the best box itself: {every - len(boxes)} of {every} photos")
    print(f"- kept below {UNLIKELY}: {kept.mean():.1%} of the others; IoU {interval(change)}")
    print("\n| predicted | observed | photos |\n|---|---|---|")
    print(*reliability(chance, truth), sep="\n")


def main(folder: Path, cache: Path, *, write: bool) -> None:
    """Print both reports, and store the fit where that is asked."""
    examples = load_examples(folder)
    found = Predictions.load(cache)
    for title, boxes, odds in (
        ("Free", found.free, found.nearer[:, 0]),
        ("Ratio given", found.given, found.nearer[:, 1]),
    ):
        print(f"\n{title}\n")
        report(boxes, odds, examples)
    fitted = scales(examples, found)
    print(f"\nSlope and intercept, free and given:\n{fitted}")
    if write:
        path = Path(str(files("cropsmith.tools.photographer"))) / "preference.npz"
        numbers = dict(np.load(path))
        np.savez(path, **{**numbers, "nearer_scale": fitted})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), write="--write" in sys.argv[3:])
