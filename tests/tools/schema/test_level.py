"""A straightened photo has no empty corner, and is as large as that allows."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cropsmith.tools.schema.geometry import Box, PixelBox, Point, Size
from cropsmith.tools.schema.level import MOST, Level, said

SIZES = st.builds(Size, width=st.integers(1, 9000), height=st.integers(1, 9000))
ANGLES = st.floats(-MOST, MOST)


def inside(level: Level, wide: float, high: float, slack: float = 1e-6) -> bool:
    middle = level.size.width / 2, level.size.height / 2
    ends = [
        level.to_upright(middle[0] + wide * x, middle[1] + high * y)
        for x in (-0.5, 0.5)
        for y in (-0.5, 0.5)
    ]
    upright = level.upright
    return all(
        -slack <= x <= upright.width + slack and -slack <= y <= upright.height + slack
        for x, y in ends
    )


@given(SIZES, ANGLES)
def test_it_is_the_largest_of_its_shape_that_lies_inside(size: Size, angle: float) -> None:
    assume(1 / 4 < size.width / size.height < 4 and min(size.width, size.height) > 20)
    level = Level(upright=size, angle=angle)
    assert inside(level, level.size.width, level.size.height)
    grown = max((level.size.width + 1) / size.width, (level.size.height + 1) / size.height)
    assert grown > 1 or not inside(level, grown * size.width, grown * size.height, 0)


@given(SIZES, ANGLES, st.floats(-99, 9999), st.floats(-99, 9999))
def test_there_and_back(size: Size, angle: float, x: float, y: float) -> None:
    level = Level(upright=size, angle=angle)
    assert level.to_level(*level.to_upright(x, y)) == pytest.approx((x, y), abs=1e-6)


def test_positive_is_clockwise() -> None:
    level = Level(upright=Size(width=400, height=300), angle=10)
    right = level.to_level(400, 150)
    assert right[1] > level.size.height / 2  # the right side of the photo has gone down
    assert (said(2.5), said(-10)) == ("2.5° clockwise", "10° counter-clockwise")


@given(SIZES, ANGLES, st.data())
def test_a_box_is_made_of_pixels_of_the_photo(
    size: Size, angle: float, data: st.DataObject
) -> None:
    assume(1 / 4 < size.width / size.height < 4 and min(size.width, size.height) > 20)
    level = Level(upright=size, angle=angle)
    left = data.draw(st.integers(0, level.size.width - 1))
    top = data.draw(st.integers(0, level.size.height - 1))
    box = PixelBox(
        left=left,
        top=top,
        right=data.draw(st.integers(left + 1, level.size.width)),
        bottom=data.draw(st.integers(top + 1, level.size.height)),
    )
    around = level.around(box)
    for x, y in level.corners(box):
        assert around.left - 1e-6 <= x <= around.right + 1e-6
        assert around.top - 1e-6 <= y <= around.bottom + 1e-6
    plain = level.untilted(box)
    assert plain.right <= size.width and plain.bottom <= size.height


def test_places_of_the_upright_photo_on_the_level_one() -> None:
    level = Level(upright=Size(width=1000, height=500), angle=15)
    assert level.box(Box(x1=0, y1=0, x2=0.01, y2=0.01)) is None
    found = level.box(Box(x1=0.4, y1=0.4, x2=0.6, y2=0.6))
    assert found is not None and found.contains(Box(x1=0.45, y1=0.45, x2=0.55, y2=0.55))
    middle = Point(x=0.5, y=0.5)
    there = level.point(middle)
    assert (there.x, there.y) == pytest.approx((0.5, 0.5))
    corner = level.point(Point(x=0, y=0))
    assert 0 <= corner.x <= 1 and 0 <= corner.y <= 1
