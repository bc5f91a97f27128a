"""Mosaics: boxes there and back, what shows where, which selections may mean the target."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.evals.training.clipcrop.mosaic import (
    SIDES,
    Tile,
    canvas,
    tokens_inside,
    unambiguous,
)

TILES = [Tile(side, column, row) for side in SIDES for row in range(side) for column in range(side)]
CORNERS = st.lists(st.floats(0, 1), min_size=4, max_size=4)


@given(st.sampled_from(TILES), st.lists(CORNERS, min_size=1, max_size=5))
def test_boxes_come_back(tile: Tile, corners: list[list[float]]) -> None:
    boxes = np.array(corners)
    placed = tile.placed(boxes)
    assert np.abs(tile.back(placed) - boxes).max() < 1e-6
    low, high = tile.rectangle[:2], tile.rectangle[2:]
    assert (placed[:, :2] >= low - 1e-9).all() and (placed[:, 2:] <= high + 1e-9).all()


@pytest.mark.parametrize("tile", TILES)
def test_a_box_shows_the_same_pixels_on_the_canvas(tile: Tile) -> None:
    pictures = [np.full((240, 360, 3), 10 * number, np.uint8) for number in range(tile.side**2)]
    pictures[tile.index][60:120, 90:180] = 255
    whole = canvas(pictures, tile.side, 120)
    box = tile.placed(np.array([[90 / 360, 60 / 240, 180 / 360, 120 / 240]]))[0]
    x1, y1, x2, y2 = np.rint(box * 120).astype(int)
    assert (whole[y1:y2, x1:x2] == 255).all()
    assert (whole == 255).all(-1).sum() == (x2 - x1) * (y2 - y1)


def test_every_size_of_mosaic_is_drawn() -> None:
    random = np.random.default_rng(0)
    drawn = [Tile.drawn(random) for _ in range(600)]
    counts = [sum(tile.side == side for tile in drawn) for side in SIDES]
    assert min(counts) > 150
    assert {(t.column, t.row) for t in drawn if t.side == 3} == {
        (c, r) for c in range(3) for r in range(3)
    }


def test_the_filter_keeps_what_means_the_target_and_drops_the_rest() -> None:
    tile = Tile(2, 1, 0)
    best = tile.placed(np.array([[0.2, 0.2, 0.8, 0.8]]))[0]
    initial = np.array(
        [
            best,
            tile.rectangle,
            tile.placed(np.array([[0.2, 0.2, 0.45, 0.45]]))[0],  # holds a sixth of the crop
            Tile(2, 0, 1).placed(np.array([[0.2, 0.2, 0.8, 0.8]]))[0],  # another tile
            [0.0, 0.0, 1.0, 1.0],  # holds it, but its centre is half a diagonal away
        ]
    )
    assert unambiguous(initial, best, tile).tolist() == [True, True, False, False, True]
    far = np.array([[0.0, 0.0, 1.0, 1.0]])
    corner = tile.placed(np.array([[0.4, 0.0, 1.0, 0.5]]))[0]
    assert unambiguous(far, corner, tile).tolist() == [False]


@pytest.mark.parametrize("tile", TILES)
@pytest.mark.parametrize("grid", [2, 6, 24])
def test_a_tile_has_tokens_of_its_own(tile: Tile, grid: int) -> None:
    inside = tokens_inside(tile, grid)
    assert len(inside) >= 1
    if grid % tile.side == 0:
        assert len(inside) == (grid // tile.side) ** 2
