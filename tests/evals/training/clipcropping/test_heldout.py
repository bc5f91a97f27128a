import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch; the package does not")

from cropsmith.evals.training.clipcropping.heldout import PLAN, lesson, rated, taught
from cropsmith.evals.training.photographer.examples import Examples
from cropsmith.evals.training.photographer.measures import overlap

pytestmark = pytest.mark.integration

COUNT = 48


def drawn() -> tuple[Examples, np.ndarray]:
    """Return photos whose experts' crops lie round what is bright on their maps, and the maps."""
    random = np.random.default_rng(0)
    left = np.arange(COUNT) % 2 == 0
    boxes = np.where(left[:, None], [[0.0, 0.1, 0.6, 0.9]], [[0.4, 0.1, 1.0, 0.9]])
    maps = random.random((COUNT, 12, 12, 24)).astype(np.float32)
    for photo, (x1, y1, x2, y2) in enumerate(np.rint(boxes * 12).astype(int)):
        maps[photo, y1:y2, x1:x2, :8] += 8
    pairs = np.stack([boxes, np.roll(boxes, 1, 0)], 1)[:, None].repeat(10, 1)
    votes = np.tile([5.0, 0.0], (COUNT, 10, 1))
    names = [f"{photo}.jpg" for photo in range(COUNT)]
    sizes, folds = np.full((COUNT, 2), 600.0), np.arange(COUNT) % 5
    return Examples(names, sizes, boxes, pairs, votes, folds), maps


def test_a_lesson_puts_the_experts_crop_before_what_overlaps_it_less() -> None:
    examples, _ = drawn()
    told = lesson(examples, 0, np.random.default_rng(0))
    overlaps = overlap(told.boxes, np.tile(examples.experts[0], (len(told.boxes), 1)))
    assert told.boxes[0] == pytest.approx(examples.experts[0])
    assert np.isnan(told.scores[1:21]).all(), "of voted crops the votes alone are known"
    assert np.isfinite(np.delete(told.scores, range(1, 21))).all()
    assert (overlaps[told.better] >= overlaps[told.worse]).all()
    assert told.margins[:10] == pytest.approx(1.0)


def test_a_head_learns_where_the_bright_part_is() -> None:
    examples, maps = drawn()
    most, rest = np.arange(32), np.arange(32, COUNT)
    head = taught(maps, examples, most, plan=PLAN.model_copy(update={"epochs": 25}))
    both = np.array([[0.0, 0.1, 0.6, 0.9], [0.4, 0.1, 1.0, 0.9]])
    told = rated(head, maps[rest], np.tile(both, (len(rest), 1, 1)), examples.of(rest))
    assert overlap(told.best, examples.experts[rest]).mean() > 0.9
    assert (told.margins > 0).mean() > 0.9
