"""Sentences on what a chosen crop lacks of what was asked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.tools.explain.shortfalls import ROUND_IT, shortfalls, still_so
from cropsmith.tools.finder.answer import answer
from cropsmith.tools.finder.nanodet import Found
from cropsmith.tools.finder.vocabulary import vocabulary
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import CopySpace, Intent, NeverCut, Phrase, Shot, Side, Target

CAR = Evidence(
    kind=EvidenceKind.AVOID, box=Box(x1=0.6, y1=0.5, x2=0.9, y2=0.8), source="nanodet",
    phrase="car", confidence=0.9, label="car",
)  # fmt: skip
DOG = Evidence(
    kind=EvidenceKind.THING, box=Box(x1=0.1, y1=0.4, x2=0.5, y2=0.9), source="nanodet",
    confidence=0.9, label="dog",
)  # fmt: skip
OUT = Phrase(text="car", head="car")


def intent(**wishes: object) -> Intent:
    return Intent.model_validate({"task": "free", "targets": (Target(),), **wishes})


def left(x2: float) -> Box:
    return Box(x1=0, y1=0, x2=x2, y2=1)


def test_a_crop_that_meets_every_wish_is_not_spoken_of() -> None:
    assert shortfalls(intent(avoid=(OUT,)), [CAR, DOG], left(0.6)) == ()


def test_what_leaving_out_costs_is_told_with_both_names() -> None:
    without = intent(avoid=(OUT,))
    assert shortfalls(without, [CAR, DOG], left(0.4)) == ("Without the car the dog is not whole.",)
    (little,) = shortfalls(without, [CAR, DOG], left(0.2))
    assert little == "Without the car little of the dog is left."
    (lost,) = shortfalls(without, [CAR, DOG], left(0.1))
    assert lost == "Without the car the dog is lost."


def test_what_still_shows_is_told_once() -> None:
    without = intent(avoid=(OUT,))
    (note,) = shortfalls(without, [CAR, DOG], left(0.7))
    assert note == "The car could not be left out wholly: part of it still shows."
    assert shortfalls(without, [CAR, DOG], left(0.7), [note]) == ()


def test_doubts_about_what_is_to_go_and_what_is_kept_are_told() -> None:
    unsure = CAR.model_copy(update={"confidence": 0.2})
    notes = shortfalls(intent(avoid=(OUT,)), [unsure, DOG], left(0.6))
    assert notes == ("It is not sure where the car is: the likeliest place was left out.",)
    (shown,) = shortfalls(intent(avoid=(OUT,)), [unsure, DOG], left(0.8))
    assert shown == "It is not sure where the car is, and most of the likeliest place still shows."
    (alone,) = shortfalls(intent(avoid=(OUT,)), [CAR], left(0.6))
    assert alone == "Beside the car nothing of weight was found in this photo."


def test_who_is_entangled_with_what_is_to_go_is_told_to_be_cut() -> None:
    without = intent(avoid=(OUT,))
    driver = Evidence(
        kind=EvidenceKind.PERSON, box=Box(x1=0.5, y1=0.55, x2=0.7, y2=0.7), source="nanodet",
        confidence=0.9, label="person",
    )  # fmt: skip
    assert shortfalls(without, [CAR, driver], left(0.59)) == (
        "A person is cut to leave the car out.",
    )
    assert shortfalls(without, [CAR, driver, driver], left(0.5)) == (
        "2 people are gone with the car.",
    )
    above = Box(x1=0, y1=0, x2=1, y2=0.5)
    inside = driver.model_copy(update={"box": Box(x1=0.6, y1=0.4, x2=0.75, y2=0.7)})
    assert shortfalls(without, [CAR, inside], above) == ("A person is cut to leave the car out.",)
    whole = driver.model_copy(update={"box": Box(x1=0.61, y1=0.45, x2=0.8, y2=0.6)})
    kept = "What else was found overlaps the car: a person is kept."
    assert kept in shortfalls(without, [CAR, whole], Box.whole())
    # What is cut is told beside a person who is whole.
    seated = driver.model_copy(update={"box": Box(x1=0.61, y1=0.5, x2=0.85, y2=0.6)})
    cut = DOG.model_copy(update={"box": Box(x1=0.62, y1=0.52, x2=0.78, y2=0.68)})
    told = shortfalls(without, [CAR, seated, cut], Box(x1=0, y1=0, x2=1, y2=0.62))
    assert "A dog is cut to leave the car out." in told
    twice = CAR.model_copy(update={"kind": EvidenceKind.THING, "label": "truck"})
    (alone,) = shortfalls(without, [CAR, twice], left(0.6))  # the same thing by another name
    assert alone == "Beside the car nothing of weight was found in this photo."


def test_which_of_two_is_not_in_the_crop_is_told() -> None:
    dogs = [
        DOG.model_copy(update={"kind": EvidenceKind.SUBJECT, "phrase": "both dogs", "box": box})
        for box in (Box(x1=0.1, y1=0.4, x2=0.3, y2=0.9), Box(x1=0.7, y1=0.4, x2=0.9, y2=0.9))
    ]
    asked = intent(subjects=(Phrase(text="both dogs", head="dogs"),))
    assert shortfalls(asked, dogs, left(0.5)) == ("One of the two dogs is not in this crop.",)
    assert shortfalls(asked, dogs, left(0.8)) == ("Part of both dogs is outside this crop.",)


@given(st.floats(0.15, 1.0))
def test_a_subject_cut_for_free_room_is_always_told(edge: float) -> None:
    room = intent(copy_space=CopySpace(side=Side.LEFT))
    notes = shortfalls(room, [DOG], left(edge))
    whole = DOG.box.overlap(left(edge)) >= 0.95 * DOG.box.area
    assert bool(notes) != whole
    assert all("the free room on the left" in note and "the dog" in note for note in notes)


@pytest.mark.parametrize("chance", [0.1, 0.9])
def test_a_named_thing_of_little_chance_is_told(chance: float) -> None:
    dog = DOG.model_copy(
        update={"kind": EvidenceKind.SUBJECT, "phrase": "dog", "confidence": chance}
    )
    asked = intent(subjects=(Phrase(text="dog", head="dog"),))
    notes = shortfalls(asked, [dog], Box.whole())
    assert notes == (
        ("It is not sure that this is “dog”: the likeliest was taken.",) if chance < 0.3 else ()
    )
    assert shortfalls(asked, [dog], left(0.3))[0] == "Part of the dog is outside this crop."


def test_asking_for_faces_where_none_is_found_is_answered() -> None:
    faces = intent(never_cut=(NeverCut.FACES,))
    assert shortfalls(faces, [DOG], Box.whole()) == ("No face was found to keep.",)
    face = Evidence(kind=EvidenceKind.FACE, box=DOG.box, source="faceboxes", confidence=0.9)
    assert shortfalls(faces, [face], Box.whole()) == ()
    assert shortfalls(faces, [face], left(0.3)) == ("Not every face is whole in this crop.",)


def test_a_request_that_names_nothing_is_not_spoken_of() -> None:
    assert shortfalls(intent(), [CAR, DOG], left(0.1)) == ()


def test_a_face_that_nobody_asked_for_is_told_where_it_is_not_whole() -> None:
    face = Evidence(kind=EvidenceKind.FACE, box=DOG.box, source="faceboxes", confidence=0.9)
    assert shortfalls(intent(), [face], Box.whole()) == ()
    told = ("Not every face is whole in this crop.",)
    assert shortfalls(intent(), [face], left(0.3)) == told
    assert shortfalls(intent(), [face], left(0.3), told) == ()
    named = intent(subjects=(Phrase(text="dog", head="dog"),))
    dog = DOG.model_copy(update={"kind": EvidenceKind.SUBJECT, "phrase": "dog"})
    far = face.model_copy(update={"box": Box(x1=0.8, y1=0.1, x2=0.9, y2=0.2)})
    assert shortfalls(named, [dog, far], left(0.6)) == ()  # what is named comes first


def test_most_of_two_things_that_show_is_told_in_the_plural_and_in_a_shot_too() -> None:
    other = CAR.model_copy(update={"box": Box(x1=0.7, y1=0.1, x2=0.9, y2=0.3)})
    cars = [one.model_copy(update={"phrase": "two cars"}) for one in (CAR, other)]
    headshot = intent(avoid=(Phrase(text="two cars", head="cars"),), shot=Shot.HEADSHOT)
    said = "Both cars could not be left out wholly: most of them still show."
    assert shortfalls(headshot, [*cars, DOG], Box.whole()) == (said,)


def test_what_is_told_to_be_cut_is_not_told_to_be_lacking_as_well() -> None:
    without = intent(avoid=(OUT,))
    cut = "The dog is cut a little to make room for the rest."
    assert shortfalls(without, [CAR, DOG], left(0.45), [cut]) == ()
    narrow = "Square is too narrow for the dog: the middle is kept."
    assert shortfalls(without, [CAR, DOG], left(0.45), [narrow]) == ()


@given(st.floats(0.2, 1.0))
def test_a_thing_is_not_told_to_be_cut_where_it_is_whole(edge: float) -> None:
    dog = DOG.model_copy(update={"kind": EvidenceKind.SUBJECT, "phrase": "dog"})
    asked = intent(subjects=(Phrase(text="dog", head="dog"),))
    notes = ("The dog is cut a little to make room for the rest.", "The dog sleeps.")
    told = still_so(notes, asked, [dog], [Box.whole(), left(edge)])
    assert told == (notes if edge < dog.box.x2 - 1e-6 else notes[1:])


@pytest.mark.parametrize("edge", [0.4, 0.6])
def test_most_of_the_photo_is_told_to_be_kept_only_where_it_is(edge: float) -> None:
    several = np.array([(x, 0.1, x + 0.2, 0.4) for x in (0.0, 0.3, 0.6)])
    found = Found(several, np.full(3, 0.8), np.full(3, vocabulary().classes.index("dog")))
    dog = Phrase(text="the dog", head="dog")
    (said,) = answer(dog, found, np.zeros((60, 60, 3), np.uint8)).notes
    assert ROUND_IT in said
    (told,) = still_so([said], intent(), [], [left(edge)])
    assert told == (said if edge > 0.5 else said.replace(ROUND_IT, ""))
