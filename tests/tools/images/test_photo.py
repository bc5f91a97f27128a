"""Photos of every kind open upright, small for looking."""

import io
import json
import os
import pickle
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cropsmith.errors import CropsmithError, UnreadableImage, UsageError
from cropsmith.tools.images.decode import open_image
from cropsmith.tools.images.photo import LOOK_SIDE, Photo, open_photo
from cropsmith.tools.photographer.opened_photo import View, Views
from cropsmith.tools.schema.geometry import Size


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def gradient(width: int, height: int) -> NDArray[np.uint8]:
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return np.stack([x, y, 255 - x], axis=2).astype(np.uint8)


def difference(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    assert a.shape == b.shape
    return float(np.abs(a.astype(float) - b.astype(float)).mean())


def test_every_real_photo_opens_upright(shared_data: Path) -> None:
    folder = shared_data / "photos"
    index = json.loads((folder / "index.json").read_text("utf-8"))
    assert len(index) == 119
    for entry in index:
        photo = open_photo(folder / entry["file"])
        looked = photo.pixels(LOOK_SIDE)
        assert looked.dtype == np.uint8 and looked.shape[2] == 3, entry
        assert max(looked.shape) <= LOOK_SIDE
        turned = (entry.get("orientation") or 1) >= 5
        if "width" in entry and not entry["file"].lower().endswith((".heic", ".heif")):
            stored = Size(width=entry["width"], height=entry["height"])
            upright = Size(width=stored.height, height=stored.width) if turned else stored
            assert photo.size == upright, entry
        ratio = photo.size.width / photo.size.height
        assert looked.shape[1] == pytest.approx(looked.shape[0] * ratio, abs=1 + ratio)


@pytest.mark.parametrize("shape", ["landscape", "portrait"])
def test_all_orientations_show_the_same_picture(turned_photos: Path, shape: str) -> None:
    upright = open_photo(turned_photos / f"{shape}_1.jpg")
    for orientation in range(9):
        photo = open_photo(turned_photos / f"{shape}_{orientation}.jpg")
        assert photo.size == upright.size
        for side in (LOOK_SIDE, 1024):
            assert difference(photo.pixels(side), upright.pixels(side)) < 4, orientation
    wrong = np.ascontiguousarray(upright.pixels(LOOK_SIDE)[::-1])
    assert difference(wrong, upright.pixels(LOOK_SIDE)) > 20


def test_heic_is_not_turned_twice(shared_data: Path) -> None:
    photo = open_photo(shared_data / "photos" / "exif_samples" / "heic" / "IMG_5195.HEIC")
    assert photo.size == Size(width=2566, height=3313)
    assert photo.pixels(320).shape[:2] == (320, 248)


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF", "AVIF", "JPEG"])
def test_orientation_is_applied_once_in_every_format(format: str) -> None:
    pixels = gradient(120, 80)
    exif = Image.Exif()
    exif[274] = 6
    stored = Image.fromarray(pixels).transpose(Image.Transpose.ROTATE_90)
    photo = open_photo(encoded(stored, format, exif=exif))
    assert photo.size == Size(width=120, height=80)
    assert difference(photo.pixels(320), pixels) < 8


@pytest.mark.parametrize("side", [1, 7, 100, 320, 1000, 5000])
def test_looks_are_never_enlarged(side: int) -> None:
    photo = open_photo(gradient(600, 400))
    looked = photo.pixels(side)
    assert max(looked.shape[:2]) == min(side, 600)
    assert not looked.flags.writeable


def test_a_line_of_pixels_keeps_a_side() -> None:
    assert open_photo(gradient(4000, 1)).pixels(320).shape == (1, 320, 3)
    assert open_photo(gradient(1, 1)).pixels(320).shape == (1, 1, 3)


def test_scaled_decoding_shows_what_full_decoding_shows(turned_photos: Path) -> None:
    path = turned_photos / "landscape_1.jpg"
    with Image.open(path) as image:
        full = image.convert("RGB").resize((320, 213), Image.Resampling.BILINEAR)
    assert difference(open_photo(path).pixels(320), np.asarray(full)) < 2


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "LAB", "F"])
def test_every_mode_is_looked_at(mode: str) -> None:
    ramp = Image.fromarray(gradient(64, 48))
    if mode == "I;16":
        image = Image.fromarray(np.asarray(ramp.convert("L")).astype(np.uint16) * 257)
    elif mode == "F":
        image = Image.fromarray(np.asarray(ramp.convert("L")).astype(np.float32) / 255)
    elif mode == "LAB":
        image = Image.merge("LAB", Image.merge("RGB", ramp.split()).split())
    else:
        image = ramp.convert(mode)
    photo = open_photo(encoded(image, "TIFF" if mode in ("CMYK", "LAB", "F") else "PNG"))
    looked = photo.pixels(320)
    assert looked.shape == (48, 64, 3)
    assert looked.std() > 20


