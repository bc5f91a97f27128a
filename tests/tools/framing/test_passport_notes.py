"""What is said of a finished passport photo."""

import pytest

from cropsmith.tools.framing.passport_notes import CHECK, passport_notes
from cropsmith.tools.language.passports import passports
from cropsmith.tools.schema.geometry import Size


@pytest.mark.parametrize(
    ("key", "size", "told"),
    [
        ("passport-us", (265, 265), "This has 265 x 265 pixels; the rule asks for 600 x 600."),
        ("passport", (280, 360), "This has 280 x 360 pixels; 35 x 45 mm at 300 dpi is 413 x 531."),
        ("passport-us", (600, 600), ""),
        ("passport-germany", (413, 531), ""),
    ],
)
def test_too_few_pixels_for_the_rule_are_told(key: str, size: tuple[int, int], told: str) -> None:
    notes = list(passport_notes(key, Size(width=size[0], height=size[1])))
    assert notes == [*([told] if told else []), CHECK]


def test_every_rule_has_a_size_to_hold_a_crop_against() -> None:
    for key in passports():
        assert len(list(passport_notes(key, Size(width=50, height=50)))) == 2, key


def test_nothing_is_said_of_other_shapes() -> None:
    assert not list(passport_notes("square", Size(width=50, height=50)))
