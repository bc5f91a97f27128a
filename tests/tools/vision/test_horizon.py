"""A horizon is told from other level lines."""

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from cropsmith.tools.vision.horizon import sure_horizon
from cropsmith.tools.vision.lines import find_lines, horizon

Pixels = NDArray[np.uint8]


def land(sky: tuple[int, int, int], ground: tuple[int, int, int], level: int = 120) -> Pixels:
    """Plain sky over rough ground."""
    pixels = np.empty((200, 320, 3), np.uint8)
    pixels[:level], pixels[level:] = sky, ground
    rough = np.random.default_rng(0).integers(0, 40, (200 - level, 320, 1), dtype=np.uint8)
    pixels[level:] += rough
    return pixels


def test_sky_over_land_has_one() -> None:
    pixels = land((170, 200, 235), (70, 90, 50))
    found = sure_horizon(pixels, find_lines(pixels))
    assert found is not None and found.start.y == pytest.approx(0.6, abs=0.03)


@pytest.mark.parametrize(
    "pixels",
    [
        land((70, 60, 50), (160, 160, 160)),  # dark above: a shelf
        land((225, 190, 150), (70, 60, 50)),  # warm above: a wall
        land((170, 200, 235), (70, 90, 50), level=190),  # at the very bottom
        land((170, 200, 235), (70, 90, 50))[::-1],
    ],
)
def test_other_level_lines_are_none(pixels: Pixels) -> None:
    pixels = np.ascontiguousarray(pixels)
    assert horizon(find_lines(pixels)) is not None
    assert sure_horizon(pixels, find_lines(pixels)) is None


@pytest.mark.parametrize("name", ["coffee", "astronaut", "chelsea"])
def test_indoors_there_is_none(name: str) -> None:
    pixels = np.asarray(getattr(data, name)())
    assert sure_horizon(pixels, find_lines(pixels)) is None
