"""Which of several boxes a phrase means."""

from pathlib import Path

import numpy as np
import pytest

from cropsmith.evals.lab.language.positions import questions, right
from cropsmith.tools.language.phrases import phrase_of
from cropsmith.tools.language.positions import plural, resolve

ROW = np.array(
    [
        [0.60, 0.10, 0.70, 0.30],  # 0: third from the left, highest
        [0.05, 0.50, 0.15, 0.60],  # 1: leftmost, smallest
        [0.80, 0.40, 0.98, 0.90],  # 2: rightmost, largest
        [0.30, 0.55, 0.42, 0.80],  # 3: second from the left
    ]
)
SCORES = np.array([0.5, 0.9, 0.6, 0.7])


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("the boat", [1]),
        ("the boats", [1, 3, 2, 0]),
        ("two boats", [1, 3]),
        ("both boats", [1, 3]),
        ("the leftmost boat", [1]),
        ("the boat on the right", [2]),
        ("the boats on the left", [1, 3]),
        ("the two boats on the right", [2, 0]),
        ("the two leftmost boats", [1, 3]),
        ("second boat from the left", [3]),
        ("the boat third from the right", [3]),
        ("the last boat from the left", [2]),
        ("the ninth boat from the left", []),
        ("the topmost boat", [0]),
        ("the boat at the bottom", [3]),
        ("the biggest boat", [2]),
        ("the smaller of the boats", [1]),
        ("the closest boat", [2]),
        ("the boat in the top right corner", [0]),
        ("the boat in the middle", [3]),
        ("the boats at the edge", [2]),
        ("the boat at the edge", [2]),
        ("five boats", [1, 3, 2, 0]),
    ],
)
def test_words_choose_among_boxes(words: str, meant: list[int]) -> None:
    assert list(resolve(phrase_of(words), ROW, SCORES)) == meant


def test_the_middle_of_an_odd_row_is_its_middle_wherever_it_stands() -> None:
    assert list(resolve(phrase_of("the girl in the middle"), ROW[1:], SCORES[1:])) == [2]


def test_no_boxes_mean_nothing() -> None:
    assert list(resolve(phrase_of("the boat"), np.empty((0, 4)))) == []


@pytest.mark.parametrize(
    ("head", "several"),
    [
        ("dog", False),
        ("dogs", True),
        ("people", True),
        ("bus", False),
        ("glass", False),
        ("woman with red shoes", False),
        ("kids on the bench", True),
        ("man in glasses", False),
    ],
)
def test_plurals(head: str, several: bool) -> None:
    assert plural(head) is several


def test_positional_expressions_on_real_boxes(shared_data: Path) -> None:
    asked = list(questions(shared_data / "grounding"))
    published = [right(q) for q in asked if q.kind in ("unique", "positional")]
    others = [right(q) for q in asked if q.kind not in ("unique", "positional")]
    assert len(published) == 356 and np.mean(published) >= 0.99
    assert len(others) > 400 and np.mean(others) >= 0.97
