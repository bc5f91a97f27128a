"""What is made of a decoder's outputs."""

import numpy as np
import pytest

from cropsmith.tools.clipcrop.choice import Outputs, usable
from cropsmith.tools.clipcrop.eye import look_of
from cropsmith.tools.schema.geometry import Box


def test_boxes_are_clamped_and_slivers_dropped_and_counted() -> None:
    boxes = np.array([[-0.2, 0.1, 0.5, 1.3], [0.4, 0.4, 0.41, 0.9], [0.6, 0.6, 0.5, 0.9]])
    found = usable(boxes, np.array([0.0, 5.0, 5.0]))
    assert found.boxes.tolist() == [[0.0, 0.1, 0.5, 1.0]]
    assert (found.logits.tolist(), found.dropped) == ([0.0], 2)
    assert found.quality == pytest.approx([0.5])


def test_expected_overlap_prefers_the_middle_of_likely_crops() -> None:
    """One crop a little likelier than each of three that nearly agree."""
    alone = [0.0, 0.0, 0.3, 0.3]
    together = [[0.4, 0.4, 0.9, 0.9], [0.45, 0.4, 0.95, 0.9], [0.4, 0.45, 0.9, 0.95]]
    found = Outputs(np.array([alone, *together]), np.array([0.5, 0.4, 0.4, 0.4]))
    assert found.best(1, expected=False).tolist() == [0]
    assert found.best(1).tolist() == [1]
    assert found.worth(np.array([alone]))[0] < found.worth(np.array([together[0]]))[0]


def test_no_two_proposals_are_alike() -> None:
    boxes = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 0.99, 1.0], [0.2, 0.2, 0.7, 0.7]])
    found = Outputs(boxes, np.array([1.0, 2.0, 0.0]))
    assert found.best(5, expected=False).tolist() == [1, 2]


def test_nothing_usable_has_no_worth() -> None:
    found = usable(np.zeros((2, 4)), np.zeros(2))
    assert found.dropped == 2 and len(found.best(3)) == 0
    assert np.isnan(found.worth(np.array([[0.0, 0.0, 1.0, 1.0]]))).all()


def test_a_subject_selects_the_eyes_tokens_inside_it() -> None:
    maps = np.arange(12 * 12 * 2, dtype=np.float32).reshape(12, 12, 2)
    look = look_of(maps, Box(x1=0.5, y1=0.0, x2=1.0, y2=0.5))
    assert len(look.selected) == 36
    assert set(look.selected % 12) == set(range(6, 12)) and look.selected.max() // 12 == 5
    assert look.union.tolist() == [0.5, 0.0, 1.0, 0.5]
    speck = look_of(maps, Box(x1=0.501, y1=0.001, x2=0.502, y2=0.002))
    assert speck.selected.tolist() == [6]
    assert len(look_of(maps).selected) == 0 and look_of(maps).union.tolist() == [0, 0, 1, 1]
