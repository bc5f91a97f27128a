"""Ways of writing that no frame lists word by word: context, corrections, appositions, wrappers."""

import pytest

from cropsmith.tools.schema.request import (
    Across,
    Down,
    NeverCut,
    Side,
    Tightness,
)
from tests.tools.language.readings import read


def subjects(text: str) -> list[str]:
    return [phrase.text for phrase in read(text).subjects]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("We visited the castle last summer. Just the gate please", ["gate"]),
        ("My aunt passed away last month. The bench by the lake, 3:2", ["bench by the lake"]),
        ("please leave out nothing, my client approved it", []),
        ("Hello assistant. The windmill, upright", ["windmill"]),
        ("the kettle, yeah, square lol", ["kettle"]),
        ("Crop to the teapot so it fits the 4:3 projector", ["teapot"]),
        ("a welder cutting the beam, 3:2", ["welder cutting the beam"]),
        ("The subject is the windmill", ["windmill"]),
        ("I only care about the windmill", ["windmill"]),
    ],
)
def test_context_is_no_subject(text: str, shown: list[str]) -> None:
    assert subjects(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "crop out my ex, he's the guy on the far right",
        "There's a stranger on the right, could he be cropped out?",
        "i hate the bin on the right. get rid of it",
    ],
)
def test_what_is_to_go_is_the_one_that_was_meant(text: str) -> None:
    intent = read(text)
    assert not intent.subjects
    assert [phrase.position for phrase in intent.avoid] == ["rightmost"]


@pytest.mark.parametrize(
    "text", ["Crop out everything except the teapot", "cut everything but the teapot"]
)
def test_what_is_excepted_is_shown(text: str) -> None:
    intent = read(text)
    assert [phrase.text for phrase in intent.subjects] == ["teapot"] and not intent.avoid


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("leave everything but the sky", "sky"),
        ("the tree should not be in the way of her face", "tree"),
    ],
)
def test_what_is_in_the_way_goes(text: str, out: str) -> None:
    intent = read(text)
    assert [phrase.text for phrase in intent.avoid] == [out] and not intent.subjects


def test_a_thing_that_is_not_the_subject_is_none() -> None:
    assert subjects("The kettle isn't the subject, the teapot is") == ["teapot"]


def test_a_thing_that_must_not_be_seen_is_left_out() -> None:
    intent = read("make sure that the bald spot isn't visible")
    assert not intent.subjects
    assert [phrase.text for phrase in intent.avoid] == ["bald spot"]


def test_a_side_behind_a_comma_is_a_place_and_cuts_nothing_away() -> None:
    intent = read("the kayak, left third, 16:9")
    assert intent.placement.across is Across.LEFT_THIRD
    assert not intent.keep_out


def test_a_shape_that_is_taken_back_is_not_cropped() -> None:
    targets = read("square please, no not square, 4:5").targets
    assert [str(target.ratio) for target in targets] == ["4:5"]


def test_off_centre_without_a_side_is_told() -> None:
    assert read("put the kayak off-centre").unclear
    assert read("put the kayak off-centre to the left").placement.across is Across.LEFT


def test_a_share_of_the_frame_leaves_a_margin() -> None:
    assert read("the teapot should fill 80% of the frame").margin == pytest.approx(0.125)


def test_versions_that_differ_are_told() -> None:
    assert read("two versions, one tight on the teapot and one with the cup").unclear


def test_a_headshot_with_shoes_contradicts() -> None:
    assert read("headshot but with the shoes visible").contradictions


def test_otherwise_leave_it_keeps_only_what_no_other_wish_changes() -> None:
    intent = read("get the exit sign out of it, otherwise leave it")
    assert [phrase.text for phrase in intent.avoid] == ["exit sign"]
    assert intent.keep is not True and intent.tightness is Tightness.WIDEST


@pytest.mark.parametrize(
    "text",
    [
        "9x13 hochkant, und schneidet ihr nicht den Hut ab!",
        "ne coupez pas le chapeau, 4:5",
        "senza tagliare il cappello, 4:5",
    ],
)
def test_a_negation_in_another_language_is_no_removal(text: str) -> None:
    intent = read(text)
    assert not intent.avoid
    assert {NeverCut.FACES, NeverCut.PEOPLE, NeverCut.SUBJECT} & {*intent.never_cut}


def test_an_unread_word_beside_a_negation_drops_the_clause_and_is_told() -> None:
    intent = read("Bitte den Hut nicht verunstalten, quadratisch")
    assert not intent.avoid
    assert any("verunstalten" in words for words in intent.unclear)


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("Could the bride be on the left please, with room for a poem on the right", Side.RIGHT),
        ("title safe area at the bottom", Side.BOTTOM),
    ],
)
def test_room_is_kept_where_a_question_asks_for_it(text: str, side: Side) -> None:
    space = read(text).copy_space
    assert space is not None and space.side is side


@pytest.mark.parametrize(
    "text",
    [
        "the mayor. The chain may stay or go",
        "the mayor, chain optional",
        "the mayor, take or leave the chain",
        "the mayor, the chain isn't needed",
        "the mayor. The chain can be half in",
    ],
)
def test_what_may_be_there_is_neither_shown_nor_left_out(text: str) -> None:
    intent = read(text)
    assert subjects(text) == ["mayor"] and not intent.avoid and not intent.never_cut


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Where is the postman?", ["postman"]),
        ("why did you cut off the weathervane?", ["weathervane"]),
        ("I said the scoreboard must be seen", ["scoreboard"]),
    ],
)
def test_a_complaint_keeps_what_was_missed(text: str, shown: list[str]) -> None:
    assert subjects(text) == shown and read(text).never_cut


def test_what_one_cannot_see_is_not_left_out() -> None:
    intent = read("wider please, I can't see the whole viaduct")
    assert not intent.avoid and subjects("wider please, I can't see the whole viaduct")


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("everything above the waterline", Side.BOTTOM),
        ("everything above the waterline can go", Side.TOP),
        ("nothing left of the chapel", Side.LEFT),
    ],
)
def test_everything_beyond_a_thing_stays_unless_it_is_to_go(text: str, side: Side) -> None:
    assert [edge.side for edge in read(text).edges] == [side]


def test_a_size_goes_with_a_place() -> None:
    intent = read("the climber tiny at the bottom")
    assert intent.placement.down is Down.BOTTOM and intent.tightness is Tightness.LOOSE


def test_a_corner_of_the_photo_is_cut_out_both_ways() -> None:
    assert len(read("only the top left quarter").keep_out) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("passport photo but teeth whiter", "whiter"),
        ("remove the crumbs from the plate", "crumbs"),
        ("name it harbour_final.jpg, square", "harbour"),
        ("same as last time", "same as last time"),
    ],
)
def test_what_no_crop_does_is_told(text: str, told: str) -> None:
    intent = read(text)
    assert any(told in words for words in intent.unclear) and not intent.avoid


@pytest.mark.parametrize(
    "text", ["headshot of the baker with his boots visible", "full body from the waist up"]
)
def test_genres_that_exclude_what_is_asked(text: str) -> None:
    assert read(text).contradictions
