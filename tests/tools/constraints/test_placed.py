"""Where something lies: what the solver reports holds, and none means none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cropsmith.tools.constraints.best_first import MISSED, search
from cropsmith.tools.constraints.kinds import Axis, Constraint, HasRatio
from cropsmith.tools.constraints.placed import Placed
from cropsmith.tools.constraints.shots import EdgeWithin, Range, SidesWithin
from cropsmith.tools.schema.geometry import Box, PixelBox, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Side

SIDE = 8
"""Largest side of the small grids, every box of which is tried."""


def every_box(image: Size) -> list[PixelBox]:
    return [
        PixelBox(left=left, top=top, right=right, bottom=bottom)
        for left in range(image.width)
        for right in range(left + 1, image.width + 1)
        for top in range(image.height)
        for bottom in range(top + 1, image.height + 1)
    ]


@st.composite
def a_range(draw: st.DrawFn, most: int) -> Range:
    low, high = sorted((draw(st.integers(0, most)), draw(st.integers(0, most))))
    return Range(low, high)


@st.composite
def framings(draw: st.DrawFn) -> tuple[Size, Ratio | None, list[Constraint]]:
    image = Size(width=draw(st.integers(1, SIDE)), height=draw(st.integers(1, SIDE)))
    ratio = draw(st.none() | st.builds(Ratio.of, st.integers(1, 5), st.integers(1, 5)))
    asked: list[Constraint] = []
    for axis, side in ((Axis.X, image.width), (Axis.Y, image.height)):
        if draw(st.booleans()):
            low = draw(st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.64]))
            high = low + draw(st.sampled_from([0.06, 0.2, 0.36]))
            asked.append(Placed(axis, draw(st.integers(0, side)), low, high, "it"))
    if draw(st.booleans()):
        edge = draw(st.sampled_from(list(Side)))
        most = image.width if edge in (Side.LEFT, Side.RIGHT) else image.height
        asked.append(EdgeWithin(edge, draw(a_range(most)), image, "it"))
    if draw(st.booleans()):
        width, height = draw(a_range(image.width)), draw(a_range(image.height))
        asked.append(SidesWithin(width, height, image, "it", draw(st.booleans())))
    return image, ratio, asked


@settings(max_examples=200, deadline=None)
@given(framings())
def test_a_crop_is_found_if_there_is_one_and_holds_what_was_asked(
    framing: tuple[Size, Ratio | None, list[Constraint]],
) -> None:
    image, ratio, asked = framing
    rules = [*asked, *([HasRatio(ratio)] if ratio else [])]
    legal = [b for b in every_box(image) if all(rule.check(b).ok for rule in rules)]
    found = search(Box.whole(), None, rules, image)
    assert (found is None) == (legal == [])
    assert found is None or found in legal


@settings(max_examples=100, deadline=None)
@given(framings())
def test_of_a_shape_the_best_crop_is_found(
    framing: tuple[Size, Ratio | None, list[Constraint]],
) -> None:
    image, ratio, asked = framing
    shape = ratio or Ratio.of(1, 1)
    rules = [*asked, HasRatio(shape)]
    legal = [b for b in every_box(image) if all(rule.check(b).ok for rule in rules)]
    found = search(Box.whole(), None, rules, image)
    exact = [b for b in legal if b.size.width * shape.height == b.size.height * shape.width]
    best = max((b.normalised(image).area for b in exact), default=0.0)
    if found is not None and best > MISSED:
        assert found.normalised(image).area >= best - 0.01 - 1e-9


@settings(max_examples=200, deadline=None)
@given(framings(), st.floats(0, 1), st.floats(0, 1))
def test_a_weaker_form_allows_all_that_a_stronger_one_does_and_the_weakest_everything(
    framing: tuple[Size, Ratio | None, list[Constraint]], one: float, other: float
) -> None:
    image, _, asked = framing
    little, much = sorted((one, other))
    for rule in asked:
        assert isinstance(rule, Placed | EdgeWithin | SidesWithin)
        for box in every_box(image)[:: 1 + image.width]:
            if rule.looser(little).check(box).ok:
                assert rule.looser(much).check(box).ok
            within = isinstance(rule, EdgeWithin | SidesWithin)
            assert not within or rule.looser(1).check(box).ok


def test_the_right_third_of_a_real_size_is_met_to_a_pixel() -> None:
    image = Size(width=6000, height=4000)
    third = Placed(Axis.X, 3500, 2 / 3 - 0.03, 2 / 3 + 0.03, "the boat on the right third")
    found = search(Box.whole(), Ratio.parse("16:9"), [third], image)
    assert found is not None
    assert (3500 - found.left) / found.size.width == pytest.approx(2 / 3, abs=0.031)
    assert third.check(found).ok and "right third" in third.check(found).detail
