"""The tilt of a photo, by its lines."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.vision.tilt import SIDE, Tilt, tilt_of


@pytest.fixture
def facade() -> np.ndarray:
    """A wall with windows, a lot of noise, level."""
    noise = np.random.default_rng(1).integers(0, 40, (700, 1000, 3))
    pixels = np.full((700, 1000, 3), 180) + noise
    for x in range(60, 940, 140):
        for y in range(60, 640, 140):
            pixels[y : y + 90, x : x + 80] = 40 + noise[y : y + 90, x : x + 80]
    return np.clip(pixels, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("angle", [-8, -2.5, 0, 1.2, 6])
def test_a_wall_is_known_to_a_tenth(facade: np.ndarray, angle: float) -> None:
    tilt = tilt_of(open_photo(facade).straightened(angle).pixels(SIDE))
    assert tilt is not None and tilt.sure
    assert tilt.angle == pytest.approx(angle, abs=0.15)
    assert tilt.correction == pytest.approx(-angle, abs=0.2)
    assert tilt.is_level is (angle == 0)


def test_uprights_that_converge_are_upright(facade: np.ndarray) -> None:
    """A camera that looks up: both sides lean in, and the middle says that it is level."""
    high, wide = facade.shape[:2]
    own = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    seen = np.array([[60, 0], [wide - 60, 0], [wide, high], [0, high]], np.float32)
    leaning = cv2.warpPerspective(facade, cv2.getPerspectiveTransform(own, seen), (wide, high))
    tilt = tilt_of(np.asarray(leaning, np.uint8))
    assert tilt is not None and abs(tilt.angle) < 0.3


@pytest.mark.parametrize("angle", [-6, 4])
def test_a_photo_turned_is_measured_as_turned(photos: Path, angle: float) -> None:
    photo = open_photo(photos / "rocket.jpg")
    before, after = (tilt_of(p.pixels(SIDE)) for p in (photo, photo.straightened(angle)))
    assert before is not None and after is not None
    assert after.angle - before.angle == pytest.approx(angle, abs=0.5)


def sea(split: float) -> np.ndarray:
    """A sky over a sea, nothing else; the horizon is hidden for a share of the width."""
    pixels = np.full((700, 1000, 3), 190) + np.random.default_rng(3).integers(0, 25, (700, 1000, 3))
    pixels[400:, int(500 * split) : 1000 - int(500 * split)] -= 90
    return np.clip(pixels, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("angle", [-3.5, 3.0])
def test_a_plain_horizon_is_enough(angle: float) -> None:
    tilt = tilt_of(open_photo(sea(0)).straightened(angle).pixels(SIDE))
    assert tilt is not None and tilt.sure and tilt.by == "level"
    assert tilt.angle == pytest.approx(angle, abs=0.2)
    pieces = tilt_of(open_photo(sea(0.7)).straightened(angle).pixels(SIDE))
    assert pieces is None or not pieces.sure  # a short line alone says too little


def test_where_no_line_is_nothing_is_said() -> None:
    assert tilt_of(np.full((300, 400, 3), 90, np.uint8)) is None
    noise = np.random.default_rng(2).integers(0, 255, (300, 400, 3)).astype(np.uint8)
    found = tilt_of(noise)
    assert found is None or not found.sure


def test_a_correction_is_never_minus_nothing() -> None:
    assert str(Tilt(angle=0.0, confidence=1, by="level").correction) in ("-0.0", "0.0")
