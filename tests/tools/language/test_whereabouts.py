"""Where things lie and how much there is to be of them, in other words."""

import pytest

from cropsmith.tools.schema.request import (
    Across,
    Down,
    Tightness,
)
from tests.tools.language.readings import read, shown


@pytest.mark.parametrize(
    ("text", "down"),
    [
        ("the moon a little above the middle", Down.UPPER_THIRD),
        ("put the boat slightly below the center", Down.LOWER_THIRD),
        ("The fox should sit low down.", Down.LOWER_THIRD),
        ("the bird up high", Down.UPPER_THIRD),
        ("let the dog lie down low", Down.LOWER_THIRD),
    ],
)
def test_where_it_lies(text: str, down: Down) -> None:
    assert read(text).placement.down is down


def test_the_middle_where_something_is_cut_is_no_place() -> None:
    intent = read("crop just below the middle")
    assert intent.placement.down is None
    assert intent.unclear


def test_a_third_said_as_an_example() -> None:
    intent = read("the deer a bit off centre like on the left third line")
    assert intent.placement.across is Across.LEFT_THIRD


def test_a_half_where_something_stands_is_that_half() -> None:
    (strip,) = read("the left half where the old barn stands").keep_out
    assert strip.x1 == pytest.approx(0.5)
    assert shown("the left half where the old barn stands") == ["old barn"]


@pytest.mark.parametrize(
    "text", ["upright without people", "as a two-column upright without plates"]
)
def test_an_upright_is_a_shape(text: str) -> None:
    assert read(text).targets[0].ratio is not None


def test_an_upright_piano_is_a_thing() -> None:
    assert read("the upright piano").targets[0].ratio is None


def test_a_small_gap_is_a_margin() -> None:
    intent = read("with a small gap under the boots")
    assert intent.copy_space is None
    assert intent.margin


@pytest.mark.parametrize("text", ["crop some of the sky", "take a slice off the sky"])
def test_some_of_the_sky_is_less_sky(text: str) -> None:
    intent = read(text)
    assert intent.placement.horizon is Down.UPPER_THIRD
    assert not intent.subjects


@pytest.mark.parametrize(
    "text",
    [
        "the tortoise with a little grass round it",
        "my tortoise please, in the centre with a little bit of grass round it",
        "the tortoise, and leave some lawn around it",
    ],
)
def test_what_is_round_a_thing_is_room_and_no_thing(text: str) -> None:
    intent = read(text)
    assert [one.text.split()[-1] for one in intent.subjects] == ["tortoise"]
    assert intent.tightness is Tightness.LOOSE
    assert intent.placement.horizon is None and not intent.unclear


@pytest.mark.parametrize("text", ["a portrait-format detail of the chalice", "square-style"])
def test_a_format_behind_a_hyphen_is_a_shape(text: str) -> None:
    intent = read(text)
    assert intent.targets[0].ratio is not None
    assert shown(text) in (["chalice"], [])


def test_what_is_taken_out_of_a_corner_is_left_out() -> None:
    intent = read("Please take the thumb out of the top right corner")
    assert [one.text for one in intent.avoid] == ["thumb in the top right corner"]


@pytest.mark.parametrize("end", ["whole", "entire", "not cut off", "and not cropped", "uncut"])
def test_a_thing_and_that_it_is_whole(end: str) -> None:
    intent = read(f"4:5, the red tractor, {end}")
    assert [one.text for one in intent.subjects] == ["red tractor"]
    assert intent.never_cut and not intent.unclear


@pytest.mark.parametrize("text", ["give me options", "square, show me alternatives"])
def test_options_without_a_number_are_three(text: str) -> None:
    assert read(text).alternatives == 3


def test_the_rule_of_thirds_asks_for_a_side() -> None:
    assert read("use the rule of thirds, 16:9").unclear == ("rule of thirds: on which side?",)
    assert not read("rule of thirds, lighthouse on the right").unclear
