"""Guides are drawn where they belong, on a copy, and named in the legend."""

import numpy as np
import pytest

from cropsmith.tools.drawing.guides import COLOURS, Guide, Overlay, draw_overlay
from cropsmith.tools.schema.evidence import Line
from cropsmith.tools.schema.geometry import Box, Point

GREY = np.full((300, 600, 3), 90, np.uint8)
BOX = Box(x1=0.1, y1=0.2, x2=0.5, y2=0.8)
HORIZON = Line(start=Point(x=0, y=0.4), end=Point(x=1, y=0.4), kind="horizon")


def overlay(guide: Guide) -> Overlay:
    return Overlay((guide,), boxes=[BOX], lines=[HORIZON])


@pytest.mark.parametrize(
    ("guide", "x", "y"),
    [
        (Guide.THIRDS, 200, 10),
        (Guide.GOLDEN, round(600 * 0.618), 10),
        (Guide.DIAGONALS, 300, 150),
        (Guide.CENTRE, 300, 150),
        (Guide.LINES, 50, 120),
        (Guide.BOXES, 60, 150),
    ],
)
def test_each_guide_passes_where_it_should(guide: Guide, x: int, y: int) -> None:
    drawn = draw_overlay(GREY, overlay(guide))
    assert drawn.shape == GREY.shape
    near = drawn[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3].reshape(-1, 3)
    assert (near == COLOURS[guide]).all(axis=1).any()
    assert (GREY == 90).all()
    assert (drawn == 90).all(axis=2).mean() > 0.9


@pytest.mark.parametrize("guide", Guide)
def test_the_legend_names_what_is_drawn(guide: Guide) -> None:
    assert overlay(guide).legend


def test_nothing_found_is_not_named() -> None:
    assert Overlay((Guide.BOXES, Guide.LINES)).legend == ""
