"""What photos teach: experts' crops, votes in both orders, when to keep."""

from pathlib import Path
from typing import Any

import pytest

from cropsmith.agents.backends.boxes.family import family_named
from cropsmith.agents.parts.parts import build_parts
from cropsmith.evals.datasets.dataset import Dataset
from cropsmith.evals.training.lessons.lecture import SETTINGS, lessons_of
from cropsmith.evals.training.lessons.lesson import Lesson, said
from cropsmith.evals.training.lessons.lore import cut_to_its_crop
from cropsmith.evals.training.lessons.teacher import NEAR
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

QWEN = family_named("qwen3-vl")


def lessons(data: Dataset, kind: Any) -> list[Lesson]:
    return [one for p in data.photos for one in lessons_of(p, p.votes, QWEN, kind)]


@pytest.fixture(scope="module")
def imitated(fcdb: Dataset) -> list[Lesson]:
    return lessons(fcdb, "sft")


def test_the_experts_crop_is_proposed_first_and_chosen(
    fcdb: Dataset, imitated: list[Lesson]
) -> None:
    experts = {photo.name: photo.crops[0].box for photo in fcdb.photos}
    proposed = [one for one in imitated if one.ask.purpose == "propose" and one.photo in experts]
    assert len(proposed) == 2 * len(fcdb.photos)  # of any shape, and of the expert's
    for lesson in proposed:
        answer: Any = lesson.answer
        assert answer.crops[0].box == experts[lesson.photo] and not answer.keep
        roles = [crop.role for crop in answer.crops]
        assert len(set(roles)) == len(roles) and None not in roles
    decided = [one for one in imitated if one.ask.purpose == "decide" and one.photo in experts]
    assert decided
    for lesson in decided:
        answer = lesson.answer
        worth = lesson.truth.letters["ABCDEFG".index(answer.choice)]
        assert worth == max(lesson.truth.letters) >= NEAR
        assert answer.ranking[0] == answer.choice


def test_a_photo_cut_to_its_crop_is_kept(fcdb: Dataset, imitated: list[Lesson]) -> None:
    cut = [photo for photo in fcdb.photos if cut_to_its_crop(photo)]
    kept = [one for one in imitated if one.photo.endswith(", cut")]
    assert cut and {one.photo for one in kept} == {f"{photo.name}, cut" for photo in cut}
    for lesson in kept:
        answer: Any = lesson.answer
        if lesson.ask.purpose == "propose":
            assert answer.keep and lesson.truth.keep and answer.crops[0].box == Box.whole()
        if lesson.ask.purpose == "decide":
            letter = "ABCDEFG".index(answer.choice)
            assert lesson.truth.letters[letter] == 1.0


def test_votes_teach_in_both_orders_and_by_letters_alone(fcdb: Dataset) -> None:
    told = lessons(fcdb, "dpo")
    assert len(told) == 2 * sum(len(photo.votes) for photo in fcdb.photos)
    shapes = {
        photo.name: [_shape(box, photo) for box in (photo.votes[0].first, photo.votes[0].second)]
        for photo in fcdb.photos
    }
    for first, second in zip(told[::2], told[1::2], strict=True):
        assert [_letters(first), _letters(second)] == [("A", "B"), ("B", "A")]
        for lesson in (first, second):
            spoken = said(lesson)
            assert len(spoken.answer) == len(spoken.rejected)
            chosen: Any = lesson.answer
            picture = lesson.ask.pictures[1 + "AB".index(chosen.choice)]
            # Four of five liked the first, which is the expert's.
            made = picture.size.width / picture.size.height
            assert made == pytest.approx(shapes[lesson.photo][0], rel=0.03)
            assert made != pytest.approx(shapes[lesson.photo][1], rel=0.03)


def test_what_lies_on_this_machine_gets_into_no_lesson(
    home: Path,
) -> None:
    """A decoder, a rater and a detector in the weights folder are neither used nor tried."""
    for name in ("clipcrop", "clipcropping", "owlvit-base-patch32"):
        folder = home / "weights" / name
        folder.mkdir(parents=True)
        for file in ("config.json", "model.safetensors"):
            (folder / file).write_text("torn", "utf-8")
    parts = build_parts(SETTINGS)
    assert parts.cropper is None and parts.rater is None and parts.detector is None


def _letters(lesson: Lesson) -> tuple[str, str]:
    chosen: Any = lesson.answer
    rejected: Any = lesson.rejected
    assert chosen.comparison == rejected.comparison and chosen.reasons == rejected.reasons
    return chosen.choice, rejected.choice


def _shape(box: Box, photo: LabelledPhoto) -> float:
    assert photo.size is not None
    return box.width * photo.size.width / (box.height * photo.size.height)


def test_advice_to_reject_is_taught_as_a_rejection(fcdb: Dataset) -> None:
    photo = fcdb.photos[0].model_copy(update={"advice": "reject", "crops": ()})
    told = list(lessons_of(photo, (), QWEN, "sft"))
    answers: list[Any] = [one.answer for one in told if one.ask.purpose == "decide"]
    assert len(answers) == 2 and all(answer.reject for answer in answers)
    assert not [one for one in told if one.ask.purpose == "propose"]
