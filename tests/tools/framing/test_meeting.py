"""The framing beside what must hold anyway."""

import pytest

from cropsmith.errors import Infeasible
from cropsmith.tools.constraints.kinds import Axis, HasRatio, Inside
from cropsmith.tools.constraints.placed import Placed
from cropsmith.tools.constraints.relaxation import Settled
from cropsmith.tools.constraints.solver import solve
from cropsmith.tools.framing.inside import inside_wishes
from cropsmith.tools.framing.meeting import meet
from cropsmith.tools.framing.wish import Framing, Wish
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Target
from tests.tools.framing.pictures import IMAGE

SQUARE = Target(ratio=Ratio.of(1, 1))
CAR = [wish.constraint for wish in inside_wishes(200, 300, 1800, 1500, IMAGE, "the car")]
BEFORE = Settled((Inside(IMAGE), *CAR), ("A note of before.",))


def placed(at: int, low: float, high: float, *, firm: bool = False) -> Wish:
    return Wish(Placed(Axis.X, at, low, high, "it"), "It came near.", firm)


def test_what_was_settled_holds_and_a_wish_comes_as_near_as_it_can() -> None:
    framing = Framing((), (placed(1000, 0.9, 0.96),))
    met = meet(BEFORE, framing, SQUARE, IMAGE)
    crop = solve(Box.whole(), SQUARE, met.constraints, IMAGE)
    assert met.notes == ("A note of before.", "It came near.")
    assert crop.left <= 200 and crop.right >= 1800
    # At its rightmost the crop ends with the car: 1000 of 1800 is as far as it goes.
    assert (1000 - crop.left) / crop.size.width == pytest.approx(1000 / 1800, abs=0.015)


def test_an_earlier_wish_goes_before_a_later_one() -> None:
    first, second = placed(1000, 0.3, 0.5), placed(1000, 0.54, 0.6)
    met = meet(BEFORE, Framing((), (first, second)), SQUARE, IMAGE)
    assert first.constraint in met.constraints and second.constraint not in met.constraints


def test_wishes_that_hold_are_kept_without_a_word() -> None:
    met = meet(BEFORE, Framing((), (placed(1000, 0.4, 0.6),)), SQUARE, IMAGE)
    assert met.notes == BEFORE.notes
    assert HasRatio(Ratio.of(1, 1)) in met.constraints


def test_a_firm_wish_is_refused_instead() -> None:
    with pytest.raises(Infeasible, match="It came near"):
        meet(BEFORE, Framing((), (placed(1000, 0.9, 0.96, firm=True),)), SQUARE, IMAGE)


def test_nothing_asked_changes_nothing() -> None:
    assert meet(BEFORE, Framing(()), SQUARE, IMAGE) == BEFORE
