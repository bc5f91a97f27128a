"""What is said of an earlier crop, and what must not become its opposite."""

import pytest

from cropsmith.tools.language.understanding import understand
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import (
    CropRequest,
    Down,
    Edge,
    Intent,
    NeverCut,
    Shot,
    Side,
    Tightness,
)


def read(text: str) -> Intent:
    return understand(CropRequest(text=text), Size(width=3000, height=2000))


@pytest.mark.parametrize(
    ("text", "wanted", "gone"),
    [
        ("You've cut the tip of the sword. And the flag is still in!", ["sword"], ["flag"]),
        ("you can see the soil on the left, get rid of that", [], ["soil"]),
        ("logo top left has to stay, price tag bottom right has to go", ["logo"], ["price tag"]),
        ("can i have the license plate hidden", [], ["license plate"]),
        ("can you crop out my reflection in the oven door", [], ["reflection in the oven door"]),
        ("crop from the lamp post to the red door", ["lamp post", "red door"], []),
        ("just the cakes, no price cards", ["cakes"], ["price cards"]),
        ("crop until the lamp is gone", [], ["lamp"]),
        ("Remove everything that distracts from the speaker", ["speaker"], []),
        ("fit the whole bus into a 4:5", ["bus"], []),
        ("Out: the cone. In: the facade", ["facade"], ["cone"]),
        ("in: the facade; out: the cone", ["facade"], ["cone"]),
        ("crop out the man on the right but not my hand", ["hand"], ["man"]),
        ("the model. Audience out as far as it goes", ["model"], ["audience"]),
        ("crop to the dog. Thanks so much, Grandma Ruth", ["dog"], []),
    ],
)  # fmt: skip
def test_what_is_wanted_and_what_goes(text: str, wanted: list[str], gone: list[str]) -> None:
    intent = read(text)
    assert [p.head for p in intent.subjects] == wanted
    assert [p.head for p in intent.avoid] == gone


def test_what_the_last_crop_cut_is_to_be_whole() -> None:
    intent = read("last one cut my son's feet. Do it again but with feet")
    assert NeverCut.PEOPLE in intent.never_cut
    assert not intent.unclear


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("same as the last one but wider", Tightness.LOOSE),
        ("more zoom", Tightness.TIGHT),
        ("not so zoomed", Tightness.LOOSE),
        ("the necklace, a bit bigger than you did it yesterday", Tightness.TIGHT),
    ],
)
def test_closer_or_wider_than_before(text: str, near: Tightness) -> None:
    assert read(text).tightness is near
    assert not read(text).unclear


def test_a_part_of_the_face_is_cut_from_above() -> None:
    assert read("face big, cut off at the forehead").edges == (
        Edge(phrase="forehead", side=Side.TOP),
    )
    assert read("only from the neck down").edges == (Edge(phrase="neck", side=Side.TOP),)
    assert read("cut it just under his chin").edges == (Edge(phrase="chin", side=Side.BOTTOM),)


def test_pixels_off_a_side_are_a_share_of_the_photo() -> None:
    zones = read("cut off the top 20% and 150px from the right").keep_out
    assert [round(zone.width, 2) for zone in zones] == [1, 0.05]


def test_less_ground_lowers_the_horizon_and_removes_nothing() -> None:
    intent = read("I don't like how much floor there is. Less floor.")
    assert intent.placement.horizon is Down.LOWER_THIRD
    assert not intent.avoid


def test_a_shape_that_was_got_is_not_wished() -> None:
    intent = read("Not square, please! The last one was square")
    assert intent.targets[0].ratio is None
    assert intent.unclear


@pytest.mark.parametrize(
    "text",
    [
        "fit all of the cake, if not the cake matters more",
        "drop the woman on the right or, failing that, at least her bag",
        "3 options please: tight, medium, wide",
        "passport photos for all three kids",
        "zoom in on whatever the dog is looking at",
    ],
)
def test_what_is_not_done_is_told(text: str) -> None:
    assert read(text).unclear


def test_what_may_not_touch_an_edge_gets_a_margin() -> None:
    intent = read("4:5, her dress must not touch the bottom edge")
    assert [p.head for p in intent.subjects] == ["dress"]
    assert intent.margin


def test_from_head_to_knees_with_a_pronoun_is_a_shot() -> None:
    assert read("the left player, from his head to his knees").shot is Shot.HALF_BODY


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Head room is too much. Feet I want to keep.", "less headroom"),
        ("too much headroom", "less headroom"),
        ("zoom in x2 on the middle", "2 x"),
        ("take an inch off the right side, assuming it prints well", "an inch"),
        ("circle avatar, make sure the ears do not get cut by the circle", "circle"),
        ("the balloon left of centre, leave the rest sky", "the rest sky"),
        ("a 7:4 hole on the page, the skater left", "hole on the page"),
        ("4:5, her eyes on the upper third, keep the cup in", "eyes there"),
        ("two: one of the bride (2:3), one of the rings (square)", "one of each"),
        ("don't crop, just make it 1080 wide", "its pixels"),
        ("the trophy, 600px wide", "600 wide: at least so many"),
        ("same crop as before but for A5", "as before"),
        ("head and shoulders of the four speakers, separately", "separately"),
        ("the protester, deep rather than wide", "deep"),
        ("put the moon in a corner", "corner"),
    ],
)
def test_what_no_crop_does_is_told(text: str, told: str) -> None:
    intent = read(text)
    assert any(told in one for one in intent.unclear), intent.unclear
    assert not intent.placement.headroom


def test_words_along_a_side_ask_for_room_there() -> None:
    room = read("headline goes over the left 40% so keep that side empty").copy_space
    assert room is not None and (room.side, room.share) == (Side.LEFT, 0.4)


def test_anything_below_too_cuts_below() -> None:
    edges = read("Anything above the shop sign can go. Anything below the pavement too.").edges
    assert [edge.side for edge in edges] == [Side.TOP, Side.BOTTOM]


def test_a_column_has_a_shape() -> None:
    (target,) = read("a vertical, col width 4 in, height 6 in, 300 ppi").targets
    assert target.size == Size(width=1200, height=1800)


def test_what_is_said_at_least_is_not_told_again() -> None:
    assert read("square, at least 1080 wide").unclear == ()


def test_a_passport_photo_of_a_country_named_later() -> None:
    assert read("passport photo for the baby, us 2x2 inch").passport is not None
