import numpy as np
import pytest

from cropsmith.tools.drawing.contact_sheet import CAPTION, FRAME, GAP, Tile, contact_sheet
from cropsmith.tools.schema.geometry import Box


def tile(colour: int, *crops: Box) -> Tile:
    return Tile(np.full((60, 90, 3), colour, dtype=np.uint8), "cafe \N{SNOWMAN}", crops)


@pytest.mark.parametrize("count", [1, 2, 5, 10])
def test_every_photo_has_its_place(count: int) -> None:
    sheet = contact_sheet([tile(20 + 10 * n) for n in range(count)], side=120)
    shades = {tuple(int(v) for v in pixel) for row in sheet[::4] for pixel in row[::4]}
    assert {(20 + 10 * n,) * 3 for n in range(count)} <= shades


def test_the_crop_is_drawn_where_it_is() -> None:
    box = Box(x1=0.25, y1=0.5, x2=0.75, y2=1)
    sheet = contact_sheet([tile(128, box)], side=200)
    ys, xs = np.nonzero((sheet == FRAME).all(axis=2))
    height = round(200 * 60 / 90)
    top = GAP + (200 - height) // 2
    assert xs.min() == pytest.approx(GAP + 50, abs=2) and xs.max() == pytest.approx(
        GAP + 150, abs=2
    )
    assert ys.min() == pytest.approx(top + height / 2, abs=2)
    assert sheet.shape == (200 + CAPTION + 2 * GAP, 200 + 2 * GAP, 3)


def test_no_photos_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one"):
        contact_sheet([])
