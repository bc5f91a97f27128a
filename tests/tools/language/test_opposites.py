"""Wishes that one word turns round: none may be read as its opposite."""

import pytest

from cropsmith.tools.schema.request import Intent, NeverCut, Shot, Tightness
from tests.tools.language.readings import read


def shown(intent: Intent) -> list[str]:
    return [phrase.text for phrase in intent.subjects]


def left_out(intent: Intent) -> list[str]:
    return [phrase.text for phrase in intent.avoid]


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("too tight. the whole kettle", Tightness.LOOSE),
        ("way too close, show the shelf", Tightness.LOOSE),
        ("too tight on the kettle", Tightness.LOOSE),
        ("it's a bit tight, the kettle", Tightness.LOOSE),
        ("the kettle is too big in the frame", Tightness.LOOSE),
        ("kettle too small", Tightness.TIGHT),
        ("too far from the kettle", Tightness.TIGHT),
        ("not too tight, the kettle", Tightness.LOOSE),
        ("tight on the kettle", Tightness.TIGHT),
        ("zoomed in too much, the kettle", Tightness.LOOSE),
        ("you zoomed out too far, the kettle", Tightness.TIGHT),
        ("the kettle but not the pan, i know theyre close", Tightness.NORMAL),
    ],
)
def test_a_complaint_asks_for_the_opposite(text: str, how: Tightness) -> None:
    assert read(text).tightness is how


@pytest.mark.parametrize(
    "text",
    [
        "the bride, nobody's head cut in half",
        "the bride, no head cut in two please",
        "the bride, none of the heads may be cut",
    ],
)
def test_a_head_that_may_not_be_cut_is_not_left_out(text: str) -> None:
    intent = read(text)
    assert NeverCut.FACES in intent.never_cut and not intent.avoid


@pytest.mark.parametrize(
    "text",
    [
        "please don't cut any of the kettle off",
        "don't chop any part of the kettle",
        "I would hate to lose the kettle",
        "it would be a shame to cut the kettle",
        "the kettle can't go",
        "no crop without the kettle",
        "the pan may be cut but the kettle may not",
    ],
)
def test_what_may_not_be_lost_is_shown_whole(text: str) -> None:
    intent = read(text)
    assert shown(intent) == ["kettle"] and intent.never_cut and not intent.avoid


@pytest.mark.parametrize(
    "text",
    [
        "the kettle. the pan can stay, it's cute",
        "the kettle, pan may be cut out or left",
        "the kettle, pan in or out, i don't mind",
        "the kettle, the pan can bleed off the edge",
        "the kettle, pan need not be in the middle",
        "the pan is allowed to be cut, the kettle",
        "the kettle instead of the pan",
        "the kettle, pans out of frame are fine",
    ],
)
def test_what_may_stay_or_go_is_neither_shown_nor_left_out(text: str) -> None:
    intent = read(text)
    assert shown(intent) == ["kettle"] and not intent.avoid and not intent.never_cut


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("the kettle, the pan recognisable is not ok", ["pan"]),
        ("the kettle, pans visible is forbidden", ["pans"]),
        ("the pans are not to be seen, the kettle", ["pans"]),
        ("the kettle, not with a pan in it", ["pan"]),
        ("take off the white border, the kettle", ["white border"]),
        ("get the pan out of the corner, the kettle", ["pan"]),
        ("my thumb is in the shot again, the kettle", ["thumb"]),
        ("the kettle, no one's face", ["faces"]),
        ("the kettle, the pan has to stay out", ["pan"]),
    ],
)
def test_what_is_not_wanted_is_left_out(text: str, out: list[str]) -> None:
    intent = read(text)
    assert shown(intent) == ["kettle"]
    assert [words.removeprefix("the ") for words in left_out(intent)] == out


def test_not_her_but_him_is_one_of_two() -> None:
    intent = read("not her but him")
    assert shown(intent) == ["man"] and left_out(intent) == ["woman"]


@pytest.mark.parametrize(
    ("text", "only", "out"),
    [
        ("don't include anything but the kettle", ["kettle"], []),
        ("anything but the kettle", [], ["kettle"]),
        ("nothing but the kettle", ["kettle"], []),
    ],
)
def test_what_is_excepted(text: str, only: list[str], out: list[str]) -> None:
    intent = read(text)
    assert shown(intent) == only
    assert [words.removeprefix("the ") for words in left_out(intent)] == out


def test_the_text_uncut_is_not_left_out_and_nobody_is_no_person() -> None:
    assert not read("without the text being cut").avoid
    assert not read("remove nobody").avoid


def test_nothing_lost_on_a_side_is_no_room_there() -> None:
    intent = read("lose nothing on the right side")
    assert intent.copy_space is None and intent.unclear


def test_part_of_a_thing_will_do() -> None:
    assert not read("we don't need the whole kettle, only the spout").avoid


def test_a_thing_that_may_be_missed_is_told_to_be_sought_like_the_rest() -> None:
    intent = read("the kettle whole, the steam if possible")
    assert shown(intent) == ["kettle", "steam"]
    assert any("steam if possible" in words for words in intent.unclear)
    assert not read("keep the kettle if possible").unclear


def test_from_the_knees_up_is_told_to_be_read_as_from_the_waist() -> None:
    intent = read("the goalkeeper from the knees up")
    assert intent.shot is Shot.HALF_BODY
    assert any("knees" in words for words in intent.unclear)
    assert not read("the goalkeeper from the waist up").unclear


def test_much_sky_in_the_photo_is_no_wish_for_more() -> None:
    assert read("crop the top, there is a lot of sky").placement.horizon is None
    assert read("with lots of sky please").placement.horizon == "lower third"


def test_nothing_else_leaves_all_the_rest() -> None:
    intent = read("trim 10% off the left and nothing else")
    assert intent.keep_out and intent.tightness is Tightness.WIDEST
