"""A second stage over the photographer's proposals, judged out of fold and nested.

    python -m cropsmith.evals.training.photographer.second FCDB CACHE [--write]

CACHE is that of `crossval`. Each photo's candidates and clues come from the model of its own fold,
which had not seen it; a second stage is taught on those of the other folds and judged on the fold's
own photos, beside today's choice on the same photos. Every row is one kind of second stage. --write
puts what was learnt of the voters, on all photos, into preference.npz.
"""

import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import numpy as np

from cropsmith.evals.training.photographer.clued import Clued, clued
from cropsmith.evals.training.photographer.examples import Examples, load_examples
from cropsmith.evals.training.photographer.measures import interval, vote_gain
from cropsmith.evals.training.photographer.stages import (
    StageOf,
    Told,
    cheaper,
    cost,
    linear,
    mixed,
    voters,
)
from cropsmith.tools.photographer.clues import COUNT, OWN
from cropsmith.tools.photographer.preference import DATA

EVERY = slice(COUNT)
KINDS: Mapping[str, StageOf] = {
    "two sharpnesses": mixed({0: 0.5, 4: 0.5}),
    "three sharpnesses": mixed({0: 0.34, 4: 0.33, 5: 0.33}),
    "a quarter of the votes' density": mixed({0: 0.75, 6: 0.25}),
    "a quarter of what cuts cost": cheaper(0.25),
    "linear, own clues": linear(OWN),
    "linear, the finder's too": linear(EVERY),
    "linear, the finder's too, a quarter of what cuts cost": linear(EVERY, kept=0.25),
    "linear, the finder's too, what cuts cost forgotten": linear(EVERY, kept=0.0),
}


def out_of_fold(clues: Clued, stage: StageOf) -> Told:
    """Return what a kind of second stage tells of each photo, taught on other folds."""
    shapes = (clues.free.overlaps, clues.given.overlaps, clues.margins)
    parts = [np.full(one.shape, -np.inf) for one in shapes]
    for fold in np.unique(clues.folds):
        held = clues.folds == fold
        for into, one in zip(
            parts, vars(stage(clues, np.flatnonzero(~held))).values(), strict=True
        ):
            into[held, : one.shape[1]] = one[held]
    return Told(*parts)


def row(clues: Clued, examples: Examples, told: Told) -> str:
    """Return the cells of a row: paired gains over today's choice, with intervals."""
    every = np.arange(len(clues.folds))
    cells = []
    for of, worth in ((clues.free, told.free), (clues.given, told.given)):
        chosen = worth.argmax(1)
        gain = of.overlaps[every, chosen] - of.overlaps[:, 0]
        cells += [str(interval(gain)), f"{cost(of)[every, chosen].mean():.4f}"]
    votes = examples.votes[clues.photos]
    cells += [str(vote_gain(told.margins, clues.margins, votes, 3))]
    return " | ".join(cells)


def main(folder: Path, cache: Path, *, write: bool) -> None:
    """Print a row for each kind, and store the voters' weights where that is asked."""
    examples = load_examples(folder)
    clues = clued(folder, examples, cache)
    for name, of in (("free", clues.free), ("given", clues.given)):
        own, best = of.overlaps[:, 0], of.overlaps.max(1)
        print(
            f"{name}: today {own.mean():.4f}, best of {of.overlaps.shape[1]} {best.mean():.4f},",
            end=" ",
        )
        print(f"cuts cost {cost(of)[:, 0].mean():.4f}")
    print("| second stage | free | cuts cost | ratio given | cuts cost | votes, margin >= 3 |")
    print("|---|---|---|---|---|---|")
    for name, stage in KINDS.items():
        print(f"| {name} | {row(clues, examples, out_of_fold(clues, stage))} |", flush=True)
    if write:
        path = Path(str(files("cropsmith.tools.photographer"))) / DATA
        learnt = voters(clues, np.arange(len(clues.folds)), EVERY).astype(np.float32)
        np.savez(path, **{**dict(np.load(path)), "voters": learnt})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), write="--write" in sys.argv[3:])
