"""Guides are where they belong, and readable on any ground."""

import numpy as np
import pytest
from numpy.typing import NDArray

from cropsmith.tools.evidence import Line
from cropsmith.tools.geometry import Box, Point
from cropsmith.tools.guides import COLOURS, Guide, Overlay, draw_overlay

WHITE = np.full((300, 600, 3), 255, np.uint8)


def marked(drawn: NDArray[np.uint8], row: int) -> NDArray[np.intp]:
    return np.flatnonzero((drawn[row] != 255).any(axis=1))


@pytest.mark.parametrize("ground", [0, 255])
@pytest.mark.parametrize("guide", [Guide.THIRDS, Guide.GOLDEN, Guide.DIAGONALS])
def test_lines_read_on_black_and_white(ground: int, guide: Guide) -> None:
    pixels = np.full((300, 400, 3), ground, np.uint8)
    drawn = draw_overlay(pixels, Overlay(guides=(guide,))).astype(int)
    assert np.abs(drawn[20] - ground).sum(axis=1).max() > 300
    assert (pixels == ground).all()


@pytest.mark.parametrize(
    ("guide", "row", "columns"),
    [
        (Guide.THIRDS, 10, [200, 400]),
        (Guide.GOLDEN, 10, [229, 371]),
        (Guide.DIAGONALS, 75, [150, 450]),
        (Guide.CENTRE, 140, [300]),
    ],
)
def test_guides_are_where_they_belong(guide: Guide, row: int, columns: list[int]) -> None:
    places = marked(draw_overlay(WHITE, Overlay(guides=(guide,))), row)
    for column in columns:
        assert np.abs(places - column).min() <= 1
    assert all(min(abs(place - column) for column in columns) <= 6 for place in places)


def test_lines_and_boxes_are_drawn_where_they_were_found() -> None:
    line = Line(start=Point(x=0.5, y=0), end=Point(x=0.5, y=1))
    box = Box(x1=0.1, y1=0.2, x2=0.3, y2=1)
    overlay = Overlay(guides=(Guide.LINES, Guide.BOXES), lines=(line,), boxes=(box,))
    drawn = draw_overlay(WHITE, overlay)
    assert tuple(drawn[100, 300]) == COLOURS[Guide.LINES]
    assert tuple(drawn[100, 60]) == COLOURS[Guide.BOXES]
    assert tuple(drawn[299, 100]) == COLOURS[Guide.BOXES]
    assert (drawn[100, 100] == 255).all()
