"""The finder on photos: what it is, where it is, whichever way the photo comes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from cropsmith.tools.finder.nanodet import MULTIPLE, find_things, prepared
from cropsmith.tools.finder.vocabulary import vocabulary
from cropsmith.tools.schema.geometry import Box


@pytest.mark.parametrize(
    "name, label, where",
    [
        ("chelsea", "cat", Box(x1=0.15, y1=0.05, x2=0.95, y2=1)),
        ("astronaut", "person", Box(x1=0.02, y1=0.02, x2=0.85, y2=1)),
        ("coffee", "cup", Box(x1=0.3, y1=0.1, x2=0.75, y2=0.75)),
    ],
)
def test_it_says_what_is_there_and_where(photos: Path, name: str, label: str, where: Box) -> None:
    found = find_things(np.asarray(Image.open(photos / f"{name}.jpg")))
    assert vocabulary().classes[found.classes[0]] == label
    assert Box.of(found.boxes[0]).iou(where) > 0.6


def test_a_mirrored_photo_has_the_mirrored_thing(photos: Path) -> None:
    photo = Image.open(photos / "chelsea.jpg")
    plain = Box.of(find_things(np.asarray(photo)).boxes[0])
    mirrored = Box.of(find_things(np.asarray(ImageOps.mirror(photo))).boxes[0])
    back = Box.of((1 - mirrored.x2, mirrored.y1, 1 - mirrored.x1, mirrored.y2))
    assert back.iou(plain) > 0.8


def test_nothing_is_on_a_plain_wall() -> None:
    found = find_things(np.full((300, 400, 3), 128, np.uint8))
    assert found.boxes.shape == (len(found.scores), 4) and not (found.scores > 0.3).any()


@pytest.mark.parametrize("height, width", [(1, 1), (3, 900), (700, 5), (427, 640)])
def test_any_shape_is_taken(height: int, width: int) -> None:
    given = prepared(np.zeros((height, width, 3), np.uint8), 320)
    assert all(side % MULTIPLE == 0 and side > 0 for side in given.shape[2:])
    assert find_things(np.zeros((height, width, 3), np.uint8)).boxes.shape[1] == 4
