"""Crops beside what is to go: on every side with room, of the shape, as large as they can be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.agents.sources.beside import LEAST, beside, others
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box

PART = st.floats(0.05, 0.45)


@given(PART, PART, PART, PART, st.floats(0.4, 2.5))
def test_every_crop_is_free_of_the_thing_and_fills_its_side(
    x1: float, y1: float, width: float, height: float, shape: float
) -> None:
    thing = Box(x1=x1, y1=y1, x2=x1 + width, y2=y1 + height)
    rooms = [x1, 1 - thing.x2, y1, 1 - thing.y2]
    found = list(beside(thing, shape))
    assert len(found) == 3 * sum(room >= LEAST for room in rooms)
    for box in found:
        assert box.overlap(thing) == pytest.approx(0, abs=1e-9)
        assert box.width / box.height == pytest.approx(shape, rel=1e-6)
        fills = (box.width, 1 - 1e-9) if box.width > box.height else (box.height, 1 - 1e-9)
        assert any(abs(box.width - room) < 1e-9 or abs(box.height - room) < 1e-9
                   for room in rooms) or fills[0] >= fills[1]  # fmt: skip


def test_what_is_part_of_the_unwanted_thing_is_nothing_to_keep() -> None:
    def thing(x1: float, x2: float, chance: float) -> Evidence:
        return Evidence(
            kind=EvidenceKind.THING, box=Box(x1=x1, y1=0.2, x2=x2, y2=0.8), source="nanodet",
            confidence=chance, label="dog",
        )  # fmt: skip

    car = Box(x1=0.6, y1=0.1, x2=1, y2=0.9)
    inner, small, large, doubtful = (
        thing(0.7, 0.8, 1), thing(0, 0.1, 0.9), thing(0.1, 0.4, 0.9), thing(0.1, 0.5, 0.2),
    )  # fmt: skip
    assert others([inner, small, doubtful, large], [car]) == [large, small, doubtful]
