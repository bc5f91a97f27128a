"""Which of several things a phrase means."""

from collections.abc import Sequence

import numpy as np
import pytest

from cropsmith.tools.finder.answer import answer, things_of
from cropsmith.tools.finder.chances import chances
from cropsmith.tools.finder.nanodet import Found
from cropsmith.tools.finder.vocabulary import vocabulary
from cropsmith.tools.language.phrases import phrase_of

GREY = np.full((200, 300, 3), 128, np.uint8)
LEFT, MIDDLE, RIGHT = (0.05, 0.4, 0.2, 0.8), (0.4, 0.35, 0.55, 0.8), (0.75, 0.4, 0.9, 0.8)


def found(*things: tuple[str, float, Sequence[float]]) -> Found:
    rows = sorted(things, key=lambda row: -row[1])
    names = vocabulary().classes
    return Found(
        np.array([row[2] for row in rows], np.float64).reshape(-1, 4),
        np.array([row[1] for row in rows], np.float64),
        np.array([names.index(row[0]) for row in rows], np.intp),
    )


def boxes(words: str, seen: Found, pixels: np.ndarray = GREY) -> list[tuple[float, ...]]:
    return [tuple(t.box.corners) for t in answer(phrase_of(words), seen, pixels).things]


def test_position_and_count_choose() -> None:
    seen = found(("person", 0.8, LEFT), ("person", 0.7, MIDDLE), ("person", 0.75, RIGHT))
    assert boxes("the man on the right", seen) == [RIGHT]
    assert boxes("the leftmost person", seen) == [LEFT]
    assert sorted(boxes("the two people on the left", seen)) == [LEFT, MIDDLE]
    assert len(boxes("three people", seen)) == 3
    assert len(boxes("everyone", seen)) == 3


def test_on_the_left_is_never_on_the_right() -> None:
    seen = found(("bird", 0.8, RIGHT), ("bird", 0.4, LEFT))
    assert boxes("the bird on the left", seen) == [LEFT]
    assert boxes("the bird on the right", seen) == [RIGHT]


def test_a_named_thing_takes_its_best_box_however_unsure() -> None:
    said = answer(phrase_of("the dog"), found(("dog", 0.12, LEFT)), GREY)
    assert [t.label for t in said.things] == ["dog"] and said.things[0].chance < 0.05


def test_colour_is_measured_on_the_pixels() -> None:
    pixels = GREY.copy()
    pixels[80:160, 15:60], pixels[80:160, 225:270] = (20, 20, 25), (200, 20, 20)
    seen = found(("dog", 0.9, LEFT), ("dog", 0.6, RIGHT), ("dog", 0.7, MIDDLE))
    assert boxes("the black dog", seen, pixels) == [LEFT]
    assert boxes("the red dog", seen, pixels) == [RIGHT]
    said = answer(phrase_of("the green dog"), seen, pixels)
    assert said.notes[0].startswith("No dog looks green") and len(said.things) == 1


def test_relations_choose() -> None:
    sofa = (0.3, 0.6, 0.65, 1.0)
    seen = found(("dog", 0.9, LEFT), ("dog", 0.6, MIDDLE), ("couch", 0.8, sofa))
    assert boxes("the dog on the sofa", seen) == [MIDDLE]
    car = (0.78, 0.5, 1.0, 0.9)
    seen = found(("person", 0.9, LEFT), ("person", 0.8, RIGHT), ("car", 0.8, car))
    assert boxes("the man next to the car", seen) == [RIGHT]


def test_what_is_carried_belongs_to_the_thing() -> None:
    umbrella = (0.7, 0.2, 0.95, 0.45)
    seen = found(("person", 0.9, LEFT), ("person", 0.8, RIGHT), ("umbrella", 0.8, umbrella))
    (box,) = boxes("woman with the umbrella", seen)
    assert box == (0.7, 0.2, 0.95, 0.8)


def test_an_identity_needs_one_person_or_a_place() -> None:
    two = found(("person", 0.9, LEFT), ("person", 0.8, RIGHT))
    said = answer(phrase_of("my daughter"), two, GREY)
    assert said.things == () and said.alike == 2
    assert boxes("my daughter on the left", two) == [LEFT]
    assert boxes("my daughter", found(("person", 0.9, LEFT), ("person", 0.2, RIGHT))) == [LEFT]


def test_several_of_a_kind_are_said() -> None:
    two = found(("dog", 0.9, LEFT), ("dog", 0.8, RIGHT))
    said = answer(phrase_of("the dog"), two, GREY)
    assert len(said.things) == 1 and "There are 2" in said.notes[0]
    assert answer(phrase_of("the dogs"), two, GREY).notes == ()


def test_any_word_for_a_person_is_one_of_the_people() -> None:
    two = found(("person", 0.9, LEFT), ("person", 0.8, RIGHT))
    for word in ("umpire", "man"):
        said = answer(phrase_of(f"the {word}"), two, GREY)
        assert said.people and said.rivals == 2
        assert said.notes[0].startswith(f"There are 2 people, and which of them is the {word} ")


def test_a_partial_box_grows_by_the_weaker_ones_that_overlap_it() -> None:
    whole = (0.2, 0.2, 0.8, 0.9)
    seen = found(("cat", 0.45, (0.2, 0.2, 0.6, 0.9)), ("cat", 0.4, (0.4, 0.3, 0.8, 0.9)))
    assert boxes("the cat", seen) == [whole]


def test_out_of_reach_and_not_there_are_told_apart() -> None:
    seen = found(("dog", 0.9, LEFT))
    assert not answer(phrase_of("the goat"), seen, GREY).reached
    missed = answer(phrase_of("the cat"), seen, GREY)
    assert missed.reached and missed.things == ()


def test_a_chance_is_one_half_where_right_and_wrong_are_even() -> None:
    # COCO val2017: at scores .2-.3, .3-.4, .4-.5, .5-.6.
    told = chances(np.array([0.25, 0.35, 0.45, 0.55]))
    assert told == pytest.approx([0.07, 0.23, 0.46, 0.72], abs=0.02)
    likely = things_of(found(("dog", 0.5, LEFT), ("cat", 0.4, RIGHT)))
    assert [t.label for t in likely] == ["dog"]
