import numpy as np
import pytest

from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.vision.texture import measure_texture, share_inside

LEFT, RIGHT = Box(x1=0, y1=0, x2=0.37, y2=1), Box(x1=0.37, y1=0, x2=1, y2=1)


def test_detail_lies_where_the_pattern_is() -> None:
    pixels = np.full((120, 160, 3), 128, np.uint8)
    pixels[:, :40:2] = 255
    assert share_inside(measure_texture(pixels).detail, LEFT) > 0.95


def test_shares_add_up() -> None:
    plane = np.random.default_rng(0).random((30, 41)).astype(np.float32)
    assert share_inside(plane, LEFT) + share_inside(plane, RIGHT) == pytest.approx(1)
