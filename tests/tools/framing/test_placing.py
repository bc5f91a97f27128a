"""Places in the crop: thirds, parts, horizon, headroom, looking room."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cropsmith.tools.framing.heads import head_of
from cropsmith.tools.schema.evidence import Line
from cropsmith.tools.schema.geometry import Box, Point
from cropsmith.tools.schema.request import Across, Down, Phrase, Placement
from tests.tools.framing.pictures import IMAGE, asking, cropped, face, person, subject

BOAT = (Phrase(text="boat", head="boat"),)
ACROSS = (Across.LEFT_THIRD, Across.CENTER, Across.RIGHT_THIRD)
DOWN = (Down.UPPER_THIRD, Down.CENTER, Down.LOWER_THIRD)
LINES = (1 / 3, 1 / 2, 2 / 3)


def level(y: float) -> Line:
    return Line(start=Point(x=0, y=y), end=Point(x=1, y=y), kind="horizon")


@settings(max_examples=60, deadline=None)
@given(
    st.integers(900, 1900), st.integers(700, 1100), st.integers(60, 250),
    st.sampled_from(["1:1", "16:9", "4:5", None]),
    st.sampled_from([*zip(ACROSS, LINES, strict=True)]),
    st.sampled_from([*zip(DOWN, LINES, strict=True)]),
)  # fmt: skip
def test_a_thing_lies_on_the_asked_lines(
    x: int, y: int, half: int, shape: str | None, across: tuple[Across, float],
    down: tuple[Down, float],
) -> None:  # fmt: skip
    placement = Placement(across=across[0], down=down[0])
    found = subject(person(x - half, y - half, x + half, y + half), "boat")
    crop, notes = cropped(asking(shape, subjects=BOAT, placement=placement), [found])
    assert notes == ()
    assert (x - crop.left) / crop.size.width == pytest.approx(across[1], abs=0.035)
    assert (y - crop.top) / crop.size.height == pytest.approx(down[1], abs=0.035)
    assert crop.left <= x - half and crop.right >= x + half


@pytest.mark.parametrize(("where", "right"), [(Across.LEFT, False), (Across.RIGHT, True)])
def test_a_part_of_the_crop_is_one_side_of_its_middle(where: Across, right: bool) -> None:
    found = subject(person(1400, 900, 1600, 1100), "plane")
    asked = asking("3:1", subjects=BOAT, placement=Placement(across=where))
    crop, _ = cropped(asked, [found])
    assert ((1500 - crop.left) / crop.size.width > 0.5) is right


def test_what_the_photo_s_edge_forbids_is_told_and_comes_as_near_as_it_can() -> None:
    found = subject(person(100, 800, 500, 1200), "lighthouse")
    asked = asking("16:9", subjects=BOAT, placement=Placement(across=Across.RIGHT_THIRD))
    crop, notes = cropped(asked, [found])
    assert notes == (
        "The photo ends too near the lighthouse for the right third: this is as far right as it"
        " goes.",
    )
    assert crop.left == 0 and crop.right >= 500


def test_without_a_name_people_are_placed_and_else_what_stands_out() -> None:
    placement = Placement(across=Across.LEFT_THIRD)
    crop, _ = cropped(asking("1:1", placement=placement), [person(1800, 500, 2200, 1500)])
    assert (2000 - crop.left) / crop.size.width == pytest.approx(1 / 3, abs=0.035)
    _, notes = cropped(asking("1:1", placement=placement), [])
    assert notes == ("Nothing stands out in this photo, so nothing could be placed.",)


@given(st.floats(0.3, 0.7), st.sampled_from([(Down.UPPER_THIRD, 1 / 3), (Down.LOWER_THIRD, 2 / 3)]))
@settings(max_examples=30, deadline=None)
def test_the_horizon_comes_to_its_line_in_a_crop_that_is_still_a_view(
    y: float, where: tuple[Down, float]
) -> None:
    asked = asking("16:9", placement=Placement(horizon=where[0]))
    crop, notes = cropped(asked, [], horizon=level(y))
    assert crop.size.width >= 0.54 * IMAGE.width
    at = (y * IMAGE.height - crop.top) / crop.size.height
    assert at == pytest.approx(where[1], abs=0.035) or notes


def test_a_horizon_that_nobody_sees_is_told() -> None:
    _, notes = cropped(asking("16:9", placement=Placement(horizon=Down.LOWER_THIRD)), [])
    assert notes == ("No horizon could be made out in this photo, so none was placed.",)


@given(st.floats(600, 1100), st.floats(60, 200))
@settings(max_examples=30, deadline=None)
def test_headroom_is_a_tenth_to_an_eighth(y: float, high: float) -> None:
    found = face(1500, y, high)
    crop, notes = cropped(asking("4:5", placement=Placement(headroom=True)), [found])
    assert notes == ()
    air = (head_of(found.box, IMAGE).crown - crop.top) / crop.size.height
    assert 0.095 <= air <= 0.13


def test_headroom_that_is_not_there_is_told() -> None:
    _, notes = cropped(
        asking("4:5", placement=Placement(headroom=True)), [person(900, 0, 1500, 1990)]
    )
    assert any("too little above the head" in note for note in notes)
    _, notes = cropped(asking("4:5", placement=Placement(headroom=True)), [])
    assert any("Nobody was found" in note for note in notes)


@pytest.mark.parametrize(("x", "side"), [(1000, "right"), (2000, "left")])
def test_looking_room_is_on_the_open_side_and_says_that_it_is_a_guess(x: int, side: str) -> None:
    crop, notes = cropped(
        asking("16:9", placement=Placement(looking_room=True)),
        [person(x - 150, 600, x + 150, 1500)],
    )
    at = (x - crop.left) / crop.size.width
    assert 0.27 <= (at if side == "right" else 1 - at) <= 0.46
    assert any("Nothing tells which way" in note and f"on the {side}" in note for note in notes)


def test_a_box_from_the_person_is_placed_too() -> None:
    own = Box(x1=0.4, y1=0.4, x2=0.5, y2=0.6)
    found = subject(person(1200, 800, 1500, 1200), "", source="user")
    asked = asking("1:1", subject_box=own, placement=Placement(across=Across.RIGHT_THIRD))
    crop, _ = cropped(asked, [found])
    assert (1350 - crop.left) / crop.size.width == pytest.approx(2 / 3, abs=0.035)


def test_of_what_may_face_either_way_room_is_left_on_both_sides_and_told() -> None:
    plane = subject(person(700, 600, 1000, 900), "plane").model_copy(update={"label": "airplane"})
    asked = asking("16:9", subjects=(Phrase(text="plane", head="plane"),),
                   placement=Placement(looking_room=True))  # fmt: skip
    crop, notes = cropped(asked, [plane])
    assert 0.4 <= (850 - crop.left) / crop.size.width <= 0.6
    assert any("Which way the plane faces cannot be told" in note for note in notes)
