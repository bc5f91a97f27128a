"""What counts as served, gone and cut, in each part."""

from collections.abc import Mapping

import pytest

from cropsmith.evals.datasets.asked import RATIOS
from cropsmith.evals.lab.asked import faces, named, space, without
from cropsmith.evals.lab.asked.question import Marks, Question
from cropsmith.tools.schema.geometry import Box
from tests.evals.lab.asked.conftest import picture, thing

DOG = thing("dog", 0.1, 0.4, 0.3, 0.8)
BUS = thing("bus", 0.5, 0.2, 0.95, 0.9)


def marks(question: Question, *corners: float) -> Marks:
    return question.judge(Box.of(corners))


def values(question: Question, *corners: float) -> Mapping[str, float]:
    return marks(question, *corners).values


def test_a_named_thing_is_served_by_a_crop_about_it() -> None:
    dog = next(iter(named.questions([picture(DOG, BUS)], 0)))
    assert marks(dog, 0.05, 0.3, 0.4, 0.9).values["served"] == 1
    assert not marks(dog, 0.05, 0.3, 0.4, 0.9).fault
    whole = marks(dog, 0, 0, 1, 1)
    assert (whole.values["at least 90% inside"], whole.values["served"]) == (1, 0)
    assert whole.fault
    assert values(dog, 0.5, 0, 1, 1)["gone"] == 1
    half = values(dog, 0.2, 0.2, 1, 1)
    assert (half["cut"], half["gone"], half["served"]) == (1, 0, 0)


def test_a_large_thing_needs_no_closer_crop() -> None:
    large = thing("bed", 0.1, 0.1, 0.9, 0.7)
    question = next(iter(named.questions([picture(large)], 0)))
    assert values(question, 0, 0, 1, 1)["served"] == 1


def test_only_what_is_the_only_one_of_its_kind_is_named() -> None:
    twins = picture(DOG, thing("dog", 0.6, 0.4, 0.8, 0.8), BUS, thing("cup", 0, 0, 0.05, 0.05))
    asked = list(named.questions([twins], 0))
    assert len(asked) == len(RATIOS)
    assert all("bus" in question.text for question in asked)


def test_without_wants_it_out_and_the_largest_other_in() -> None:
    no_dog = next(q for q in without.questions([picture(DOG, BUS)], 0) if "dog" in q.text)
    assert values(no_dog, 0.4, 0.1, 1, 1)["served"] == 1
    both_out = values(no_dog, 0.31, 0.1, 0.5, 0.3)
    assert both_out["at most 5% of it inside"] == 1
    assert (both_out["served"], both_out["largest other gone"]) == (0, 1)
    both_in = marks(no_dog, 0, 0, 1, 1)
    assert both_in.values["served"] == 0 and both_in.fault


def test_what_no_crop_can_do_is_counted_apart() -> None:
    tie = thing("tie", 0.4, 0.4, 0.6, 0.8)
    person = thing("person", 0.2, 0.1, 0.8, 1)
    worn = next(q for q in without.questions([picture(tie, person)], 0) if "tie" in q.text)
    assert "served, where a crop can" not in values(worn, 0, 0, 1, 1)
    apart = next(q for q in without.questions([picture(DOG, BUS)], 0) if "dog" in q.text)
    assert values(apart, 0, 0, 1, 1)["served, where a crop can"] == 0


def test_space_is_free_when_the_main_thing_lies_in_the_rest() -> None:
    left, right = space.questions([picture(thing("boat", 0.5, 0.4, 0.7, 0.7))], 0)
    assert "left" in left.text and "right" in right.text
    beside = marks(left, 0.2, 0.3, 0.9, 0.8)
    assert beside.values["served"] == 1 and not beside.fault
    assert values(right, 0.2, 0.3, 0.9, 0.8)["the third is free of it"] == 0
    water = marks(left, 0, 0, 0.5, 0.4)
    assert (water.values["main thing mostly lost"], water.values["gone"]) == (1, 1)
    assert water.fault
    assert water.values["mostly lost, where a crop can"] == 1
    # Half of it in the crop is no good picture, but nobody lost it.
    assert not marks(left, 0, 0.3, 0.62, 0.8).fault


@pytest.mark.parametrize(("group", "asked"), [("faces, never cut", 1), ("faces, not asked", 0)])
def test_faces_gone_and_cut(group: str, asked: int) -> None:
    people = picture(thing("face", 0.4, 0.1, 0.6, 0.4))
    square = next(q for q in faces.questions([people], 0) if q.group == group)
    assert len(square.never_cut) == asked
    assert values(square, 0, 0.5, 0.6, 1)["gone"] == 1
    assert values(square, 0, 0.2, 0.6, 1)["cut, where it fits"] == 1
    assert not marks(square, 0.2, 0, 0.9, 1).fault


def test_a_face_too_wide_for_the_shape_is_not_counted_as_cut() -> None:
    wide = picture(thing("face", 0.1, 0.1, 0.9, 0.9))
    tall = next(q for q in faces.questions([wide], 0) if str(q.ratio) == "9:16")
    found = marks(tall, 0.3, 0, 0.675, 1)
    assert "cut, where it fits" not in found.values
    assert found.fault  # it must be told all the same
