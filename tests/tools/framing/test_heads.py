"""Heads from faces and from bodies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.tools.framing.heads import head_of, head_on
from cropsmith.tools.schema.geometry import Box, Size
from tests.tools.framing.pictures import IMAGE, face, person


@given(st.floats(300, 2700), st.floats(400, 1600), st.floats(20, 400))
def test_a_head_holds_its_face_with_the_eyes_half_way_down(x: float, y: float, high: float) -> None:
    found = face(x, y, high).box
    head = head_of(found, IMAGE)
    assert head.box(IMAGE).contains(found)
    assert head.middle == pytest.approx(x)
    assert 0.45 < (head.eyes - head.crown) / head.height < 0.55


def test_a_crown_beyond_the_photo_is_known_as_such() -> None:
    head = head_of(face(1500, 100, 200).box, IMAGE)
    assert head.crown < 0 and head.box(IMAGE).y1 == 0


def test_a_standing_figure_has_a_small_head_and_a_bust_a_large_one() -> None:
    standing = head_on(person(1000, 200, 1400, 1400).box, IMAGE)
    bust = head_on(person(1000, 800, 2200, 2000).box, IMAGE)
    assert standing.height == 160 and bust.height > 400
    assert standing.crown == 200 and standing.middle == 1200


def test_open_arms_do_not_make_a_large_head() -> None:
    body = Box(x1=0.1, y1=0.1, x2=0.9, y2=0.6)
    assert head_on(body, Size(width=1000, height=1000)).height <= 125
