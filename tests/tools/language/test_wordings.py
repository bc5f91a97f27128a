"""Wishes in other words than the frames have: lists, places, comparisons, turns."""

import pytest

from cropsmith.tools.schema.request import Across, Down, NeverCut, Tightness
from tests.tools.language.readings import read


def named(text: str) -> tuple[list[str], list[str]]:
    intent = read(text)
    return [p.text for p in intent.subjects], [p.text for p in intent.avoid]


@pytest.mark.parametrize(
    ("text", "shown", "out"),
    [
        ("Keep: tractor, barn. Lose: crates, hose.", ["tractor", "barn"], ["crates", "hose"]),
        ("the barn, none of the crates", ["barn"], ["crates"]),
        ("the barn has a hose in front, cut that", ["barn"], ["hose in front"]),
        ("zoom in so the crates go out", [], ["crates"]),
        ("No - I meant the barn", [], []),
        ("the barn here, square", ["barn"], []),
        ("Estate agent here. The barn", ["barn"], []),
        ("crop tighter so the hose is out", [], ["hose"]),
        ("lose the crates and the hose except the barn", ["barn"], ["crates", "hose"]),
        ("a bit wider so the barn is in", ["barn"], []),
        ("the hose can be cut but not the tractor", ["tractor"], []),
        ("the tractor and the letterbox", ["tractor", "letterbox"], []),
    ],
)
def test_what_is_shown_and_what_is_out(text: str, shown: list[str], out: list[str]) -> None:
    assert named(text) == (shown, out)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("the horizon leans 2 degrees to the left", 2),
        ("it's tilted about 3° to the right, fix it", -3),
        ("its wonky, sort it out", "auto"),
        ("it leans 2 degrees", "auto"),
    ],
)
def test_what_leans_is_turned_back(text: str, degrees: float | str) -> None:
    assert read(text).straighten == degrees


def test_a_turn_without_a_side_is_told() -> None:
    assert read("it leans 2 degrees").doubtful


def test_share_of_the_height_is_no_shape() -> None:
    intent = read("make the heron 2/3 of the picture height")
    assert intent.targets[0].ratio is None
    assert intent.margin == pytest.approx(1 / 4, abs=0.01)


def test_crop_by_a_share_cuts_it_off() -> None:
    intent = read("crop by 15% all round")
    assert intent.margin is None
    assert len(intent.keep_out) == 4


def test_space_on_one_side_places() -> None:
    assert read("same amount of space left and right").placement.across is Across.CENTER
    assert read("more space on the left than on the right").placement.across is Across.RIGHT
    assert read("the sky should take up two thirds").placement.horizon in (
        Down.LOWER_THIRD, Down.BOTTOM,
    )  # fmt: skip


def test_room_where_it_looks() -> None:
    assert read("the heron is looking left so leave space there").placement.looking_room


def test_too_close_to_an_edge_is_a_complaint() -> None:
    intent = read("the heron is too close to the left edge, give it more space")
    assert intent.tightness is Tightness.LOOSE
    assert not intent.contradictions


def test_what_may_not_be_covered_stays() -> None:
    intent = read("faces must not be covered")
    assert not intent.avoid
    assert NeverCut.FACES in intent.never_cut


@pytest.mark.parametrize(
    "text",
    [
        "heart shaped please", "crop where I marked it", "crop all 12 photos",
        "cut it down to the good bit", "a version with the hose and a version without it",
        "a separate crop for each child", "under 1600 pixels wide", "verticals vertical",
        "the red rectangle i drew", "like a movie poster",
    ],
)  # fmt: skip
def test_what_is_not_done_is_told(text: str) -> None:
    assert read(text).unclear


def test_at_most_is_not_at_least() -> None:
    assert read("under 1600 pixels wide").min_size is None


@pytest.mark.parametrize(
    "wish",
    [
        "the largest possible",
        "the biggest you can",
        "as large as possible",
        "the biggest crop possible",
        "the largest possible square",
        "the biggest picture you can get",
    ],
)
def test_the_largest_possible_is_no_thing(wish: str) -> None:
    intent = read(f"without the broccoli, {wish}")
    assert named(f"without the broccoli, {wish}") == ([], ["broccoli"])
    assert intent.tightness is Tightness.WIDEST


def test_the_largest_of_several_still_is_a_thing() -> None:
    assert named("the largest dog") == (["largest dog"], [])
    assert named("the biggest boat you can see") == (["biggest boat"], [])


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("the flower bottom right, no flower cut, square", ["flower on bottom right"]),
        ("the dog on the left, don't cut any dog", ["dog on the left"]),
        ("no flower cut, square", ["flower"]),
    ],
)
def test_none_of_a_kind_cut_is_the_one_that_was_named(text: str, things: list[str]) -> None:
    assert named(text)[0] == things and NeverCut.SUBJECT in read(text).never_cut
