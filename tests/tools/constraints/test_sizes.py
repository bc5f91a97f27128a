"""Whole-pixel sizes and the fast snapping of many boxes."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cropsmith.tools.constraints.sizes import holds, largest, sizes_of, snap
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.ratio import Ratio

ratios = st.builds(Ratio.of, st.integers(1, 60), st.integers(1, 60))


@given(ratios, st.integers(1, 40), st.integers(1, 40))
def test_the_sizes_of_a_ratio_are_all_that_hold_and_no_other(
    ratio: Ratio, width: int, height: int
) -> None:
    sizes = sizes_of(ratio, Size(width=width, height=height))
    listed = list(zip(sizes.widths.tolist(), sizes.heights.tolist(), strict=True))
    expected = {
        (w, h) for w in range(1, width + 1) for h in range(1, height + 1) if holds(ratio, w, h)
    }
    assert len(listed) == len(set(listed))
    assert set(listed) == expected


@given(
    ratios, st.integers(1, 5000), st.integers(1, 5000),
    st.lists(st.tuples(*[st.floats(0, 0.99), st.floats(0, 0.99), st.floats(0.001, 1),
                         st.floats(0.001, 1)]), min_size=1, max_size=20),
)  # fmt: skip
def test_snapped_boxes_are_inside_and_have_the_ratio(
    ratio: Ratio, width: int, height: int, boxes: list[tuple[float, float, float, float]]
) -> None:
    image = Size(width=width, height=height)
    assume(largest(ratio, image) is not None)
    array = np.array([(x, y, min(1, x + w), min(1, y + h)) for x, y, w, h in boxes])
    for left, top, right, bottom in snap(array, ratio, image).tolist():
        assert 0 <= left < right <= width and 0 <= top < bottom <= height
        assert holds(ratio, right - left, bottom - top)


def test_a_box_of_the_ratio_is_left_where_it_is() -> None:
    image = Size(width=6000, height=4000)
    wish = np.array([[1800, 0, 5000, 4000]]) / [6000, 4000, 6000, 4000]
    assert snap(wish, Ratio.parse("4:5"), image).tolist() == [[1800, 0, 5000, 4000]]


def test_a_ratio_that_has_no_pixel_is_refused() -> None:
    with pytest.raises(ValueError, match="no box of 50:1"):
        snap(np.array([[0.0, 0.0, 1.0, 1.0]]), Ratio.parse("50:1"), Size(width=10, height=10))


def test_without_a_ratio_edges_are_rounded() -> None:
    boxes = np.array([[0.24, 0.26, 0.76, 0.74], [0.999, 0.999, 1, 1]])
    snapped = snap(boxes, None, Size(width=10, height=10))
    assert snapped.tolist() == [[2, 3, 8, 7], [9, 9, 10, 10]]
