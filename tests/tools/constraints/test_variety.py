"""How many crops can differ where hard constraints hold."""

import pytest

from cropsmith.tools.constraints.kinds import AtLeast, Constraint, Inside
from cropsmith.tools.constraints.things import Contains
from cropsmith.tools.constraints.variety import variety
from cropsmith.tools.schema.geometry import PixelBox, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Target
from cropsmith.tools.schema.result import CheckKind

IMAGE = Size(width=600, height=400)
SQUARE = Target(ratio=Ratio(width=1, height=1))


def whole(left: int, top: int, right: int, bottom: int) -> Contains:
    box = PixelBox(left=left, top=top, right=right, bottom=bottom)
    return Contains(box, "the dog", CheckKind.MUST_STAY)


@pytest.mark.parametrize(
    ("target", "rules", "differ"),
    [
        (Target(), [], 6),
        (SQUARE, [], 6),
        (Target(size=IMAGE), [], 1),
        (SQUARE, [AtLeast(Size(width=400, height=400)), whole(0, 0, 10, 10)], 1),
        (SQUARE, [whole(5, 5, 399, 399)], 1),  # a pixel or two is no difference
    ],
)
def test_no_more_than_differ(target: Target, rules: list[Constraint], differ: int) -> None:
    assert variety(target, [Inside(IMAGE), *rules], IMAGE, most=6) == differ


def test_little_room_allows_some() -> None:
    rules: list[Constraint] = [Inside(IMAGE), whole(30, 0, 410, 380)]
    assert 1 < variety(SQUARE, rules, IMAGE, most=8) < 8
