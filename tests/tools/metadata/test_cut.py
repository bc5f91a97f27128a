"""Places in metadata move as the pixels do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cropsmith.tools.images.decode import turned
from cropsmith.tools.metadata.cut import Cut
from cropsmith.tools.schema.geometry import PixelBox, Size

PHOTO = Size(width=40, height=30)


SIDES = st.integers(1, 20)


@given(st.integers(1, 8), st.integers(0, 39), st.integers(0, 29), SIDES, SIDES)
def test_a_point_lies_where_its_pixel_lies(turn: int, x: int, y: int, wide: int, high: int) -> None:
    box = PixelBox(left=max(0, x - wide), top=max(0, y - high), right=x + 1, bottom=y + 1)
    pixels = np.zeros((PHOTO.height, PHOTO.width), np.uint8)
    pixels[y, x] = 255
    crop = turned(Image.fromarray(pixels).crop((box.left, box.top, box.right, box.bottom)), turn)
    cut = Cut(photo=PHOTO, box=box, size=Size(width=crop.width, height=crop.height), turn=turn)
    u, v = cut.point(x + 0.5, y + 0.5)
    assert crop.getpixel((int(u), int(v))) == 255


@pytest.mark.parametrize("turn", range(1, 9))
def test_the_upright_view_tells_the_same_places(turn: int) -> None:
    box = PixelBox(left=5, top=7, right=25, bottom=17)
    size = Size(width=40, height=20) if turn < 5 else Size(width=20, height=40)
    cut = Cut(photo=PHOTO, box=box, size=size, turn=turn)
    wide, high = (40, 30) if turn < 5 else (30, 40)
    whole = Cut(
        photo=PHOTO,
        box=PixelBox(left=0, top=0, right=40, bottom=30),
        size=Size(width=wide, height=high),
        turn=turn,
    )
    for x, y in ((5, 7), (20, 9), (25, 17)):
        assert cut.upright.point(*whole.point(x, y)) == pytest.approx(cut.point(x, y))


def test_what_is_cut_in_the_middle_goes_and_the_rest_is_clipped() -> None:
    box = PixelBox(left=10, top=0, right=30, bottom=30)
    cut = Cut(photo=PHOTO, box=box, size=Size(width=40, height=60))
    assert cut.clipped(4, 0, 12, 10) is None
    assert cut.clipped(8, 0, 16, 10) == (0, 0, 12, 20)
    assert cut.clipped(20, 20, 40, 30) is not None
