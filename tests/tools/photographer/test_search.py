import pickle

import numpy as np
import pytest

from cropsmith.tools.photographer.measurements import Sight, look
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.photographer.search import propose
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box, as_array, iou_matrix
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.vision.things import Suspects


@pytest.fixture(scope="module")
def sight() -> Sight:
    """A dark ball on a light ground, right of the middle."""
    rows, columns = np.mgrid[:240, :320]
    ball = (rows - 130) ** 2 + (columns - 220) ** 2 < 45**2
    pixels = np.where(ball[..., None], (150, 30, 20), (200, 210, 220)).astype(np.uint8)
    return look(pixels)


def test_the_first_is_the_best_and_none_repeats(sight: Sight) -> None:
    boxes = propose(sight, n=6)
    scores = Preference.load().score(sight, boxes)
    assert scores.argmax() == 0
    overlaps = iou_matrix(boxes, boxes) - np.eye(len(boxes))
    assert overlaps[1:, 1:].max() <= 0.85 + 1e-9
    assert overlaps[0].max() < 0.95


@pytest.mark.parametrize("text", ["4:5", "16:9", "1:1", "3:1"])
def test_an_asked_ratio_is_exact(sight: Sight, text: str) -> None:
    ratio = Ratio.parse(text)
    boxes = propose(sight, ratio, n=4)
    sides = (boxes[:, 2:] - boxes[:, :2]) * [320, 240]
    assert sides[:, 0] / sides[:, 1] == pytest.approx(np.full(len(boxes), ratio.value), rel=1e-9)


def test_the_same_photo_gives_the_same_crops(sight: Sight) -> None:
    again = look(sight.pixels)
    assert (propose(again) == propose(sight)).all()


def test_boxes_lie_inside_and_are_ordered(sight: Sight) -> None:
    boxes = propose(sight, n=12)
    assert as_array([Box.of(b) for b in boxes]) == pytest.approx(boxes)


def test_a_batch_can_send_everything_to_its_workers(sight: Sight) -> None:
    model, seen = pickle.loads(pickle.dumps((Preference.load(), sight)))
    assert (propose(seen, n=2, preference=model) == propose(sight, n=2)).all()


def test_a_face_is_not_cut(sight: Sight) -> None:
    best = propose(sight, n=1)[0]
    edge = Box.of((best[2] - 0.05, 0.4, min(best[2] + 0.05, 1), 0.55))
    faced = look(sight.pixels)
    faced.suspected_faces = (
        Evidence(kind=EvidenceKind.FACE, box=edge, source="test", confidence=1.0),
    )
    chosen = Box.of(propose(faced, n=1)[0])
    assert chosen.contains(edge, 0.01) or chosen.overlap(edge) < 0.1 * edge.area


def test_a_suspected_animal_is_not_halved_by_a_shape(sight: Sight) -> None:
    shape = Ratio.parse("9:16")
    best = propose(sight, shape, n=1)[0]
    box = (best[2] - 0.1, 0.3, min(best[2] + 0.1, 1), 0.8)
    watched = look(sight.pixels)
    watched.suspected_things = Suspects(np.array([box]), np.array([0.95]))
    chosen = Box.of(propose(watched, shape, n=1)[0])
    assert chosen.overlap(Box.of(box)) > 0.9 * Box.of(box).area