def test_deep_grey_keeps_its_brightness() -> None:
    dim = (np.asarray(gradient(64, 48)[..., 0]).astype(np.uint16) * 16) + 15  # 12 bits in 16
    looked = open_photo(dim).pixels(64)
    assert difference(looked[..., 0], gradient(64, 48)[..., 0]) < 2


def test_transparency_is_laid_on_paper_and_white_drawings_stay_visible() -> None:
    black = np.zeros((40, 40, 4), np.uint8)
    black[10:30, 10:30, 3] = 255
    looked = open_photo(black).pixels(40)
    assert looked[0, 0].tolist() == [255, 255, 255] and looked[20, 20].tolist() == [0, 0, 0]
    white = black.copy()
    white[..., :3] = 255
    looked = open_photo(white).pixels(40)
    assert looked[20, 20].tolist() == [255, 255, 255] and looked[0, 0].max() < 100


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64, np.bool_])
@pytest.mark.parametrize("channels", [None, 1, 3, 4])
def test_arrays(dtype: type[np.generic], channels: int | None) -> None:
    shape = (30, 50) if channels is None else (30, 50, channels)
    values = np.random.default_rng(0).random(shape)
    if dtype == np.bool_:
        array = values > 0.5
    elif np.issubdtype(dtype, np.floating):
        array = values.astype(dtype)
    else:
        array = (values * np.iinfo(dtype).max).astype(dtype)  # type: ignore[type-var]
    if channels == 4:
        array[..., 3] = array.max()
    photo = open_photo(array)
    assert photo.size == Size(width=50, height=30) and photo.format == "PNG"
    expected = values[..., :3] if channels in (3, 4) else np.atleast_3d(values)[..., :1]
    if dtype != np.bool_:
        assert np.abs(photo.pixels(50) / 255 - expected).max() < 0.01


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 5)),
        np.zeros(5),
        np.zeros((5, 5, 2)),
        np.full((5, 5), 2.0),
        np.full((5, 5), np.nan),
        np.zeros((5, 5), np.int64),
    ],
)
def test_arrays_that_are_no_photos(array: NDArray[np.generic]) -> None:
    with pytest.raises(UsageError):
        open_photo(array)


def test_pil_images_and_bytes() -> None:
    pixels = gradient(64, 48)
    image = Image.fromarray(pixels)
    assert difference(open_photo(image).pixels(64), pixels) == 0
    assert open_photo(image).sha256 == open_photo(pixels).sha256
    jpeg = encoded(image, "JPEG")
    assert open_photo(jpeg).format == "JPEG"
    assert open_photo(memoryview(jpeg)).sha256 == open_photo(jpeg).sha256


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Piped:
        buffer = io.BytesIO(encoded(Image.fromarray(gradient(64, 48)), "PNG"))

        def isatty(self) -> bool:
            return False

    monkeypatch.setattr(sys, "stdin", Piped())
    assert open_photo("-").size == Size(width=64, height=48)


def test_a_photo_pickles_and_a_view_serves_it() -> None:
    photo: Photo = pickle.loads(pickle.dumps(open_photo(gradient(64, 48))))
    assert View(photo).pixels(32).shape == (24, 32, 3)


