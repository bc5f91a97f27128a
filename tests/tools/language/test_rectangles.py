"""Rectangles in pixels are what is left of the photo; measures that a photo lacks are told."""

import pytest

from cropsmith.tools.language.understanding import understand
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.request import CropRequest, Intent


def read(text: str) -> Intent:
    return understand(CropRequest(text=text), Size(width=2000, height=1000))


@pytest.mark.parametrize(
    "text",
    [
        "from pixel 200,150 to 1400,950 please",
        "crop to x=200 y=150 w=1200 h=800",
        "1200x800+200+150",
        "crop to 1200 x 800 px starting at (200, 150)",
        "top left 200,150 and bottom right 1400,950",
    ],
)
def test_a_rectangle_leaves_out_what_lies_round_it(text: str) -> None:
    intent = read(text)
    assert [str(target.size) for target in intent.targets] == [str(Size(width=1200, height=800))]
    assert not (intent.unclear or intent.contradictions)
    assert set(intent.keep_out) == {
        Box(x1=0, y1=0, x2=0.1, y2=1), Box(x1=0, y1=0, x2=1, y2=0.15),
        Box(x1=1 - (1 - 0.7), y1=0, x2=1, y2=1), Box(x1=0, y1=1 - (1 - 0.95), x2=1, y2=1),
    }  # fmt: skip


def test_a_rectangle_beyond_the_photo_is_told() -> None:
    intent = read("from 200,150 to 2400,950")
    assert not intent.keep_out
    assert any("2400" in words for words in intent.unclear)


def test_four_bare_numbers_are_told() -> None:
    intent = read("crop 200 150 1400 950")
    assert not intent.keep_out
    assert any("two corners" in words for words in intent.unclear)


@pytest.mark.parametrize("text", ["lose the top inch", "take 2 cm off the left side"])
def test_a_photo_has_no_inches(text: str) -> None:
    intent = read(text)
    assert not intent.keep_out
    assert any("no such measure" in words for words in intent.unclear)
