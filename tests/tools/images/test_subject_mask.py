"""Masks to boxes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cropsmith.errors import UsageError
from cropsmith.tools.constraints.kinds import touched
from cropsmith.tools.images.subject_mask import subject_from_mask
from cropsmith.tools.schema.geometry import Box, PixelBox, Size

IMAGE = Size(width=4000, height=3000)


def test_a_mask_gives_the_box_of_its_bright_part(tmp_path: Path) -> None:
    mask = np.zeros((30, 40), np.uint8)
    mask[6:18, 10:20] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    box = subject_from_mask(tmp_path / "mask.png", IMAGE).box
    assert touched(box, Size(width=40, height=30)) == PixelBox(left=10, top=6, right=20, bottom=18)


def test_a_mask_may_be_an_alpha_channel(tmp_path: Path) -> None:
    layer = np.zeros((30, 40, 4), np.uint8)
    layer[:, 20:, 3] = 255
    Image.fromarray(layer).save(tmp_path / "cutout.png")
    assert subject_from_mask(tmp_path / "cutout.png").box.corners == (0.5, 0, 1, 1)


def test_the_centre_is_where_the_thing_lies_not_the_middle_of_its_box(tmp_path: Path) -> None:
    mask = np.zeros((30, 40), np.uint8)
    mask[0:2, 0:40] = mask[2:30, 0:4] = 255  # an L: its box is the frame
    Image.fromarray(mask).save(tmp_path / "mask.png")
    found = subject_from_mask(tmp_path / "mask.png", IMAGE)
    assert found.box == Box.whole()
    rows, columns = np.nonzero(mask)
    assert found.centre.x == pytest.approx((columns.mean() + 0.5) / 40)
    assert found.centre.y == pytest.approx((rows.mean() + 0.5) / 30)


@pytest.mark.parametrize(
    ("width", "height", "light", "sentence"),
    [(40, 30, 0, "marks nothing"), (40, 40, 255, "not the shape of the photo")],
)
def test_a_mask_that_says_nothing_is_refused(
    tmp_path: Path, width: int, height: int, light: int, sentence: str
) -> None:
    Image.new("L", (width, height), light).save(tmp_path / "mask.png")
    with pytest.raises(UsageError, match=sentence):
        subject_from_mask(tmp_path / "mask.png", IMAGE)


def test_a_mask_that_is_no_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mask.png").write_text("no picture")
    with pytest.raises(UsageError, match="cannot be read"):
        subject_from_mask(tmp_path / "mask.png")
