import numpy as np
import pytest
from numpy.typing import NDArray

from cropsmith.tools.photographer.elements import elements
from cropsmith.tools.schema.evidence import Element

SIDE = 96


def blob(x: float, y: float) -> NDArray[np.float32]:
    """One small bright spot at a place in [0, 1]."""
    ys, xs = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    return np.asarray(np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / 0.006), np.float32)


def stripes(dx: float, dy: float) -> NDArray[np.float32]:
    ys, xs = np.mgrid[0:SIDE, 0:SIDE]
    return np.asarray(0.5 + 0.5 * np.sin((dx * xs + dy * ys) * 0.4), np.float32)


@pytest.mark.parametrize(
    ("x", "y", "element"),
    [
        (0.5, 0.5, Element.CENTER),
        (1 / 3, 2 / 3, Element.RULE_OF_THIRDS),
        (2 / 3, 1 / 3, Element.RULE_OF_THIRDS),
        (0.4, 0.4, Element.GOLDEN_RATIO),
    ],
)
def test_a_spot_is_placed_where_it_is(x: float, y: float, element: Element) -> None:
    found = elements(blob(x, y), blob(x, y))
    placements = (Element.CENTER, Element.RULE_OF_THIRDS, Element.GOLDEN_RATIO)
    assert max(placements, key=lambda e: found[e]) is element
    assert found[element] > 0.7


@pytest.mark.parametrize(
    ("dx", "dy", "element"),
    [
        (0, 1, Element.HORIZONTAL),
        (1, 0, Element.VERTICAL),
        (0.7, 0.7, Element.DIAGONAL),
        (0.7, -0.7, Element.DIAGONAL),
    ],
)
def test_stripes_run_the_way_they_run(dx: float, dy: float, element: Element) -> None:
    found = elements(stripes(dx, dy), np.ones((SIDE, SIDE), np.float32))
    ways = (Element.HORIZONTAL, Element.VERTICAL, Element.DIAGONAL)
    assert max(ways, key=lambda e: found[e]) is element
    assert found[element] > 0.9


def test_a_mirrored_picture_is_symmetric_and_a_lopsided_one_is_not() -> None:
    rng = np.random.default_rng(0)
    half = rng.random((SIDE, SIDE // 2), dtype=np.float32).repeat(2, 0)[:SIDE]
    mirrored = np.hstack([half, half[:, ::-1]])
    flat = np.ones_like(mirrored)
    assert elements(mirrored, flat)[Element.SYMMETRIC] > 0.9
    assert elements(rng.random((SIDE, SIDE), dtype=np.float32), flat)[Element.SYMMETRIC] < 0.3


def test_even_interest_is_placed_nowhere_and_a_blank_picture_has_no_element() -> None:
    flat = np.ones((SIDE, SIDE), np.float32)
    found = elements(flat, flat)
    assert found[Element.CENTER] < 0.05
    assert found[Element.SYMMETRIC] == 0
    assert found[Element.HORIZONTAL] == 0
