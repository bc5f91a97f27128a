import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch; the package does not")

from cropsmith.evals.training.photographer.clued import Choice, Clued
from cropsmith.evals.training.photographer.second import out_of_fold
from cropsmith.evals.training.photographer.stages import (
    StageOf,
    Told,
    cheaper,
    linear,
)
from cropsmith.tools.photographer.clues import CUTS

pytestmark = pytest.mark.integration

COUNT = 200
KINDS = (linear(slice(None)), linear(slice(9)))


def drawn() -> Clued:
    """Return photos whose candidates' overlaps hang on their second clue, which worth ignores."""
    random = np.random.default_rng(0)

    def choice() -> Choice:
        clues = random.normal(0, 1, (COUNT, 8, 9))
        clues[..., CUTS] = 0
        clues[..., 0] = 0.7 + 0.01 * clues[..., 0]
        clues[:, 0, 0] = clues[..., 0].max(1) + 0.001
        return Choice(clues.astype(np.float32), 0.7 + 0.05 * clues[..., 1])

    pairs = random.normal(0, 1, (COUNT, 10, 2, 9))
    odds = 2 * (pairs[:, :, 0, 1] - pairs[:, :, 1, 1])
    return Clued(
        choice(),
        choice(),
        pairs.astype(np.float32),
        random.normal(0, 0.5, (COUNT, 10)),
        1 / (1 + np.exp(-odds)),
        np.arange(COUNT),
        np.arange(COUNT) % 5,
    )


@pytest.mark.parametrize("stage", KINDS)
def test_a_second_stage_learns_what_worth_ignores(stage: StageOf) -> None:
    clues = drawn()
    told = out_of_fold(clues, stage)
    for of, worth in ((clues.free, told.free), (clues.given, told.given)):
        chosen = of.overlaps[np.arange(COUNT), worth.argmax(1)]
        assert (chosen - of.overlaps[:, 0]).mean() > 0.5 * (of.overlaps.max(1) - 0.7).mean()
    right = (told.margins > 0) == (clues.shares > 0.5)
    before = (clues.margins > 0) == (clues.shares > 0.5)
    assert right.mean() > 0.8 > before.mean()


def test_what_cuts_cost_is_not_learnt_away() -> None:
    clues = drawn()
    clues.free.clues[:, 1:, 8] = 1
    for stage in (*KINDS, cheaper(1.0)):
        assert not out_of_fold(clues, stage).free.argmax(1).any(), "the others cut a thing"
    clues.free.overlaps[:, 0] = 0.2
    assert out_of_fold(clues, linear(slice(None), kept=0.0)).free.argmax(1).any()


def test_no_photo_is_told_of_by_a_stage_that_was_taught_on_it() -> None:
    clues = drawn()

    def peeping(clues: Clued, rows: np.ndarray) -> Told:
        told = cheaper(1.0)(clues, rows)
        told.free[rows] = np.nan
        return told

    assert not np.isnan(out_of_fold(clues, peeping).free).any()
