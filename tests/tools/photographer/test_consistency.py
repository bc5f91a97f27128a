"""Crops of one photo in several ratios."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cropsmith.tools.photographer import consistency as module
from cropsmith.tools.photographer.consistency import Option, choose_together, consistency
from cropsmith.tools.schema.geometry import Box, Point

CENTRE = Point(x=0.5, y=0.5)
LEFT, RIGHT = Box(x1=0, y1=0, x2=0.5, y2=1), Box(x1=0.5, y1=0, x2=1, y2=1)


def test_one_crop_and_equal_crops_are_consistent() -> None:
    assert consistency([LEFT], CENTRE).total == 1
    assert consistency([LEFT, LEFT, LEFT], CENTRE, subject=RIGHT).total == 1


def test_opposite_halves_have_nothing_in_common() -> None:
    found = consistency([LEFT, RIGHT], CENTRE, subject=Box(x1=0.1, y1=0.4, x2=0.3, y2=0.6))
    assert found.content == 0
    assert found.subject == pytest.approx(0, abs=1e-12)
    assert found.place == 0.5  # at the right edge of one and the left edge of the other


def test_a_slightly_worse_crop_is_taken_when_it_goes_with_the_other() -> None:
    square = [Option(RIGHT, 1.0), Option(LEFT, 0.9), Option(LEFT, 0.0)]
    story = [Option(Box(x1=0.1, y1=0, x2=0.4, y2=1), 1.0), Option(RIGHT, 0.0)]
    assert choose_together([square, story], CENTRE) == [1, 0]
    assert choose_together([square, story], CENTRE, weight=0) == [0, 0]


def test_a_target_without_options_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one option"):
        choose_together([[Option(LEFT, 1)], []], CENTRE)


boxes = st.tuples(*[st.floats(0, 0.6), st.floats(0.1, 0.4)] * 2).map(
    lambda v: Box(x1=v[0], y1=v[2], x2=v[0] + v[1], y2=v[2] + v[3])
)
options = st.lists(st.builds(Option, boxes, st.floats(0, 1)), min_size=1, max_size=4)


@settings(deadline=None)
@given(st.lists(options, min_size=1, max_size=3))
def test_improving_one_after_another_never_loses_to_the_best_of_each_alone(
    targets: list[list[Option]],
) -> None:
    everything = choose_together(targets, CENTRE)
    alone = choose_together(targets, CENTRE, weight=0)
    limit, module.EXHAUSTIVE = module.EXHAUSTIVE, 0
    try:
        stepwise = choose_together(targets, CENTRE)
    finally:
        module.EXHAUSTIVE = limit

    def joint(choice: list[int]) -> float:
        some = [targets[t][i] for t, i in enumerate(choice)]
        worth = [module._scaled([o.value for o in group]) for group in targets]
        value = sum(worth[t][i] for t, i in enumerate(choice)) / len(choice)
        return value + consistency([o.box for o in some], CENTRE).total

    best = max(joint(list(c)) for c in product(*(range(len(t)) for t in targets)))
    assert joint(list(everything)) == pytest.approx(best)
    assert joint(list(stepwise)) >= joint(list(alone)) - 1e-12