def test_copies_of_a_file_are_measured_once_and_stay_apart(tmp_path: Path) -> None:
    data = encoded(Image.fromarray(gradient(64, 48)), "PNG")
    views = Views()
    opened = []
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(data)
        opened.append(views.open(tmp_path / name))
        opened[-1].pixels(32)
    a, b = opened
    assert (a.photo.name, b.photo.name) == ("a.png", "b.png")
    assert a.pixels(32) is b.pixels(32)
    assert views.get(a.sha256) is b and views.open(tmp_path / "b.png") is b


def test_pipes_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    data = encoded(Image.fromarray(gradient(64, 48)), "PNG")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(data,))
    writer.start()
    assert open_photo(tmp_path / "pipe").size == Size(width=64, height=48)
    writer.join()


def test_large_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cropsmith.tools.images.source.MAX_BYTES", 1000)
    (tmp_path / "large.jpg").write_bytes(bytes(1001))
    with pytest.raises(UnreadableImage, match="larger than"):
        open_photo(tmp_path / "large.jpg")


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.jpg", b"", "is empty"),
        ("words.jpg", b"These are words, not a photo, whatever the suffix says.", "not a photo"),
        ("page.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a photo"),
    ],
)
def test_files_that_are_no_photos(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableImage, match=says) as caught:
        open_photo(tmp_path / name)
    assert name in caught.value.message


def test_missing_files_folders_and_objects(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImage, match="There is no file"):
        open_photo(tmp_path / "nowhere.jpg")
    with pytest.raises(UnreadableImage, match="is a folder"):
        open_photo(tmp_path)
    with pytest.raises(CropsmithError):
        open_photo("nul\0.jpg")
    with pytest.raises(UnreadableImage, match="is not a file"):
        open_photo("/dev/null")
    with pytest.raises(UsageError, match="dict"):
        open_photo({})


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_truncated_files_are_refused_when_opened(format: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (200, 300, 3), np.uint8)
    data = encoded(Image.fromarray(noise), format)
    with pytest.raises(UnreadableImage):
        open_photo(data[: len(data) // 2])


def test_faults_behind_the_pixels_of_a_png_are_found() -> None:
    data = encoded(Image.fromarray(gradient(64, 48)), "PNG")
    end = data.index(b"IEND") - 4
    chunk = b"\0\0\x10\0tEXtcut"
    with pytest.raises(UnreadableImage):
        open_photo(data[:end] + chunk)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_photo_is_decoded_once_when_it_is_opened(
    format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = encoded(Image.fromarray(gradient(64, 48)), format)
    opened: list[str] = []

    def counted(data: bytes, name: str) -> Image.Image:
        opened.append(name)
        return open_image(data, name)

    monkeypatch.setenv("CROPSMITH_SANDBOX", "off")  # where it can be counted
    monkeypatch.setattr("cropsmith.tools.images.look.open_image", counted)
    photo = open_photo(data)
    photo.pixels(LOOK_SIDE)
    photo.pixels(16)
    assert len(opened) == (2 if format == "JPEG" else 1)


def test_camera_raw_is_not_taken_for_its_thumbnail() -> None:
    info = {50706: b"\x01\x04\x00\x00"}
    with pytest.raises(UnreadableImage, match="camera raw"):
        open_photo(encoded(Image.fromarray(gradient(64, 48)), "TIFF", tiffinfo=info))


def test_claimed_sizes_are_limited() -> None:
    import struct
    import zlib

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = (
        struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    )
    with pytest.raises(UnreadableImage, match="60000x60000"):
        open_photo(b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IDAT\x35\xaf\x06\x1e")


def test_a_photo_that_is_held_is_not_forgotten() -> None:
    views = Views(keep=2)
    photos = [open_photo(gradient(8 + n, 8)) for n in range(6)]
    with views.holding(photos[0]) as first, views.holding(photos[1]):
        with views.holding(photos[0]):
            pass  # held twice, let go once
        for photo in photos[2:]:
            views.add(photo)
        assert views.get(photos[0].sha256) is first
        assert views.get(photos[1].sha256) is not None
    for photo in photos[4:]:
        views.add(photo)
    assert views.get(photos[0].sha256) is None
