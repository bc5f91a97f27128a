"""What is drawn is where it should be, and readable on any ground."""

import numpy as np
import pytest
from PIL import Image

from cropsmith.tools.drawing.overlay import draw_crop, side_by_side
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.schema.geometry import Box, PixelBox

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
    picture = side_by_side(open_photo(HALVES), box)
    assert picture.height == 300 and 400 < picture.width <= 408 + 1800


def test_the_crop_is_drawn_to_the_pixel() -> None:
    image = Image.new("RGB", (100, 100), "white")
    drawn = np.asarray(draw_crop(image, Box(x1=0.2, y1=0.3, x2=0.8, y2=0.9)))
    assert drawn[5, 5].tolist() == [102, 102, 102]
    assert drawn[50, 50].tolist() == [255, 255, 255]
    assert drawn[29, 50].tolist() == [102, 102, 102] and drawn[30, 50].tolist() == [255, 212, 0]
