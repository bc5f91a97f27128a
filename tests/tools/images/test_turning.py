"""A straightened crop has the photo's own pixels, at their depth, and no empty corner."""

import io
import itertools
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.ExifTags import IFD

from cropsmith.errors import UsageError
from cropsmith.tools.images import turning
from cropsmith.tools.images.photo import Photo, open_photo
from cropsmith.tools.images.render import render
from cropsmith.tools.images.sixteen_bit import decode_deep
from cropsmith.tools.schema.geometry import PixelBox, Size
from cropsmith.tools.schema.level import Level
from tests.photos import read_photo

SUBJECT_AREA = 0x9214


def whole(photo: Photo) -> PixelBox:
    return PixelBox(left=0, top=0, right=photo.size.width, bottom=photo.size.height)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def in_format(image: Image.Image, format: str) -> bytes:
    out = io.BytesIO()
    image.save(out, format)
    return out.getvalue()


@pytest.mark.parametrize("angle", [-15, -3.3, 0.1, 8, 15])
def test_no_corner_is_empty(angle: float) -> None:
    photo = open_photo(np.full((300, 451, 3), 255, np.uint8)).straightened(angle)
    made = np.asarray(opened(render(photo, whole(photo)).data))
    assert made.shape[:2] == (photo.size.height, photo.size.width)
    assert made.min() == 255
    assert photo.pixels(200).min() == 255


def test_what_slopes_becomes_level() -> None:
    """A line whose right end is 4 degrees lower is level once the photo is turned back by 4."""
    pixels = np.zeros((400, 600, 3), np.uint8)
    for x in range(600):
        pixels[int(200 + np.tan(np.radians(4)) * (x - 300)) :, x] = 200
    photo = open_photo(pixels).straightened(-4)
    made = np.asarray(opened(render(photo, whole(photo)).data))[..., 0]
    edges = (made > 100).argmax(axis=0)
    assert edges.max() - edges.min() <= 2


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "CMYK", "LA", "I;16", "I", "F"])
def test_every_mode_of_an_image(mode: str) -> None:
    plain = read_photo("chelsea")
    if mode in ("I;16", "I", "F"):
        deep = np.asarray(plain.convert("L"))
        image = Image.fromarray(
            deep.astype({"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode])
        )
    else:
        image = plain.convert(mode)
    level = Level(upright=Size(width=plain.width, height=plain.height), angle=6)
    box = PixelBox(left=30, top=20, right=330, bottom=220)
    everything = PixelBox(left=0, top=0, right=plain.width, bottom=plain.height)
    made = turning.turned_image(image, level, box, everything)
    assert made.size == (300, 200)
    assert made.mode == {"P": "RGB", "1": "L"}.get(mode, mode)
    grey = np.asarray(made.convert("L") if mode not in ("I;16", "I", "F") else made)
    told = np.asarray(turning.turned_image(plain.convert("L"), level, box, everything))
    assert np.abs(grey.astype(float) - told).mean() < {"1": 110, "P": 30}.get(mode, 6)


def test_tiles_join_without_a_seam(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = open_photo(photos / "coffee.jpg").straightened(5)
    at_once = opened(render(photo, whole(photo), format="png").data)
    assert photo.level is not None
    upright = np.asarray(opened((photos / "coffee.jpg").read_bytes()))
    place = whole(photo.upright)
    monkeypatch.setattr(turning, "TILE", 64)
    tiled = turning.turned_array(upright, photo.level, whole(photo), place)
    apart = np.abs(tiled.astype(int) - np.asarray(at_once))
    assert apart.mean() < 0.5 and apart.max() < 40


def test_hidden_colours_do_not_seep_in() -> None:
    pixels = np.zeros((200, 200, 4), np.uint8)
    pixels[..., 0] = 255  # red where it cannot be seen
    pixels[50:150, 50:150] = (0, 0, 255, 255)
    photo = open_photo(in_format(Image.fromarray(pixels), "PNG")).straightened(10)
    made = np.asarray(opened(render(photo, whole(photo)).data))
    assert made[made[..., 3] > 128][:, 0].max() < 20


def test_sixteen_bits_stay() -> None:
    fine = np.linspace(0, 65535, 300 * 400).reshape(300, 400).astype(np.uint16)
    photo = open_photo(np.dstack([fine] * 3)).straightened(3)
    rendered = render(photo, whole(photo), format="png")
    (page,) = decode_deep(rendered.data, "made.png")
    assert page.dtype == np.uint16 and len(np.unique(page)) > 5000
    assert page.shape[:2] == (photo.size.height, photo.size.width)


def test_all_orientations_give_the_same_crop(turned_photos: Path) -> None:
    box = PixelBox(left=100, top=50, right=500, bottom=350)
    made = []
    for orientation in range(1, 9):
        photo = open_photo(turned_photos / f"landscape_{orientation}.jpg").straightened(7)
        rendered = render(photo, box, format="png")
        made.append(np.asarray(opened(rendered.data)).astype(int))
    for one, other in itertools.pairwise(made):
        assert np.abs(one - other).mean() < 2


def test_the_look_and_the_file_agree(photos: Path) -> None:
    photo = open_photo(photos / "rocket.jpg").straightened(-5)
    file = opened(render(photo, whole(photo), format="png").data)
    look = photo.pixels(320)
    small = np.asarray(file.resize((look.shape[1], look.shape[0]), Image.Resampling.BOX))
    assert np.abs(small.astype(int) - look).mean() < 4


def test_an_animation_is_turned_frame_by_frame() -> None:
    frames = [Image.new("RGB", (120, 80), colour) for colour in ("red", "lime", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=100)
    photo = open_photo(out.getvalue()).straightened(9)
    rendered = render(photo, whole(photo))
    assert (rendered.format, rendered.frames) == ("GIF", 3)
    made = Image.open(io.BytesIO(rendered.data))
    for number, colour in enumerate([(255, 0, 0), (0, 255, 0), (0, 0, 255)]):
        made.seek(number)
        pixels = np.asarray(made.convert("RGB")).astype(int)
        assert np.abs(pixels - colour).max() < 12


def test_a_lossless_crop_cannot_be_turned(photos: Path) -> None:
    photo = open_photo(photos / "coffee.jpg").straightened(2)
    with pytest.raises(UsageError, match="cannot be straightened"):
        render(photo, whole(photo), lossless=True)


def test_turned_by_nothing_it_is_the_photo_itself(photos: Path) -> None:
    photo = open_photo(photos / "coffee.jpg")
    assert photo.straightened(0) is photo
    assert photo.straightened(3).straightened(0) is photo
    assert photo.straightened(3).straightened(5) == photo.straightened(5)
    assert photo.straightened(3).key != photo.key


def test_the_focus_area_of_exif_moves() -> None:
    plain = read_photo("coffee")
    exif = Image.Exif()
    middle = (plain.width // 2, plain.height // 2)
    exif.get_ifd(IFD.Exif)[SUBJECT_AREA] = middle
    out = io.BytesIO()
    plain.save(out, "JPEG", exif=exif)
    photo = open_photo(out.getvalue()).straightened(10)
    made = opened(render(photo, whole(photo)).data)
    told = made.getexif().get_ifd(IFD.Exif)[SUBJECT_AREA]
    assert told == pytest.approx((photo.size.width / 2, photo.size.height / 2), abs=1)
