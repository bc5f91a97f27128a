"""What is said beside a wish: announcements, reasons, what the photo holds, whose is meant."""

import pytest

from cropsmith.tools.schema.request import (
    NeverCut,
    Shot,
    Tightness,
)
from tests.tools.language.readings import read, shown


@pytest.mark.parametrize(
    ("text", "strips"),
    [
        ("take 10 percent off the top and 20 off the bottom", 2),
        ("crop 5% off the left, 10 off the right and another 15 off the top", 3),
        ("100 px off the left and 50 off the right", 2),
        ("10% off the top, 4:5", 1),
        ("take 10 percent off the top and leave 20 at the bottom for text", 1),
    ],
)
def test_a_unit_said_once_is_meant_for_each(text: str, strips: int) -> None:
    assert len(read(text).keep_out) == strips


def test_shares_keep_their_sides() -> None:
    top, bottom = read("take 10 percent off the top and 20 off the bottom").keep_out
    assert top.y2 == pytest.approx(0.1)
    assert bottom.y1 == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("Two things. Straighten it. Then the whole windmill", ["windmill"]),
        ("One more thing: the windmill must be in", ["windmill"]),
        ("Couple of things - square and lose the bin", []),
        ("keep two things: the windmill and the barn", ["windmill", "barn"]),
        ("the two things on the table", ["two things on the table"]),
        ("2:1 teaser, no logos", []),
        ("this is for the save the date, landscape", []),
        ("for the school project about bees, I want only the thistle", ["thistle"]),
        ("presentation about wolves, 16:9", ["wolves"]),
        ("picture for a story about the windmill, landscape", ["windmill"]),
        ("it should be about my grandma", ["grandma"]),
        ("My daughter is turning 5. A4, the windmill", ["windmill"]),
        ("the bride blinked, landscape please", []),
        ("I need room but not sure which side looks better", []),
        ("my husband took it from too far away", []),
        ("whoever took this was miles away", []),
    ],
)
def test_announcements_name_nothing(text: str, things: list[str]) -> None:
    assert shown(text) == things


@pytest.mark.parametrize(
    "text",
    [
        "I don't want people to know where we live",
        "we don't want anyone to know how old she is",
        "nobody should be able to tell where this is",
        "i dont want anybody knowing where we live",
    ],
)
def test_what_nobody_is_to_know_is_a_reason(text: str) -> None:
    intent = read(text)
    assert not intent.subjects
    assert not intent.avoid


@pytest.mark.parametrize("text", ["i don't want people in it", "no people please"])
def test_people_who_are_not_wanted_are_left_out(text: str) -> None:
    assert [p.text for p in read(text).avoid] == ["people"]


def test_not_to_be_recognised_is_told() -> None:
    intent = read("I don't want anyone to recognise the kids. Show the sandcastle")
    assert [p.text for p in intent.subjects] == ["sandcastle"]
    assert not intent.avoid
    assert any("recognise" in words for words in intent.unclear)


def test_who_stood_too_far_away_is_not_shown() -> None:
    intent = read("The photographer put us miles away")
    assert intent.tightness is Tightness.TIGHT
    assert shown("The photographer put us miles away") == ["us"]
    assert not intent.avoid


def test_a_photographer_may_be_shown() -> None:
    assert shown("the photographer on the left should be in it")


def test_who_took_it_cut_something_off() -> None:
    intent = read("my brother in law took this and cut off my feet")
    assert not intent.avoid
    assert NeverCut.PEOPLE in intent.never_cut


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("There are four pictures on it and I only want the top right one", "top right"),
        ("the page has three photos, crop to the bottom one", "bottommost"),
        ("it's a contact sheet with nine photos, just the middle one please", "middle"),
        ("three dogs on the sofa, I want the middle one only", "middle"),
    ],
)
def test_what_a_photo_holds_is_no_number_of_answers(text: str, position: str) -> None:
    intent = read(text)
    assert intent.alternatives == 1
    (only,) = intent.subjects
    assert only.position == position


def test_pictures_asked_for_are_answers() -> None:
    assert read("give me four pictures of it").alternatives == 4


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("no not that one, the other dog. the white one", ["white dog"]),
        ("the other car, the red one", ["red car"]),
        ("the other dog and the white one", ["other dog", "white dog"]),
        ("with her in the pram", ["woman in the pram"]),
        ("wrong person! the girl in the red dress", ["girl in the red dress"]),
        ("forget the background, just her", ["woman"]),
        ("ignore the bin on the left, just the barn", ["barn"]),
        ("don't ignore the barn", ["barn"]),
        ("ignore the hands holding her", []),
        ("the guy on the left can be cut off", []),
        ("I don't mind losing the sky", []),
    ],
)
def test_which_one_is_meant(text: str, things: list[str]) -> None:
    assert shown(text) == things
    assert not read(text).avoid


