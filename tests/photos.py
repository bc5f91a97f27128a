"""Photographs for the tests: scikit-image's own, written as JPEG where a test wants them."""

from pathlib import Path

import skimage
from PIL import Image

SOURCE = Path(skimage.__file__).parent / "data"
"""Only what lies in the wheel: `skimage.data` would fetch the rest from the internet."""

FILES = [
    "astronaut.png", "camera.png", "cell.png", "chelsea.png", "coffee.png", "coins.png",
    "color.png", "gravel.png", "hubble_deep_field.jpg", "ihc.png", "moon.png",
    "motorcycle_left.png", "page.png", "retina.jpg", "rocket.jpg",
]  # fmt: skip
PORTRAIT = (64, 0, 448, 512)
"""Part of the astronaut, her face whole, that makes an upright photo of a square one."""
VARIED = [
    "astronaut", "camera", "cell", "chelsea", "coffee", "coins", "color", "hubble_deep_field",
    "ihc", "motorcycle_left", "retina", "rocket",
]  # fmt: skip
"""Photos no part of which looks like another."""

BACK = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How an upright picture is stored under an EXIF orientation."""


def read_photo(name: str) -> Image.Image:
    """Return a photo by its name in scikit-image; most are 400 to 750 pixels wide."""
    file = next(file for file in FILES if Path(file).stem == name)
    with Image.open(SOURCE / file) as image:
        photo = image.convert("RGB")
    if name == "astronaut":
        photo = photo.crop(PORTRAIT)
    photo.thumbnail((1000, 1000))
    return photo


def write_photos(folder: Path) -> None:
    """Write one JPEG a photo."""
    for file in FILES:
        name = Path(file).stem
        read_photo(name).save(folder / f"{name}.jpg", quality=95)


def write_parts(folder: Path) -> list[Path]:
    """Write 48 small photos, four corners each of a dozen; neighbours are of different ones."""
    written = []
    varied = [read_photo(name) for name in VARIED]
    for corner in range(4):
        for name, photo in zip(VARIED, varied, strict=True):
            width, height = photo.width * 6 // 10, photo.height * 6 // 10
            left = (photo.width - width) * (corner % 2)
            top = (photo.height - height) * (corner // 2)
            written.append(folder / f"{corner}-{name}.jpg")
            photo.crop((left, top, left + width, top + height)).save(written[-1], quality=95)
    return written


def write_turned(folder: Path) -> None:
    """Write landscape_N.jpg (900 x 600) and portrait_N.jpg (600 x 900), N = EXIF orientation."""
    for name, shape, size in (
        ("coffee", "landscape", (900, 600)),
        ("astronaut", "portrait", (600, 900)),
    ):
        upright = read_photo(name).resize(size, Image.Resampling.BICUBIC)
        for orientation in range(9):  # 0 is none of the standard's, and means nothing
            exif = Image.Exif()
            exif[274] = orientation
            turn = BACK.get(orientation)
            stored = upright if turn is None else upright.transpose(turn)
            stored.save(folder / f"{shape}_{orientation}.jpg", quality=95, exif=exif)
