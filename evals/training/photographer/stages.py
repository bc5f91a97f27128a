"""Kinds of second stage: each learns from some photos to choose candidates and order pairs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropsmith.evals.training.photographer.clued import Choice, Clued
from cropsmith.tools.photographer.clues import CUTS
from cropsmith.tools.photographer.preference import FACE_CUT, THING_CUT

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Told:
    """What a second stage says of N photos."""

    free: Floats
    """(N, K), the candidates' worths."""
    given: Floats
    margins: Floats
    """(N, 10), log odds that the first of each pair is preferred."""


NARROW = 0.03
"""Keeps clues that hardly differ from weighing much: both crops of a pair are of one shape."""
STEPS = 12
"""Of Newton's, which settle long before."""
StageOf = Callable[[Clued, Rows], Told]
"""Learns from the photos of some rows and tells of every photo."""


def cost(of: Choice) -> Floats:
    """Return (N, K): what the photographer takes off for the faces and things that they cut."""
    return np.asarray(of.clues[..., CUTS] @ np.array([FACE_CUT, THING_CUT]))


def cheaper(kept: float) -> StageOf:
    """Choose by expected overlap less a share of what cuts cost; 1 is as the photographer does."""

    def stage(clues: Clued, rows: Rows) -> Told:
        free, given = (of.clues[..., 0] - kept * cost(of) for of in (clues.free, clues.given))
        return Told(free, given, clues.margins)

    return stage


def mixed(weights: Mapping[int, float]) -> StageOf:
    """Return what mixes expected overlaps under several densities, by their clues."""

    def stage(clues: Clued, rows: Rows) -> Told:
        columns, parts = list(weights), np.array(list(weights.values()))
        free, given = (
            of.clues[..., columns] @ parts - cost(of) for of in (clues.free, clues.given)
        )
        return Told(free, given, clues.margins)

    return stage


def linear(columns: slice, weight: float = 0.01, kept: float = 1.0) -> StageOf:
    """Return a ridge regression of overlap, and a logistic one of votes, on some clues.

    What cuts cost is taken off afterwards, so that it is not learnt away; or a share of it.
    """

    def stage(clues: Clued, rows: Rows) -> Told:
        told: list[Floats] = []
        for of in (clues.free, clues.given):
            shown = of.clues[..., columns].astype(np.float64)
            if kept == 1:
                shown[..., CUTS] = 0
            x = shown - shown.mean(1, keepdims=True)
            x = x / (x[rows].std((0, 1)) + 1e-9)
            y = of.overlaps - of.clues[..., 0]
            y = (y - y.mean(1, keepdims=True))[rows].ravel()
            fitted = x[rows].reshape(-1, x.shape[-1])
            square = fitted.T @ fitted + weight * len(fitted) * np.eye(x.shape[-1])
            learnt = x @ np.linalg.solve(square, fitted.T @ y)
            told.append(of.clues[..., 0] + learnt - kept * cost(of))
        apart = clues.pairs[..., 0, columns] - clues.pairs[..., 1, columns]
        free, given = told
        return Told(free, given, clues.margins + apart @ voters(clues, rows, columns, weight))

    return stage


def voters(clues: Clued, rows: Rows, columns: slice, weight: float = 0.01) -> Floats:
    """Return log odds for a unit of each clue: a logistic regression on the votes of some photos.

    It adds to today's log odds; `weight` holds it to nothing, by the clues' own deviations.
    """
    apart = (clues.pairs[..., 0, columns] - clues.pairs[..., 1, columns])[rows].astype(np.float64)
    spread = apart.std((0, 1)) + NARROW
    x = (apart / spread).reshape(-1, apart.shape[-1])
    share, before = (part[rows].ravel() for part in (clues.shares, clues.margins))
    scale = np.zeros(x.shape[-1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-(before + x @ scale)))
        curve = (x.T * (chance * (1 - chance))) @ x + weight * len(x) * np.eye(x.shape[-1])
        scale = scale + np.linalg.solve(curve, x.T @ (share - chance) - weight * len(x) * scale)
    return np.asarray(scale / spread)
