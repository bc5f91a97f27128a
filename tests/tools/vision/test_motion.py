"""Where an animation moves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from cropsmith.tools.vision.motion import moving_box
from tests.moving import ACTOR, STAGE, scene


def looks(*frames: Image.Image) -> list[NDArray[np.uint8]]:
    return [np.asarray(frame.resize((320, 213))) for frame in frames]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 300), st.integers(0, 320), st.integers(0, 220))
def test_the_box_holds_every_place_that_the_thing_comes_to(x: int, y: int, way: int) -> None:
    found = moving_box(looks(*(scene((x + way * n // 3, y)) for n in range(4)), scene()))
    assert found is not None
    cell = 1 / 64
    wanted = (x / 600, y / 400, (x + way + ACTOR) / 600, (y + ACTOR) / 400)
    assert found.x1 <= wanted[0] + 2 * cell and found.y1 <= wanted[1] + 2 * cell
    assert found.x2 >= wanted[2] - 2 * cell and found.y2 >= wanted[3] - 2 * cell
    assert found.area < 2 * (wanted[2] - wanted[0] + 4 * cell) * (wanted[3] - wanted[1] + 4 * cell)


def test_a_fade_is_no_movement() -> None:
    black = Image.new("RGB", STAGE)
    assert moving_box(looks(*(Image.blend(black, scene(), s) for s in (0.3, 0.6, 1.0)))) is None


def test_noise_is_no_movement() -> None:
    still = np.asarray(scene()).astype(float)
    rng = np.random.default_rng(0)
    noisy = [np.clip(still + rng.normal(0, 10, still.shape), 0, 255) for _ in range(6)]
    assert moving_box(looks(*(Image.fromarray(n.astype(np.uint8)) for n in noisy))) is None


def test_another_picture_is_no_movement() -> None:
    other = scene().transpose(Image.Transpose.ROTATE_180)
    assert moving_box(looks(scene(), other)) is None


@pytest.mark.parametrize("count", [0, 1])
def test_one_look_shows_no_movement(count: int) -> None:
    assert moving_box(looks(*[scene((20, 20))] * count)) is None
