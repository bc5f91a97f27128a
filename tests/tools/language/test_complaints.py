"""Complaints and introductions: what there is in the photo and had better not be, or is to stay."""

import pytest

from cropsmith.tools.schema.request import Down, NeverCut, Side
from tests.tools.language.readings import read


def named(text: str) -> tuple[list[str], list[str]]:
    intent = read(text)
    return [p.head for p in intent.subjects], [p.head for p in intent.avoid]


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("there is way too much hedge in this one", "hedge"),
        ("there's a lot of boring hedge above us", "boring hedge above us"),
        ("the hedge is boring", "hedge"),
        ("i find the hedge distracting", "hedge"),
        ("my wife thinks the kiosk is ugly", "kiosk"),
        ("half the picture is hedge", "hedge"),
        ("so the awning and the kiosk on the left don't show", "kiosk on the left"),
        ("crop it so the awning and the kiosk aren't in it", "kiosk"),
        ("i don't want anyone to see my messy shed", "messy shed"),
        ("so nobody sees the messy shed", "messy shed"),
        ("crop the empty pews", "empty pews"),
        ("without the battery and time on top", "clock"),
        ("the trees and the shopping bags on the right aren't in it", "shopping bags on the right"),
    ],
)
def test_what_is_complained_of_is_left_out(text: str, out: str) -> None:
    shown, left_out = named(text)
    assert not shown
    assert out in [*left_out, *(p.text for p in read(text).avoid)]


@pytest.mark.parametrize(
    "text",
    [
        "theres a big kiosk coming in from the left?? can that go",
        "there is a kiosk on the left, lose it please",
        "There's a kiosk on the left. Cut just that bit",
        "I've got a kiosk on the left - could that be cropped out?",
        "a kiosk comes in from the left. That should go",
        "the kiosk on the left, can that go?",
        "on the left there's a kiosk, please crop it off",
        "there's a kiosk on the left. get rid please",
    ],
)
def test_what_is_introduced_and_is_to_go_is_left_out(text: str) -> None:
    (out,) = read(text).avoid
    assert out.head.endswith("kiosk")
    assert out.position == "leftmost"
    assert not read(text).subjects


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("there's a kiosk on the left, keep that", "kiosk"),
        ("there's a kiosk on the left. It should stay", "kiosk"),
        ("there's a kiosk on the left. crop to it", "kiosk"),
        ("the old kiosk is ugly but keep it", "old kiosk"),
        ("my boss says the kiosk is important", "kiosk"),
    ],
)
def test_what_is_introduced_and_is_to_stay_is_shown(text: str, shown: str) -> None:
    assert named(text) == ([shown], [])


def test_a_dull_sky_is_less_sky_and_what_is_as_dull_is_out() -> None:
    intent = read("the sky is boring and so is the gravel")
    assert intent.placement.horizon is Down.UPPER_THIRD
    assert [p.text for p in intent.avoid] == ["gravel"]
    assert not intent.subjects


def test_of_a_dull_sky_goes_as_much_as_was_said() -> None:
    intent = read("the sky is boring, cut away the top third")
    assert intent.placement.horizon is None
    assert intent.keep_out


@pytest.mark.parametrize(
    "text", ["the sky isn't boring", "make it less boring", "the photo is boring, make it square"]
)
def test_not_every_word_for_dull_is_a_wish(text: str) -> None:
    intent = read(text)
    assert not intent.avoid
    assert intent.placement.horizon is None


@pytest.mark.parametrize(
    "text",
    ["there is so much dead space at the top", "way too much empty space at the top"],
)
def test_too_much_room_is_no_room_to_be_left(text: str) -> None:
    intent = read(text)
    assert intent.copy_space is None
    assert intent.unclear


def test_room_that_is_asked_for_is_left() -> None:
    assert read("leave a lot of empty space on the left").copy_space is not None


def test_what_lies_beyond_an_edge_and_is_ugly_goes() -> None:
    intent = read("Everything below the railing is ugly. Crop up to there.")
    (edge,) = intent.edges
    assert edge.side is Side.BOTTOM
    assert intent.tightness.value == "normal"


def test_nobody_is_to_be_cut_is_no_wish_to_leave_people_out() -> None:
    intent = read("i don't want anyone to be cut off")
    assert not intent.avoid
    assert NeverCut.PEOPLE in intent.never_cut


def test_a_pole_out_of_a_head_is_to_go() -> None:
    shown, out = named("There is a pole sticking out of her head")
    assert not shown
    assert out == ["pole behind her head"]
    assert read("There is a pole sticking out of her head").unclear


def test_unseen_behind_a_blur_is_other_work() -> None:
    text = "Crop to the bike only and blur the background so people don't see my garage"
    assert named(text)[1] == []


@pytest.mark.parametrize(
    ("text", "shown", "out"),
    [
        ("nobody can see the ring", ["ring"], []),
        ("you can't see our faces, closer please", ["faces"], []),
        ("crop so that you can't see the bins", [], ["bins"]),
        ("our rabbit is hardly visible, zoom in", ["rabbit"], []),
        ("too much table and not enough cake", ["cake"], ["table"]),
        ("less of the table, more of the cake", ["cake"], ["table"]),
        ("too much empty wall left of her", [], ["empty wall next to her"]),
        ("The masts on the left should stay, the pylon should not", ["masts"], ["pylon"]),
        ("the red car has to go and the sign as well", [], ["red car", "sign"]),
        ("Just the boiler, not the mess around it", ["boiler"], ["mess"]),
        ("the waiter photobombed us, crop him out", [], ["waiter"]),
        ("please get rid of that awful poster behind him", [], ["awful poster behind him"]),
        ("not a fan of the bag", [], ["bag"]),
        ("the cat yes, the dog no", ["cat"], ["dog"]),
        ("want: cat. don't want: dog", ["cat"], ["dog"]),
    ],
)
def test_more_of_this_and_less_of_that(text: str, shown: list[str], out: list[str]) -> None:
    subjects, left_out = named(text)
    assert [head.split(" on ")[0] for head in subjects] == shown
    assert left_out == out


@pytest.mark.parametrize(
    "text", ["the left side is empty and boring", "the right third is useless"]
)
def test_a_dull_side_is_told(text: str) -> None:
    intent = read(text)
    assert intent.copy_space is None
    assert intent.unclear


def test_everything_above_a_table_is_cut_at_the_table() -> None:
    (edge,) = read("I'd like it cropped just above the table").edges
    assert edge.phrase == "table"
    assert edge.side is Side.BOTTOM
