"""Several things said of one thing in one breath."""

import pytest

from cropsmith.tools.language.understanding import understand
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import (
    Across,
    CropRequest,
    Down,
    Intent,
    NeverCut,
    Tightness,
)


def read(text: str) -> Intent:
    return understand(CropRequest(text=text), Size(width=3000, height=2000))


@pytest.mark.parametrize(
    ("text", "near", "across", "down"),
    [
        ("the lighthouse whole on the left third", Tightness.NORMAL, Across.LEFT_THIRD, None),
        ("the cottage small at the bottom, a bit off centre to the left", Tightness.LOOSE,
         Across.LEFT, Down.BOTTOM),
        ("the moon big and low on the left", Tightness.TIGHT, Across.LEFT, Down.BOTTOM),
    ],
)  # fmt: skip
def test_each_part_is_read_as_if_it_were_said_alone(
    text: str, near: Tightness, across: Across | None, down: Down | None
) -> None:
    intent = read(text)
    assert len(intent.subjects) == 1
    assert (intent.tightness, intent.placement.across, intent.placement.down) == (
        near, across, down,
    )  # fmt: skip
    assert not intent.unclear


def test_whole_beside_a_side_says_which_one_is_meant() -> None:
    intent = read("the couple on the left, whole")
    assert [p.position for p in intent.subjects] == ["leftmost"]
    assert NeverCut.PEOPLE in intent.never_cut
    assert intent.placement.across is None


def test_a_side_before_the_verb_still_says_which_one() -> None:
    intent = read("can the penguin on the far right be bigger in the frame?")
    assert [p.position for p in intent.subjects] == ["rightmost"]
    assert intent.tightness is Tightness.TIGHT
