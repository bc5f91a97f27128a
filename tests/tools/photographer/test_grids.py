import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.tools.photographer.grids import (
    areas,
    around,
    free_grid,
    largest_of,
    of_shape,
    ratio_grid,
)

SHAPES = st.floats(0.1, 10)


def inside(boxes: np.ndarray) -> bool:
    low, high = boxes[:, :2], boxes[:, 2:]
    return bool((low >= 0).all() and (high <= 1 + 1e-12).all() and (low < high).all())


def shapes(boxes: np.ndarray) -> np.ndarray:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) / (boxes[:, 3] - boxes[:, 1]))


def test_the_free_grid_holds_the_whole_frame_and_nothing_tiny() -> None:
    grid = free_grid(12)
    assert inside(grid)
    assert (grid == [0, 0, 1, 1]).all(1).any()
    assert areas(grid).min() >= 0.25


@given(SHAPES)
def test_every_box_of_a_ratio_grid_has_its_shape(shape: float) -> None:
    grid = ratio_grid(shape)
    assert inside(grid)
    assert shapes(grid) == pytest.approx(np.full(len(grid), shape), rel=1e-9)
    assert areas(grid).max() == pytest.approx(np.prod(largest_of(shape)))


@given(SHAPES, st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0.5, 1), st.floats(0.5, 1))
def test_a_box_takes_any_shape_inside_the_photo(
    shape: float, x1: float, y1: float, x2: float, y2: float
) -> None:
    boxes = of_shape(np.array([[x1, y1, x2 + 0.01, y2 + 0.01]]).clip(0, 1), shape)
    assert inside(boxes)
    assert shapes(boxes) == pytest.approx(shape, rel=1e-9)


@pytest.mark.parametrize(("shape", "each"), [(None, 15), (1.5, 7)])
def test_neighbours_stay_inside_and_lead_with_the_box_itself(
    shape: float | None, each: int
) -> None:
    boxes = np.array([[0.0, 0.1, 0.75, 0.6], [0.25, 0.25, 1.0, 0.75]])
    near = around(boxes, 1 / 24, shape)
    assert near.shape == (2 * each, 4)
    assert inside(near)
    assert near[::each] == pytest.approx(boxes)


@given(
    st.floats(0.001, 1000),
    st.tuples(*[st.floats(0, 1)] * 4),
    st.sampled_from([1 / 24, 1 / 48, 1 / 96]),
    st.booleans(),
)
def test_a_neighbour_of_a_thin_box_is_a_box(
    shape: float, edges: tuple[float, ...], step: float, shaped: bool
) -> None:
    x1, x2 = sorted(edges[:2])
    y1, y2 = sorted(edges[2:])
    near = around(np.array([[x1, y1, x2, y2]]), step, shape if shaped else None)
    assert (near[:, 2:] > near[:, :2]).all()
    assert (near >= 0).all() and (near <= 1).all()
