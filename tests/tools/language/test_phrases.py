"""Noun phrases."""

import pytest

from cropsmith.tools.language.phrases import phrase_of


@pytest.mark.parametrize(
    ("words", "text", "head", "count", "position"),
    [
        ("people at the edge", "people at the edge", "people", None, "edge"),
        ("men near the sides of the frame", "men near the sides of the frame", "men", None, "edge"),
        ("cup on the edge of a desk",) * 2 + ("cup on the edge of a desk", None, None),
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
        ("the top right window", "top right window", "window", None, "top right"),
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
