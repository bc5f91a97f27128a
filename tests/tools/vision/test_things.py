import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.vision.backbone import see
from cropsmith.tools.vision.things import SUSPECTED, suspected_things
from tests.photos import read_photo

NOTHING = -20.0
SIDE = st.floats(0.05, 0.45)


def shown(*things: tuple[int, int, float, Box]) -> np.ndarray:
    """Return a map of 12 x 12 cells that says each thing at its row and column, with log odds."""
    said = np.full((5, 12, 12), NOTHING, np.float32)
    for row, column, odds, box in things:
        x, y = (column + 0.5) / 12, (row + 0.5) / 12
        sides = np.array([x - box.x1, y - box.y1, box.x2 - x, box.y2 - y])
        said[:, row, column] = [odds, *np.log(12 * sides)]
    return said


def test_a_person_and_a_cat_are_suspected_where_they_are() -> None:
    for name, true in (
        ("astronaut", Box.of((0.0, 0.0, 0.92, 1.0))),
        ("chelsea", Box.of((0.1, 0.0, 0.85, 1.0))),
    ):
        found = suspected_things(see(np.asarray(read_photo(name))).things)
        assert Box.of(found.boxes[0]).iou(true) > 0.6
        assert found.chances[0] > 0.5


@pytest.mark.parametrize("name", ["coffee", "moon", "gravel", "hubble_deep_field"])
def test_where_there_is_none_none_is_likely(name: str) -> None:
    found = suspected_things(see(np.asarray(read_photo(name))).things)
    assert found.chances.max(initial=0) < 0.5


def test_nothing_is_suspected_on_an_empty_map() -> None:
    assert suspected_things(shown()).boxes.shape == (0, 4)


@given(SIDE, SIDE, SIDE, SIDE)
def test_a_box_is_read_as_it_was_said(
    left: float, above: float, right: float, below: float
) -> None:
    x, y = 5.5 / 12, 6.5 / 12
    box = Box.of((x - left, y - above, x + right, y + below))
    found = suspected_things(shown((6, 5, 4.0, box)))
    assert found.boxes[0] == pytest.approx(box.corners, abs=1e-5)
    assert SUSPECTED < found.chances[0] < 1


def test_two_cells_of_one_thing_are_one_and_the_surer_counts() -> None:
    box, other = Box.of((0.2, 0.2, 0.7, 0.8)), Box.of((0.22, 0.2, 0.7, 0.8))
    found = suspected_things(shown((5, 5, 2.0, other), (6, 5, 3.0, box)))
    assert found.boxes == pytest.approx(np.array([box.corners]), abs=1e-5)
