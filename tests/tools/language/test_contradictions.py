"""Wishes that exclude each other are told; what cannot be had is told and not dropped."""

import pytest

from cropsmith.tools.schema.request import Down, NeverCut, Side, Tightness
from tests.tools.language.readings import read


@pytest.mark.parametrize(
    "text",
    [
        "high horizon and low horizon",
        "more sky, less sky",
        "put the dog on the left and put it on the right",
        "super tight on the speaker but show the entire audience",
        "tight crop but keep the whole scene in",
        "as close as you can on the baby but don't lose any of the background",
        "square and 16:9 at the same time in one picture",
    ],
)
def test_what_excludes_each_other_is_told(text: str) -> None:
    assert read(text).contradictions


@pytest.mark.parametrize(
    "text",
    [
        "more sky, horizon low",
        "the man on the left and the woman on the right",
        "get in close, but both wheels have to be whole",
        "square and 16:9",
        "tight on the dog but keep the whole dog in",
    ],
)
def test_what_goes_together_is_no_contradiction(text: str) -> None:
    assert not read(text).contradictions


@pytest.mark.parametrize("text", ["fifty crops", "50 crops of the dog", "0 crops of the cat"])
def test_a_number_of_answers_out_of_range_is_told(text: str) -> None:
    intent = read(text)
    assert intent.alternatives == 1
    assert any("1 to 20" in words for words in intent.unclear)


def test_adults_are_left_out_of_a_picture_of_the_child() -> None:
    intent = read("the child, no adults")
    assert [p.head for p in intent.subjects] == ["child"]
    assert [p.head for p in intent.avoid] == ["adults"]


def test_feet_are_kept_by_keeping_people_whole() -> None:
    assert NeverCut.PEOPLE in read("don't cut feet").never_cut


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nur der Hund, ohne die Gugelhupfform", "ohne die gugelhupfform"),
        ("le chien, sans la bétonnière", "sans la bétonnière"),
    ],
)
def test_what_is_to_be_left_out_and_not_known_is_told_in_its_language(text: str, told: str) -> None:
    intent = read(text)
    assert told in intent.unclear
    assert not intent.avoid and len(intent.subjects) == 1


def test_a_frisbee_is_left_out_in_german() -> None:
    assert [p.head for p in read("nur der Hund, ohne die Frisbee").avoid] == ["frisbee"]


def test_not_too_close_is_never_closer() -> None:
    assert read("Hochformat, bitte nicht zu eng").tightness is Tightness.LOOSE


def test_room_above_somebody_is_headroom_and_room_for_words_is_not() -> None:
    assert read("flower girl, lots of room above her").placement.headroom
    space = read("the tower, room above for the title").copy_space
    assert space is not None and space.side is Side.TOP


def test_a_third_named_after_a_thing_is_where_it_lies() -> None:
    intent = read("Kingfisher, left third")
    assert intent.placement.across is not None
    assert not intent.keep_out


def test_a_side_is_cut_up_to_a_thing() -> None:
    edges = read("cut off the right hand side up to the shower screen").edges
    assert [(edge.side, edge.phrase) for edge in edges] == [(Side.RIGHT, "shower screen")]


def test_more_sky_still_lays_the_horizon_low() -> None:
    assert read("more sky").placement.horizon is Down.LOWER_THIRD


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the flag, without the woman, the subject on the left third", ["flag"]),
        ("the flag without the woman, main subject in the middle", ["flag"]),
        ("without the woman, subject in the middle", []),
    ],
)
def test_the_subject_is_not_what_was_last_said_to_go(text: str, shown: list[str]) -> None:
    intent = read(text)
    assert not intent.contradictions and intent.placement.across is not None
    assert [p.text for p in intent.subjects] == shown
    assert [p.text for p in intent.avoid] == ["woman"]
