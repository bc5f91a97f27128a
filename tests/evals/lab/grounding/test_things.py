"""Average precision and the table of chances, on what is known to be right."""

import json
from pathlib import Path

import numpy as np
import pytest

from cropsmith.evals.lab.grounding.things import Looked, average_precision, look, matched, table
from cropsmith.tools.finder.nanodet import Found

LEFT, RIGHT = (0.0, 0.0, 0.4, 1.0), (0.6, 0.0, 1.0, 1.0)


def looked(found: list[tuple[float, tuple[float, ...]]]) -> Looked:
    boxes = np.array([box for _, box in found]).reshape(-1, 4)
    scores = np.array([score for score, _ in found])
    kinds = np.array([16, 16], np.intp)
    truth = np.array([LEFT, RIGHT])
    return Looked(truth, kinds, Found(boxes, scores, np.full(len(found), 16, np.intp)), 0.01)


def test_everything_found_first_is_full_precision() -> None:
    assert average_precision([looked([(0.9, LEFT), (0.8, RIGHT)])]) == pytest.approx(1)
    assert average_precision([looked([])]) == 0


def test_half_of_it_is_half() -> None:
    assert average_precision([looked([(0.9, LEFT)])]) == pytest.approx(0.5, abs=0.01)


def test_a_thing_counts_once_and_a_wrong_box_before_it_costs() -> None:
    twice = looked([(0.9, LEFT), (0.8, LEFT), (0.7, RIGHT)])
    assert [right for _, right in matched(twice, 16)] == [True, False, True]
    assert 0.5 < average_precision([twice]) < 1


def test_a_photo_is_looked_at(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "photos").symlink_to(photos)
    cat = {"class": "cat", "box": [70, 10, 440, 300]}
    row = {"file": "chelsea.jpg", "width": 451, "height": 300, "objects": [cat]}
    (tmp_path / "annotations.json").write_text(json.dumps([row]))
    looks = look(tmp_path)
    assert average_precision(looks) > 0.9 and "AP50 1.000" in table(looks)
