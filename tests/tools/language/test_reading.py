"""Spelling, slips of the keyboard, and taking words out."""

import pytest

from cropsmith.tools.language.reading import Reading, corrected, normalised


@pytest.mark.parametrize(
    ("slip", "word"),
    [("sqaure", "square"), ("potrait", "portrait"), ("landscpae", "landscape"),
     ("instagarm", "instagram"), ("squuare", "square")],
)  # fmt: skip
def test_one_slip_is_corrected(slip: str, word: str) -> None:
    assert corrected(slip) == word


@pytest.mark.parametrize("word", ["squire", "squares", "manner", "pictures", "umbrella", "banana"])
def test_other_words_are_left_alone(word: str) -> None:
    assert corrected(word) == word


def test_text_is_made_uniform() -> None:
    assert normalised("Don’t  CROP – the Dog!!! 16×9, for Insta") == (
        "don't crop , the dog. 16x9, for instagram"
    )
    assert normalised("the the the dog") == "the dog"


def test_what_is_taken_leaves_a_gap() -> None:
    reading = Reading("the dog square and cat")
    assert [m[0] for m in reading.take("square")] == ["square"]
    assert reading.text == "the dog  |  and cat"
    assert not reading.took("square")