def test_what_is_not_mine_is_the_other() -> None:
    intent = read("my sons face not mine")
    assert shown("my sons face not mine") == ["sons face"]
    assert [p.text for p in intent.avoid] == ["other face"]
    assert not intent.contradictions


@pytest.mark.parametrize(
    "text",
    [
        "Please don't change the format. Just closer",
        "keep the format, tighter",
        "leave the shape alone, just closer",
        "without changing the proportions",
    ],
)
def test_the_format_is_kept(text: str) -> None:
    assert read(text).targets[0].name == "same shape"


@pytest.mark.parametrize("text", ["in a different format", "keep the portrait format"])
def test_another_format_is_not_the_same(text: str) -> None:
    assert read(text).targets[0].name != "same shape"


def test_a_size_that_only_tells_of_the_photo_is_no_wish() -> None:
    assert read("This is 20 years old and only 800 pixels wide. The barn").min_size is None
    assert read("at least 800 pixels wide").min_size is not None


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("Sitting room for the brochure", ["sitting room"]),
        ("the garden doors both whole", ["garden doors"]),
        ("the rose bushes by the door must stay", ["rose bushes by the door"]),
        ("crop out the bin in the left corner of this photo", []),
        ("this is my dad's last photo with the boat, with him showing", ["dad with the boat"]),
    ],
)
def test_compound_things_stay_together(text: str, things: list[str]) -> None:
    assert [p.text.removeprefix("my ") for p in read(text).subjects] == things


@pytest.mark.parametrize("text", ["leave room for the logo on the left", "room on the left"])
def test_room_is_still_room(text: str) -> None:
    assert read(text).copy_space is not None


def test_plurals_before_a_verb_are_nouns() -> None:
    assert "shop signs" in [p.text for p in read("the shop signs all readable").subjects]


def test_say_is_no_word_of_the_photo() -> None:
    assert read("go in closer, say knees up").shot is Shot.HALF_BODY
    assert not any("say" in words.split() for words in read("I'd say lose the left third").unclear)


@pytest.mark.parametrize(
    "text", ["Please make my head not so close to the top edge", "her hair is too close to the top"]
)
def test_close_to_the_top_wants_headroom(text: str) -> None:
    assert read(text).placement.headroom


def test_from_hat_to_boots_is_from_head_to_toe() -> None:
    assert read("I want all of him, from hat to boots").shot is Shot.FULL_BODY


def test_bigger_may_mean_more_pixels() -> None:
    assert any("pixels" in words for words in read("bigger!!!").unclear)
    assert not read("make the dog bigger").unclear


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("only the part of the photo where the children are", ["children"]),
        ("the half with the lake", ["lake"]),
        ("the ring should be what you notice first", ["ring"]),
        ("draw attention to the ring", ["ring"]),
        ("who cares about the church, just the dress", ["dress"]),
        ("I look fat, crop from the chest up", []),
        ("why was grandpa left out", ["grandpa"]),
        ("can the frame of the mirror be left out", []),
        ("nothing cut off, especially not the front wheel", ["front wheel"]),
        ("crop it so that it's her and her godmother", ["woman", "her godmother"]),
    ],
)
def test_turns_of_phrase_name_what_they_mean(text: str, things: list[str]) -> None:
    assert [p.text for p in read(text).subjects] == things or shown(text) == [
        thing.removeprefix("her ") for thing in things
    ]


def test_those_are_more_of_the_same() -> None:
    intent = read("just the people on the balcony and not those in the street")
    assert [p.text for p in intent.avoid] == ["people in the street"]


def test_not_in_it_of_oneself_is_out() -> None:
    assert [p.text for p in read("can you crop so I'm not in it").avoid] == ["me"]


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("my brother is the one on the left. just him", ["brother on the left"]),
        ("the left one is my brother, crop to him", ["brother on the left"]),
        ("the important things are the ring and her smile", ["ring", "smile"]),
        ("he's the one in the blue shirt", ["person in the blue shirt"]),
        ("crop to the view please", ["view"]),
        ("Just a closer view of the two swans", ["two swans"]),
    ],
)
def test_who_and_what_it_is_about(text: str, things: list[str]) -> None:
    assert [t.removeprefix("my ").removeprefix("her ") for t in shown(text)] == things


def test_nobody_of_a_group_is_cut() -> None:
    intent = read("nobody in the wheelchair group may be cut out")
    assert not intent.avoid
    assert NeverCut.PEOPLE in intent.never_cut
