"""Calm copy space: measured, solved, and infeasible only when it is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cropsmith.tools.constraints.best_first import search
from cropsmith.tools.constraints.clutter import CalmSide, Clutter
from cropsmith.tools.constraints.from_intent import check_all
from cropsmith.tools.constraints.kinds import Constraint, HasRatio
from cropsmith.tools.constraints.solver import solve
from cropsmith.tools.constraints.things import Contains
from cropsmith.tools.schema.geometry import Box, PixelBox, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Side, Target

IMAGE = Size(width=1200, height=800)
DETAIL = np.zeros((20, 30), np.float32)
DETAIL[:, 15:] = 1  # the right half is busy


def test_detail_is_counted_in_shares_of_its_mean() -> None:
    clutter = Clutter(DETAIL, IMAGE)
    boxes = np.array([[0, 0, 1200, 800], [0, 0, 600, 800], [600, 0, 1200, 800], [300, 0, 900, 800]])
    assert clutter.of(boxes) == pytest.approx([1, 0, 2, 1])


@given(st.integers(0, 2**32 - 1))
def test_a_mean_is_that_of_the_cells_it_covers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    detail = rng.random((6, 9), dtype=np.float32)
    clutter = Clutter(detail, Size(width=9, height=6))
    x1, y1 = int(rng.integers(0, 9)), int(rng.integers(0, 6))
    x2, y2 = int(rng.integers(x1 + 1, 10)), int(rng.integers(y1 + 1, 7))
    expected = detail[y1:y2, x1:x2].mean() / detail.mean()
    assert clutter.of(np.array([[x1, y1, x2, y2]]))[0] == pytest.approx(expected, rel=1e-4)


def test_the_crop_moves_until_its_side_is_calm() -> None:
    calm = CalmSide(Side.LEFT, 1 / 3, Clutter(DETAIL, IMAGE))
    subject = Contains(PixelBox(left=700, top=300, right=800, bottom=400))
    wish = Box(x1=0.5, y1=0, x2=1, y2=1)
    pixels = solve(wish, Target(ratio=Ratio.of(1, 1)), [calm, subject], IMAGE)
    assert all(c.ok for c in check_all(pixels, [calm, subject]))
    assert pixels.left < 500


@st.composite
def problems(draw: st.DrawFn) -> tuple[Size, Box, Ratio | None, CalmSide]:
    image = Size(width=draw(st.integers(2, 8)), height=draw(st.integers(2, 8)))
    cells = st.lists(
        st.floats(0, 1, width=32), min_size=image.width * image.height,
        max_size=image.width * image.height,
    )  # fmt: skip
    detail = np.array(draw(cells), np.float32).reshape(image.height, image.width)
    share = draw(st.sampled_from([0.25, 1 / 3, 0.5]))
    limit = draw(st.sampled_from([0.0, 0.3, 0.8]))
    ratio = draw(st.none() | st.builds(Ratio.of, st.integers(1, 5), st.integers(1, 5)))
    side = draw(st.sampled_from(list(Side)))
    return image, Box.whole(), ratio, CalmSide(side, share, Clutter(detail, image), limit)


@settings(max_examples=50, deadline=None)
@given(problems())
def test_on_a_small_photo_none_means_that_no_box_is_calm(
    problem: tuple[Size, Box, Ratio | None, CalmSide],
) -> None:
    image, wish, ratio, calm = problem
    rules: list[Constraint] = [calm, *([HasRatio(ratio)] if ratio else [])]
    boxes = [
        PixelBox(left=left, top=top, right=right, bottom=bottom)
        for left in range(image.width)
        for right in range(left + 1, image.width + 1)
        for top in range(image.height)
        for bottom in range(top + 1, image.height + 1)
    ]
    legal = [box for box in boxes if all(c.ok for c in check_all(box, rules))]
    found = search(wish, None, rules, image)
    assert (found is None) == (not legal)
    assert found is None or all(c.ok for c in check_all(found, rules))
