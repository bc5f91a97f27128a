"""Straightening through the whole graph: the answer lies on the level photo."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cropsmith import acrop, crop
from cropsmith.agents.replay.replay import replay
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.photo import small_jpeg
from cropsmith.agents.trace.views.page import page
from cropsmith.errors import ArgumentError, UsageError
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.tools.images.photo import open_photo


@pytest.fixture
def wall() -> np.ndarray:
    """Windows in a wall: nothing is plainer to level by."""
    pixels = np.full((600, 900, 3), 190, np.uint8)
    for x in range(60, 840, 130):
        for y in range(60, 540, 130):
            pixels[y : y + 80, x : x + 70] = 30
    return pixels


def test_by_degrees(photos: Path) -> None:
    made = crop(photos / "coffee.jpg", ratio="1:1", straighten=5, trace=False)
    plain = open_photo(photos / "coffee.jpg")
    level = plain.straightened(5)
    assert (made.angle, made.report.image, made.photo.size) == (5, level.size, level.size)
    assert made.pixels[2] <= level.size.width and made.pixels[3] <= level.size.height
    assert re.match(r"Turned 5° clockwise, as asked; \d\d% of its area is left.", made.notes[0])
    assert made.image.size == (made.crops[0].output.width, made.crops[0].output.height)
    upper_left, upper_right, *_ = made.corners
    assert upper_right.y < upper_left.y  # the crop leans the other way in the photo
    assert all(0 <= point.x <= 1 and 0 <= point.y <= 1 for point in made.corners)


def test_the_corners_are_where_the_pixels_come_from(wall: np.ndarray) -> None:
    wall[:] = 0
    made = crop(wall, ratio="1:1", straighten=-7, trace=False)
    first = made.corners[0]
    x, y = round(first.x * 900), round(first.y * 600)
    wall[max(0, y - 6) : y + 7, max(0, x - 6) : x + 7] = 255
    again = crop(wall, ratio="1:1", straighten=-7, trace=False)
    marked = again.photo.straightened(-7)
    left, top = made.pixels[0], made.pixels[1]
    seen = marked.pixels(max(marked.size.width, marked.size.height))
    assert seen[top + 1, left + 1].max() > 200


@pytest.mark.parametrize("angle", [-6, 3.5])
def test_its_own_lines_say_by_how_much(wall: np.ndarray, angle: float) -> None:
    tilted = open_photo(wall).straightened(angle).pixels(2000)
    made = crop(tilted, "straighten the horizon", trace=False)
    assert made.angle == pytest.approx(-angle, abs=0.2)
    assert made.box.area == 1 and made.verdict == "crop"
    assert "lines say (confidence 0." in made.notes[0]


def test_a_level_photo_is_left_alone(wall: np.ndarray) -> None:
    made = crop(wall, "level it", trace=False)
    assert made.angle == 0 and made.kept
    assert made.notes[0].startswith("Nothing was turned: it is level, as its ")


def test_where_it_is_not_sure_nothing_is_turned() -> None:
    noise = np.random.default_rng(3).integers(0, 255, (300, 400, 3)).astype(np.uint8)
    made = crop(noise, ratio="1:1", straighten="auto", trace=False)
    assert made.angle == 0
    assert made.notes[0].startswith("Nothing was turned: no lines of the photo say for sure")


def test_boxes_of_the_request_are_on_the_photo_as_it_was(photos: Path) -> None:
    box = (0.4, 0.4, 0.6, 0.6)
    made = crop(photos / "coffee.jpg", straighten=10, subject_box=box, ratio="1:1", trace=False)
    own = open_photo(photos / "coffee.jpg").straightened(10)
    assert own.level is not None
    told = made.intent.subject_box
    assert told is not None and made.box.contains(told, 0.01)
    assert told.width > 0.2  # the box round the turned one
    with pytest.raises(UsageError, match="lies in a corner"):
        crop(photos / "coffee.jpg", straighten=15, subject_box=(0, 0, 0.02, 0.02), trace=False)


@pytest.mark.parametrize("given", [16, -15.5, "level", True, float("nan")])
def test_an_angle_that_cannot_be(photos: Path, given: object) -> None:
    with pytest.raises(ArgumentError, match="must be auto, or degrees from -15 to 15"):
        crop(photos / "coffee.jpg", straighten=given)  # type: ignore[arg-type]


async def test_the_trace_shows_the_turned_photo_and_runs_again(photos: Path, home: Path) -> None:
    made = await acrop(photos / "coffee.jpg", "rotate 8 degrees clockwise, square")
    trace = TraceLibrary(home).read(str(made.trace_id))
    assert (trace.angle, trace.head.size) == (8, made.report.image)
    images = ImageStore(home / "images")
    jpeg = small_jpeg(trace, images, 300)
    assert jpeg is not None
    shown = np.asarray(Image.open(io.BytesIO(jpeg))).astype(int)
    assert np.abs(shown - made.photo.pixels(300)).mean() < 6
    assert f'"width":{made.report.image.width}' in page(trace, images).replace(" ", "")
    again = await replay(trace, TraceLibrary(home))
    assert again.identical and again.trace.angle == 8
