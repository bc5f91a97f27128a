"""From a photo file to a box: every family, however the photo is turned, within a pixel."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydantic import BaseModel

from cropsmith.agents.backends.boxes.families import FAMILIES
from cropsmith.agents.backends.model import Model
from cropsmith.agents.backends.protocol.backend import Ask, Message, Status
from cropsmith.agents.minds.asking.darkroom import Darkroom
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.geometry import Box


class Found(BaseModel):
    things: list[Box]


PHOTOS = {
    "lying": (1200, 800, 1),
    "rotated": (1200, 800, 6),
    "upside down": (900, 700, 3),
    "rotated left, large": (4000, 2400, 8),
    "mirrored": (1000, 640, 2),
    "small": (260, 190, 1),
    "panorama": (2400, 600, 1),
    "tower": (500, 1500, 1),
}
TRUTH = Box(x1=0.2, y1=0.55, x2=0.7, y2=0.85)
"""Where the dark rectangle lies on the upright photo."""


@cache
def pixels(width: int, height: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return an upright photo, light with one dark rectangle on whole pixels."""
    made = np.full((height, width, 3), 235, np.uint8)
    box = [round(TRUTH.x1 * width), round(TRUTH.y1 * height)]
    box += [round(TRUTH.x2 * width), round(TRUTH.y2 * height)]
    made[box[1] : box[3], box[0] : box[2]] = 10
    return made


TURNS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}
"""What was done to the upright picture before it was stored with an orientation tag."""


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> dict[str, View]:
    folder: Path = tmp_path_factory.mktemp("photos")
    made = {}
    for name, (width, height, orientation) in PHOTOS.items():
        upright = Image.fromarray(pixels(width, height))
        turn = TURNS[orientation]
        stored = upright if turn is None else upright.transpose(turn)
        exif = Image.Exif()
        exif[0x0112] = orientation
        path = folder / f"{name}.jpg"
        stored.save(path, quality=95, exif=exif)
        view = View(open_photo(path))
        assert (view.size.width, view.size.height) == upright.size
        made[name] = view
    return made


@pytest.mark.parametrize("family", FAMILIES)
async def test_boxes_come_back_within_a_pixel(
    family: str, views: dict[str, View], simulated: Any
) -> None:
    convention = FAMILIES[family]
    wire = simulated([convention])
    model = Model(wire, convention)
    darkroom = Darkroom(model)
    for name, view in views.items():
        photo = await darkroom.photo(view)
        ask = Ask(
            purpose="find",
            messages=[Message("user", [photo, "Where is it?"])],
            answer=Found,
            frame=photo,
        )
        reply = await model.ask(ask)
        assert reply.status is Status.OK, (name, reply.reason, reply.raw)
        assert isinstance(reply.value, Found)
        (box,) = reply.value.things
        # The picture went out as it was made, in the size that is recorded.
        assert reply.sent == (photo.size,) and reply.seen == (convention.seen(photo.size),)
        for got, true, side in zip(
            box.corners,
            TRUTH.corners,
            [photo.size.width, photo.size.height] * 2,
            strict=True,
        ):
            assert abs(got - true) * side <= 1, (name, box)
