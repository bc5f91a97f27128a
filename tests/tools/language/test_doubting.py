"""What is in doubt is told, and what was complained of or taken back is not done."""

import pytest

from cropsmith.tools.schema.request import NeverCut
from tests.tools.language.readings import read, shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("what is the meaning of life", "meaning of life"),
        ("square, not so tight. we print it on the calendar", "on the calendar"),
        ("the boat, 3:2. the clouds no longer recognisable as that", "clouds"),
    ],
)
def test_a_thing_that_hangs_on_words_not_understood_is_told_and_not_shown(
    text: str, words: str
) -> None:
    intent = read(text)
    assert not any(words.split()[-1] in phrase.text for phrase in intent.subjects)
    assert any(words in said for said in intent.unclear)


@pytest.mark.parametrize("place", ["in the middle", "dead centre", "on the left"])
def test_who_is_not_to_lie_somewhere_is_not_left_out(place: str) -> None:
    intent = read(f"the skater, upright, she should not be {place}")
    assert [phrase.text for phrase in intent.subjects] == ["skater"]
    assert not intent.avoid and intent.unclear


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("last time you cut off my feet", NeverCut.PEOPLE),
        ("you cut my mother's head off again", NeverCut.FACES),
        ("Don't you dare cut off anybody's head", NeverCut.FACES),
        ("nobody left out please", NeverCut.PEOPLE),
    ],
)
def test_a_complaint_asks_for_the_contrary(text: str, kind: NeverCut) -> None:
    intent = read(text)
    assert kind in intent.never_cut and not intent.avoid


@pytest.mark.parametrize(
    "text",
    [
        "The cars behind on the left must not be seen",
        "cars not recognisable",
        "you shouldn't see the cars",
        "the parked car on the left bugs me",
        "the 4:5 crop, without the frame or the cars",
    ],
)
def test_what_must_not_be_seen_is_never_shown(text: str) -> None:
    intent = read(text)
    assert not any("car" in phrase.text for phrase in intent.subjects)
    assert any("car" in phrase.text for phrase in intent.avoid)


@pytest.mark.parametrize("words", ["no wait", "scratch that", "actually no", "sorry, no"])
def test_a_shape_that_is_taken_back_is_not_made(words: str) -> None:
    assert [t.name for t in read(f"square, {words}, 3:4 of the dog").targets] == ["3:4"]


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("the boat with the number seven on the sail", ["boat with the number seven on the sail"]),
        ("the runner in lane four, upright", ["runner in lane four"]),
        ("me = the guy in the hat, 3:2", ["guy in the hat"]),
        ("The teapot, 3:2. Kind regards, Ottilie", ["teapot"]),
        ("I'm on the left. US passport photo please", ["person on the left"]),
    ],
)
def test_where_a_phrase_ends_and_who_speaks(text: str, things: list[str]) -> None:
    assert shown(text) == things


def test_what_may_be_cut_is_not_left_out() -> None:
    intent = read("burger in the middle, chips can be cut off I don't mind")
    assert [phrase.text for phrase in intent.subjects] == ["burger"] and not intent.avoid


def test_where_a_thing_looks_is_not_where_it_lies() -> None:
    intent = read("lion facing left, 3:2")
    assert intent.placement.across is None and shown("lion facing left, 3:2") == ["lion"]


def test_room_for_a_name_is_no_room_to_look_into() -> None:
    intent = read("16:9, and leave some room on the left where the club name goes")
    assert intent.copy_space is not None and not intent.placement.looking_room


def test_two_kinds_of_portrait_exclude_each_other() -> None:
    assert read("headshot, full body").contradictions


def test_a_purpose_without_a_shape_is_told() -> None:
    assert any("tinder" in said for said in read("just my face for tinder").unclear)
    assert not read("just my face for tinder, 4:5").unclear


def test_words_of_new_frames_are_still_names_of_things() -> None:
    assert shown("the bugs on the leaf, 3:2") == ["bugs on the leaf"]
    assert shown("just the person, 3:2") == ["person"]


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("without the pizza, the child and the woman", True),
        ("the dog, without the pizza, the child and the woman", True),
        ("without the man, the child and the woman", False),
        ("without the pizza and the woman", False),
    ],
)
def test_people_listed_behind_a_thing_that_goes_are_told_to_go_perhaps(
    text: str, doubt: bool
) -> None:
    assert ("the child and the woman" in read(text).doubtful) is doubt
