import numpy as np
import pytest

from cropsmith.evals.lab.asked.answers import ask_several, median, table_of_answers
from cropsmith.evals.lab.asked.folder import DataFolder


def test_three_answers_of_a_photo_are_compared_in_pairs(data: DataFolder) -> None:
    found = ask_several(data.labelled(1))
    assert [one.shape for one in found] == ["free", "1:1"]
    for one in found:
        assert len(one.overlaps) == one.count * (one.count - 1) // 2
        assert all(0 <= overlap < 1 for overlap in one.overlaps)
    assert table_of_answers(found).splitlines()[0] == "| 3 answers: 1 photos | free | 1:1 |"


def test_the_median_is_over_all_pairs_and_its_interval_over_photos() -> None:
    alike, different = np.array([0.9, 0.9, 0.9]), np.array([0.1, 0.2, 0.3])
    found = median([alike, alike, different])
    assert found.value == pytest.approx(0.9)
    assert found.low == pytest.approx(0.2) and found.high == pytest.approx(0.9)
