"""Wishes that only together cannot be had, and complaints, as somebody writes them."""

import pytest

from cropsmith.tools.language.understanding import understand
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest, Intent, NeverCut, Shot


def _read(text: str) -> Intent:
    return understand(CropRequest(text=text), Size(width=3000, height=2000))


@pytest.mark.parametrize(
    "text",
    ["a square, but 16:9", "without the wheels but the whole bike", "full body, no feet"],
)
def test_what_cannot_be_had_together_is_told(text: str) -> None:
    assert _read(text).contradictions


@pytest.mark.parametrize("text", ["the whole dog, without the leash", "A4 but landscape"])
def test_what_can_be_had_together_is_no_contradiction(text: str) -> None:
    assert not _read(text).contradictions


def test_people_in_the_middle_are_avoided_and_it_is_told_that_no_crop_erases() -> None:
    intent = _read("delete the tourists in the middle but keep the fountain")
    assert [one.position for one in intent.avoid] == ["middle"]
    assert any("only leave out" in words for words in intent.unclear)


@pytest.mark.parametrize("text", ["you cut my mother's arm off", "you cropped out grandpa"])
def test_a_complaint_keeps_whole_what_was_cut(text: str) -> None:
    intent = _read(text)
    assert NeverCut.PEOPLE in intent.never_cut
    assert not intent.avoid


def test_a_portrait_is_a_shot_and_portrait_orientation_a_shape() -> None:
    assert _read("crop to a portrait").shot is Shot.PORTRAIT
    upright = _read("portrait orientation")
    assert upright.shot is None
    assert upright.targets[0].ratio is not None


def test_or_bigger_is_a_smallest_size() -> None:
    intent = _read("800x800 px or bigger, sneakers only")
    assert intent.min_size == Size(width=800, height=800)
    assert intent.targets[0].size is None


@pytest.mark.parametrize(
    "text", ["Das Bild soll so bleiben wie es ist", "laisse la photo comme elle est"]
)
def test_as_it_is_in_other_languages(text: str) -> None:
    assert _read(text).keep is True


def test_nonsense_and_stray_words_name_nothing() -> None:
    for text in ("purple monday runs the spoon", "7 7 7 blorp", "last one was awful"):
        intent = _read(text)
        assert not intent.subjects
        assert intent.unclear
