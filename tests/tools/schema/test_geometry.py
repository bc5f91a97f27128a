import numpy as np

from cropsmith.tools.schema.geometry import diverse


def test_copies_of_a_better_box_are_left_out() -> None:
    boxes = np.array([[0, 0, 0.5, 0.5], [0, 0, 0.51, 0.5], [0.5, 0.5, 1, 1]])
    assert diverse(boxes, np.array([0.8, 0.9, 0.1]), 3).tolist() == [1, 2]


def test_no_more_than_asked() -> None:
    boxes = np.array([[0, 0, 0.3, 0.3], [0.3, 0.3, 0.6, 0.6], [0.6, 0.6, 1, 1]])
    assert diverse(boxes, np.array([0.1, 0.3, 0.2]), 2).tolist() == [1, 2]
