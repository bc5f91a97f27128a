import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.evals.metrics.cuts import share_inside
from cropsmith.evals.metrics.windows import shares_inside, windows
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.ratio import Ratio

side = st.integers(50, 4000)


@given(side, side, st.sampled_from(["1:1", "4:5", "16:9", "9:16", "3:2"]))
def test_windows_have_the_shape_and_lie_in_the_photo(width: int, height: int, name: str) -> None:
    every = windows(Size(width=width, height=height), Ratio.parse(name))
    ratio = (every[:, 2] - every[:, 0]) * width / ((every[:, 3] - every[:, 1]) * height)
    assert np.allclose(ratio, Ratio.parse(name).value)
    assert every.min() >= -1e-9 and every.max() <= 1 + 1e-9
    # The largest one touches two opposite sides.
    assert np.isclose((every[:, 2:] - every[:, :2]).max(), 1)


def test_shares_are_those_of_the_metric() -> None:
    thing = Box.of((0.3, 0.2, 0.7, 0.9))
    every = windows(Size(width=600, height=400), Ratio.parse("1:1"))[::97]
    one_by_one = [share_inside(Box.of(box), thing) for box in every]
    assert shares_inside(every, thing) == pytest.approx(one_by_one)
