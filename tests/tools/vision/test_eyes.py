import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from skimage import data

from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.vision.lines import find_lines, horizon, tilt
from cropsmith.tools.vision.saliency import focus, saliency_map, salient_box
from cropsmith.tools.vision.text import find_text

Pixels = NDArray[np.uint8]


def spot(x: float, y: float) -> Pixels:
    """A red disc on grey noise, at a place in [0, 1] of 320x200."""
    noise = np.random.default_rng(0).integers(110, 130, (200, 320, 3), dtype=np.uint8)
    image = Image.fromarray(noise)
    cx, cy = x * 320, y * 200
    ImageDraw.Draw(image).ellipse((cx - 14, cy - 14, cx + 14, cy + 14), fill="red")
    return np.asarray(image)


@pytest.mark.parametrize(("x", "y"), [(0.2, 0.3), (0.5, 0.5), (0.8, 0.7)])
def test_what_stands_out_is_found_where_it_is(x: float, y: float) -> None:
    saliency = saliency_map(spot(x, y))
    assert saliency.sum() == pytest.approx(1, abs=1e-4)
    point = focus(saliency)
    assert (point.x, point.y) == pytest.approx((x, y), abs=0.08)
    box = salient_box(saliency)
    assert box is not None
    assert box.x1 < x < box.x2
    assert box.y1 < y < box.y2


def test_nothing_stands_out_of_a_blank_picture() -> None:
    saliency = saliency_map(np.full((100, 150, 3), 128, np.uint8))
    assert saliency.max() == pytest.approx(saliency.min())
    assert salient_box(saliency) is None


@pytest.mark.parametrize("drop", [0, 8, -8])
def test_a_horizon_is_found_and_its_tilt_measured(drop: int) -> None:
    image = Image.new("RGB", (320, 200), "skyblue")
    ImageDraw.Draw(image).polygon(
        [(0, 120 - drop), (320, 120 + drop), (320, 200), (0, 200)], fill="darkgreen"
    )
    found = horizon(find_lines(np.asarray(image)))
    assert found is not None
    degrees = float(np.degrees(np.arctan2(2 * drop, 320)))
    assert tilt(found, 320 / 200) == pytest.approx(degrees, abs=0.6)


def test_a_blank_picture_has_no_lines() -> None:
    assert find_lines(np.full((100, 150, 3), 128, np.uint8)) == ()


def test_a_written_line_is_found_and_a_plain_photo_part_is_not_called_text() -> None:
    image = Image.new("RGB", (640, 400), "white")
    font = ImageFont.load_default(size=36)
    ImageDraw.Draw(image).text((120, 180), "Every photograph is a choice", fill="black", font=font)
    left, top, right, bottom = ImageDraw.Draw(image).textbbox(
        (120, 180), "Every photograph is a choice", font=font
    )
    truth = Box.of((left / 640, top / 400, right / 640, bottom / 400))
    found = find_text(np.asarray(image))
    assert found
    assert found[0].box.iou(truth) > 0.6
    blank = np.full((400, 640, 3), 200, np.uint8)
    assert find_text(blank) == ()


def test_text_of_a_scanned_page_is_found() -> None:
    page = np.repeat(data.page()[..., None], 3, axis=2)
    assert len(find_text(page)) >= 3
