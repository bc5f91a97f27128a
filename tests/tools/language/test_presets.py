"""The data file of named shapes."""

import re

import pytest

from cropsmith.errors import UsageError
from cropsmith.tools.language.presets import presets
from cropsmith.tools.language.shapes import target_named


def test_every_preset_is_found_by_each_of_its_names() -> None:
    for preset in presets().values():
        for words in preset.words:
            assert target_named(words).ratio == preset.target.ratio, words


def test_names_are_not_shared() -> None:
    words = [w for preset in presets().values() for w in preset.words]
    assert len(words) == len(set(words))


def test_every_preset_says_where_its_numbers_are_from() -> None:
    for preset in presets().values():
        assert preset.source in ("norm", "usage"), preset.key
        assert re.fullmatch(r"(20\d\d-[01]\d)?", preset.checked), preset.key
        assert (preset.size is None) != (preset.ratio is None), preset.key


@pytest.mark.parametrize(
    ("name", "ratio", "size"),
    [
        ("4:5", "4:5", None),
        ("Instagram Portrait", "4:5", (1080, 1350)),
        ("1080x1350", "4:5", (1080, 1350)),
        ("square", "1:1", None),
        ("A4 landscape", "99:70", None),
        ("wallpaper for my phone", "6:13", None),
        ("1.91:1", "191:100", None),
    ],
)
def test_a_shape_by_name(name: str, ratio: str, size: tuple[int, int] | None) -> None:
    target = target_named(name)
    assert str(target.ratio) == ratio and target.name == name
    assert (target.size and (target.size.width, target.size.height)) == size


@pytest.mark.parametrize("name", ["", "blue", "4:5 square", "square and 4:5", "100:1", "0:3"])
def test_what_is_no_single_shape_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        target_named(name)
