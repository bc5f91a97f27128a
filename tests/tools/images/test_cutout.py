"""What a transparent picture shows is where its opaque part lies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.tools.images.cutout import cutout_of
from cropsmith.tools.images.photo import open_photo
from tests.moving import cutout

SIDE = 64


@given(st.integers(0, 40), st.integers(0, 40), st.integers(4, 20), st.integers(4, 20))
def test_the_box_holds_the_object_exactly(x: int, y: int, wide: int, high: int) -> None:
    opacity = np.zeros((SIDE, SIDE), np.uint8)
    opacity[y : y + high, x : x + wide] = 255
    found = cutout_of(opacity)
    assert found is not None
    assert found.box.corners == pytest.approx(
        (x / SIDE, y / SIDE, (x + wide) / SIDE, (y + high) / SIDE)
    )
    assert found.centre.x == pytest.approx((x + wide / 2) / SIDE)
    assert found.centre.y == pytest.approx((y + high / 2) / SIDE)


def test_a_soft_shadow_belongs_to_it_and_a_speck_does_not() -> None:
    opacity = np.zeros((SIDE, SIDE), np.uint8)
    opacity[30:50, 30:50] = 255
    opacity[50:54, 30:50] = 90
    opacity[2, 2] = 255
    found = cutout_of(opacity)
    assert found is not None
    assert found.box.corners == (30 / SIDE, 30 / SIDE, 50 / SIDE, 54 / SIDE)


@pytest.mark.parametrize("level", [0, 255])
def test_all_transparent_and_all_opaque_are_no_cut_outs(level: int) -> None:
    assert cutout_of(np.full((SIDE, SIDE), level, np.uint8)) is None


def test_rounded_corners_are_no_cut_out() -> None:
    opacity = np.full((SIDE, SIDE), 255, np.uint8)
    opacity[:4, :4] = opacity[-4:, -4:] = 0
    assert cutout_of(opacity) is None


def test_a_photo_knows_its_object_whatever_colour_is_hidden() -> None:
    place, size = (520, 180, 780, 390), (800, 400)
    found = [
        open_photo(cutout(place, size, hidden)).cutout
        for hidden in ((0, 0, 0), (255, 0, 255), (255, 255, 255))
    ]
    assert found[0] is not None and found == [found[0]] * 3
    cell = 1 / 320
    assert found[0].box.x1 <= 520 / 800 <= found[0].box.x1 + 2 * cell
    assert found[0].box.x2 - 2 * cell <= 780 / 800 <= found[0].box.x2 + cell


def test_an_opaque_photo_has_none() -> None:
    assert open_photo(cutout((0, 0, 9, 9), (20, 20), (0, 0, 0)).convert("RGB")).cutout is None
