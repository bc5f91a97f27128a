import numpy as np

from cropsmith.tools.candidate import Candidate, Provenance
from cropsmith.tools.diversity import apart, diverse
from cropsmith.tools.geometry import Box


def test_copies_of_a_better_box_are_left_out() -> None:
    boxes = np.array([[0, 0, 0.5, 0.5], [0, 0, 0.51, 0.5], [0.5, 0.5, 1, 1]])
    assert apart(boxes, np.array([0.8, 0.9, 0.1]), 3).tolist() == [1, 2]


def test_no_more_than_asked() -> None:
    boxes = np.array([[0, 0, 0.3, 0.3], [0.3, 0.3, 0.6, 0.6], [0.6, 0.6, 1, 1]])
    assert apart(boxes, np.array([0.1, 0.3, 0.2]), 2).tolist() == [1, 2]


def candidate(name: str, *corners: float) -> Candidate:
    return Candidate(id=name, target=0, box=Box.of(corners), provenance=Provenance(source="grid"))


def test_alternatives_differ_from_the_chosen_and_keep_their_order() -> None:
    chosen = candidate("a", 0, 0, 0.8, 0.8)
    others = [
        candidate("b", 0, 0, 0.8, 0.81),
        candidate("c", 0.2, 0.2, 1, 1),
        candidate("d", 0, 0, 0.5, 1),
    ]
    assert [c.id for c in diverse(others, 2, besides=[chosen])] == ["c", "d"]


def test_a_copy_is_never_an_alternative() -> None:
    chosen = candidate("a", 0, 0, 0.8, 0.8)
    assert diverse([candidate("b", 0, 0, 0.8, 0.8)], 3, besides=[chosen]) == []
