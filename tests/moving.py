"""Animations and cut-outs for the tests, made of scikit-image's photos."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

from tests.photos import read_photo

STAGE = (600, 400)
"""Size of every animation, in pixels."""

ACTOR = 80
"""Side of the square that moves over it."""


def scene(at: tuple[int, int] | None = None) -> Image.Image:
    """Return a still photo, with a part of another with its corner at a place in pixels."""
    stage = read_photo("coffee").resize(STAGE)
    if at is not None:
        stage.paste(read_photo("chelsea").crop((120, 40, 320, 240)).resize((ACTOR, ACTOR)), at)
    return stage


def encoded(frames: Sequence[Image.Image], format: str, **options: object) -> bytes:
    """Return the frames as an animation."""
    file = io.BytesIO()
    frames[0].save(file, format, save_all=True, append_images=frames[1:], duration=80, **options)
    return file.getvalue()


def cutout(
    place: tuple[int, int, int, int], size: tuple[int, int], hidden: tuple[int, int, int]
) -> Image.Image:
    """Return a photo's ellipse inside `place`; `hidden` is the colour under all the rest."""
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).ellipse(place, fill=255)
    picture = Image.new("RGB", size, hidden)
    picture.paste(read_photo("chelsea").resize(size), mask=mask)
    picture.putalpha(mask)
    return picture
