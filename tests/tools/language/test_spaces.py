"""Strips to cut away and regions to keep."""

import pytest

from cropsmith.tools.language import understand
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("cut 10% off the top", (0, 0, 1, 0.1)),
        ("crop away the bottom half", (0, 0.5, 1, 1)),
        ("trim a quarter off the left side", (0, 0, 0.25, 1)),
        ("only the top half", (0, 0.5, 1, 1)),
        ("keep the right third", (0, 0, 2 / 3, 1)),
    ],
)
def test_strips_become_keep_out_zones(words: str, zone: tuple[float, ...]) -> None:
    intent = understand(CropRequest(text=words), Size(width=300, height=200))
    assert [box.corners for box in intent.keep_out] == [pytest.approx(zone)]
    assert not intent.subjects and not intent.avoid and not intent.unclear


@pytest.mark.parametrize(
    "words", ["crop the left side", "lose the bottom", "remove the empty space on the right"]
)
def test_without_a_share_it_is_asked_how_much(words: str) -> None:
    intent = understand(CropRequest(text=words), Size(width=300, height=200))
    assert intent.unclear and intent.unclear[0].endswith("how much of it?")
    assert not intent.keep_out and not intent.avoid
