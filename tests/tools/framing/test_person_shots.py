"""Shots of people: what a photographer would measure on the crop."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cropsmith.tools.constraints.kinds import contains, touched
from cropsmith.tools.framing.heads import head_of
from cropsmith.tools.framing.people import people_in
from cropsmith.tools.framing.person_shots import plan_of
from cropsmith.tools.schema.geometry import Box, PixelBox
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Placement, Shot, Tightness
from tests.tools.framing.pictures import IMAGE, asking, cropped, face, person

SHAPES = st.sampled_from([None, "1:1", "4:5", "3:2", "16:9"])


def share_of_head(crop: PixelBox, found: Box) -> float:
    return head_of(found, IMAGE).height / crop.size.height


@settings(max_examples=60, deadline=None)
@given(st.floats(900, 2100), st.floats(500, 900), st.floats(80, 300), SHAPES)
def test_a_headshot_is_half_head_with_the_face_in_the_middle_third(
    x: float, y: float, high: float, shape: str | None
) -> None:
    found = face(x, y, high)
    crop, notes = cropped(asking(shape, shot=Shot.HEADSHOT), [found])
    assert notes == ()
    assert 0.44 < share_of_head(crop, found.box) < 0.61
    assert 1 / 3 < (y - crop.top) / crop.size.height < 2 / 3
    assert 1 / 3 < (x - crop.left) / crop.size.width < 2 / 3


@settings(max_examples=60, deadline=None)
@given(st.floats(900, 2100), st.floats(400, 800), st.floats(60, 200), SHAPES)
def test_each_shot_shows_more_of_the_person_than_the_one_before(
    x: float, y: float, high: float, shape: str | None
) -> None:
    found = [face(x, y, high)]
    crops = [
        cropped(asking(shape, shot=shot), found)[0]
        for shot in (Shot.HEADSHOT, Shot.PORTRAIT, Shot.HALF_BODY, Shot.FULL_BODY)
    ]
    ends = [crop.bottom for crop in crops]
    assert ends == sorted(ends) and len(set(ends)) == 4
    head = touched(head_of(found[0].box, IMAGE).box(IMAGE), IMAGE)
    assert all(contains(crop, head) for crop in crops)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(900, 2100), st.floats(400, 700), st.floats(80, 160), st.sampled_from(["9:16", "1:2"])
)
def test_a_narrow_shape_grows_downwards_until_it_holds_the_shoulders(
    x: float, y: float, high: float, shape: str
) -> None:
    found = face(x, y, high)
    head = head_of(found.box, IMAGE)
    assume(head.crown + 5 * head.height < IMAGE.height)
    crop, _ = cropped(asking(shape, shot=Shot.PORTRAIT), [found])
    assert crop.size.width >= 2.1 * head.height
    assert head.crown - crop.top <= 0.51 * head.height


def test_a_full_body_has_air_above_more_below_and_the_feet_in() -> None:
    body = person(1200, 400, 1700, 1600)
    crop, notes = cropped(asking("4:5", shot=Shot.FULL_BODY), [body, face(1450, 480, 120)])
    assert notes == ()
    assert 1600 < crop.bottom <= 1840 and 200 <= crop.top < 400
    assert crop.bottom - 1600 >= 0.05 * 1200


def test_feet_at_the_edge_of_the_photo_are_told() -> None:
    _, notes = cropped(asking("4:5", shot=Shot.FULL_BODY), [person(1200, 400, 1700, 2000)])
    assert any("ends at the feet" in note for note in notes)


def test_a_shape_too_flat_for_a_figure_keeps_the_head_and_says_so() -> None:
    body = person(1200, 200, 1700, 1900)
    crop, notes = cropped(asking("3:1", shot=Shot.FULL_BODY), [body, face(1450, 300, 160)])
    assert crop.top <= 200 and any("too flat" in note for note in notes)


def test_a_group_is_whole_with_equal_air() -> None:
    bodies = [
        person(600, 500, 900, 1500),
        person(1000, 450, 1300, 1500),
        person(1500, 520, 1800, 1480),
    ]
    crop, notes = cropped(asking("3:2", shot=Shot.GROUP), bodies)
    assert notes == ()
    assert crop.left <= 600 and crop.right >= 1800
    assert crop.top <= 450 and crop.bottom >= 1500
    left, right = 600 - crop.left, crop.right - 1800
    assert abs(left - right) <= 0.13 * crop.size.width


def test_a_group_too_wide_for_the_shape_keeps_every_head() -> None:
    faces = [face(400, 500, 120), face(1300, 560, 120), face(2000, 520, 120)]
    bodies = [
        person(100, 420, 700, 1900),
        person(1100, 480, 1500, 1900),
        person(1800, 440, 2400, 1900),
    ]
    crop, notes = cropped(asking("1:1", shot=Shot.GROUP), [*faces, *bodies])
    assert any("heads are kept" in note for note in notes)
    for one in faces:
        assert contains(crop, touched(one.box, IMAGE))


def test_where_not_even_the_heads_fit_the_largest_stay_and_it_is_said() -> None:
    faces = [face(200, 500, 120), face(1500, 500, 160), face(2800, 500, 100)]
    plan = plan_of(Shot.PORTRAIT, people_in(faces, IMAGE), Ratio.parse("9:16"), IMAGE)
    assert [one.face for one in plan.people] == [faces[1]]
    assert plan.notes == ("Of 3 people only one fits this shape.",)


@pytest.mark.parametrize("shot", [Shot.HEADSHOT, Shot.PORTRAIT, Shot.HALF_BODY])
def test_a_tight_shot_is_tighter_than_a_loose_one(shot: Shot) -> None:
    found = [face(1500, 600, 150)]
    tight, _ = cropped(asking("4:5", shot=shot, tightness=Tightness.TIGHT), found)
    loose, _ = cropped(asking("4:5", shot=shot, tightness=Tightness.LOOSE), found)
    assert tight.size.height < loose.size.height


def test_a_head_at_the_photo_s_edge_is_told() -> None:
    crop, notes = cropped(asking("1:1", shot=Shot.PORTRAIT), [face(1500, 110, 200)])
    assert crop.top == 0 and any("ends just above the head" in note for note in notes)


def test_a_place_that_was_asked_goes_before_the_middle() -> None:
    asked = asking(
        "16:9", shot=Shot.PORTRAIT, placement=Placement.model_validate({"across": "left third"})
    )
    crop, _ = cropped(asked, [face(1500, 700, 160)])
    assert (1500 - crop.left) / crop.size.width == pytest.approx(1 / 3, abs=0.035)
