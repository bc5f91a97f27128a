"""Shapes that are spoken of and not wanted."""

import pytest

from cropsmith.tools.language.retractions import without_retractions
from cropsmith.tools.language.understanding import understand
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("the kettle, 4:3 rather than 3:2", "4:3"),
        ("5:4 instead of 16:9, the kettle", "5:4"),
        ("square instead of what you gave me, the kettle", "1:1"),
        ("square, no wait, 3:4, the kettle", "3:4"),
    ],
)
def test_only_the_wanted_shape_is_made(text: str, ratio: str) -> None:
    intent = understand(CropRequest(text=text), Size(width=6000, height=4000))
    assert [str(t.ratio) for t in intent.targets] == [ratio]
    assert [p.text for p in intent.subjects] == ["kettle"]


@pytest.mark.parametrize(
    ("text", "ratio"),
    [("somewhere between 4:5 and square", "4:5"), ("anything from 3:2 to 16:9", "3:2")],
)
def test_of_a_range_one_shape_is_made_and_told(text: str, ratio: str) -> None:
    intent = understand(CropRequest(text=text), Size(width=6000, height=4000))
    assert [str(t.ratio) for t in intent.targets] == [ratio]
    assert any(words.endswith(f"{ratio} is taken") for words in intent.unclear)


@pytest.mark.parametrize("text", ["the boat between the rocks", "3:2 and 16:9"])
def test_no_range_and_nothing_taken_back(text: str) -> None:
    assert without_retractions(text) == (text, [])


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("Can you give me a landscape version, 1920x1080, with the kettle", "16:9"),
        ("You keep giving me a square, I want 3:4 with the kettle", "3:4"),
        ("it gave me a portrait crop but the kettle should be 16:9", "16:9"),
    ],
)
def test_no_more_goes_with_it_than_what_was_got(text: str, ratio: str) -> None:
    intent = understand(CropRequest(text=text), Size(width=6000, height=4000))
    assert [str(t.ratio) for t in intent.targets] == [ratio]
    assert [p.text for p in intent.subjects] == ["kettle"]
