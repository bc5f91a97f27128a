"""Slips of the keyboard are mended where one word is meant, and names are left alone."""

import pytest

from cropsmith.tools.language.typos import mended
from cropsmith.tools.language.understanding import understand
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("womman", "woman"), ("umbrela", "umbrella"), ("childern", "children"),
        ("thrid", "third"), ("croping", "cropping"), ("remvoe", "remove"),
    ],
)  # fmt: skip
def test_one_slip_is_mended(word: str, meant: str) -> None:
    assert mended(word) == meant


@pytest.mark.parametrize(
    "word", ["lighthouses", "brooch", "paella", "whiten", "treehouse", "theo", "zzyzxq", "kayaker"]
)
def test_words_stay(word: str) -> None:
    assert mended(word) == word


def test_a_request_is_read_with_its_slips_mended() -> None:
    size = Size(width=6000, height=4000)
    intent = understand(CropRequest(text="the womman with the umbrela on the left thrid"), size)
    assert [phrase.text for phrase in intent.subjects] == ["woman with the umbrella"]
    assert intent.placement.across == "left third"


def test_a_name_is_no_slip() -> None:
    size = Size(width=6000, height=4000)
    intent = understand(CropRequest(text="please crop it to Childern only"), size)
    assert [phrase.text for phrase in intent.subjects] == ["childern"]
