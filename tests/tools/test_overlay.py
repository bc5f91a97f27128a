"""What is drawn is where it should be, and readable on any ground."""

import numpy as np
import pytest
from PIL import Image

from cropsmith.tools.geometry import Box, PixelBox
from cropsmith.tools.overlay import (
    PALETTE,
    Guide,
    Label,
    draw_boxes,
    draw_crop,
    draw_guides,
    side_by_side,
)
from cropsmith.tools.photo import open_photo

HALVES = np.zeros((300, 400, 3), np.uint8)
HALVES[:, :200] = (200, 0, 0)
HALVES[:, 200:] = (0, 0, 200)


def test_side_by_side_shows_photo_and_crop() -> None:
    photo = open_photo(HALVES)
    picture = side_by_side(photo, PixelBox(left=200, top=0, right=400, bottom=300))
    assert picture.height == 300 and picture.width == 400 + 8 + 200
    pixels = np.asarray(picture).astype(int)
    assert np.abs(pixels[150, 300] - (0, 0, 200)).max() < 10  # inside the crop, as it is
    assert np.abs(pixels[150, 100] - (80, 0, 0)).max() < 10  # outside, darkened
    assert pixels[150, 404].tolist() == [255, 255, 255]
    assert np.abs(pixels[150, 500] - (0, 0, 200)).max() < 10  # the crop beside it


@pytest.mark.parametrize(
    "box",
    [
        PixelBox(left=0, top=0, right=1, bottom=1),
        PixelBox(left=399, top=299, right=400, bottom=300),
        PixelBox(left=0, top=0, right=400, bottom=1),
        PixelBox(left=0, top=0, right=1, bottom=300),
        PixelBox(left=0, top=0, right=400, bottom=300),
    ],
)
def test_side_by_side_of_extreme_boxes(box: PixelBox) -> None:
    picture = side_by_side(open_photo(HALVES), box, guides=list(Guide))
    assert picture.height == 300 and 400 < picture.width <= 408 + 1800


@pytest.mark.parametrize("ground", [0, 255])
def test_lines_read_on_black_and_white(ground: int) -> None:
    image = Image.new("RGB", (400, 300), (ground,) * 3)
    drawn = np.asarray(draw_guides(image, [Guide.THIRDS])).astype(int)
    column = drawn[20, 120:146]
    assert np.abs(column - ground).sum(axis=1).max() > 300
    assert np.array_equal(np.asarray(image), np.full((300, 400, 3), ground))


def test_guides_are_where_they_belong() -> None:
    image = Image.new("RGB", (600, 300), "white")
    for guide, x in [(Guide.THIRDS, 200), (Guide.GOLDEN, 229), (Guide.CENTRE, 300)]:
        drawn = np.asarray(draw_guides(image, [guide])).astype(int)
        marked = np.flatnonzero((drawn[10] != 255).any(axis=1))
        assert np.abs(marked - x).min() <= 1, guide
    diagonals = np.asarray(draw_guides(image, [Guide.DIAGONALS])).astype(int)
    assert (diagonals[75, 148:153] != 255).any() and (diagonals[75, 448:453] != 255).any()
    inside = np.asarray(
        draw_guides(image, [Guide.CENTRE], within=Box(x1=0, y1=0, x2=0.5, y2=1))
    ).astype(int)
    assert (inside[10, 148:153] != 255).any() and (inside[10, 298:303] == 255).all()


def test_labels_stay_inside_and_boxes_have_their_colour() -> None:
    image = Image.new("RGB", (400, 300), "gray")
    labels = [
        Label(box=Box(x1=0.8, y1=0.0, x2=1, y2=1), text="a long label at the edge", colour=1),
        Label(box=Box(x1=0.1, y1=0.5, x2=0.2, y2=0.6), colour=len(PALETTE)),
    ]
    drawn = np.asarray(draw_boxes(image, labels))
    assert drawn.shape == (300, 400, 3)
    colours = {tuple(c) for c in drawn.reshape(-1, 3)}
    assert (0, 229, 255) in colours and (255, 212, 0) in colours


def test_the_crop_is_drawn_to_the_pixel() -> None:
    image = Image.new("RGB", (100, 100), "white")
    drawn = np.asarray(draw_crop(image, Box(x1=0.2, y1=0.3, x2=0.8, y2=0.9)))
    assert drawn[5, 5].tolist() == [102, 102, 102]
    assert drawn[50, 50].tolist() == [255, 255, 255]
    assert drawn[29, 50].tolist() == [102, 102, 102] and drawn[30, 50].tolist() == [255, 212, 0]
