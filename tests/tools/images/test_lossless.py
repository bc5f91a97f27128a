"""Lossless crops hold the very coefficients of the photo."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cropsmith.errors import MissingExtra, UnreadableImage, UsageError
from cropsmith.tools.images.lossless import snapped_outward
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.images.render import render
from cropsmith.tools.metadata.jpeg_file import segments
from cropsmith.tools.schema.geometry import PixelBox, Size

BOX = PixelBox(left=37, top=21, right=141, bottom=99)


def encoded(image: Image.Image, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", **options)
    return file.getvalue()


def picture(width: int = 203, height: int = 151) -> Image.Image:
    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 255, (height // 4, width // 4, 3), np.uint8))
    return noise.resize((width, height), Image.Resampling.BICUBIC)


def coefficients(tmp_path: Path, data: bytes) -> list[Any]:
    jpeglib = pytest.importorskip("jpeglib", reason="cropsmith[lossless] is not installed")
    path = tmp_path / "x.jpg"
    path.write_bytes(data)
    jpeg = jpeglib.read_dct(str(path))
    return [getattr(jpeg, n) for n in ("Y", "Cb", "Cr", "K") if getattr(jpeg, n) is not None]


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 99), st.sampled_from([8, 16, 32]))
def test_boxes_grow_to_the_grid_and_no_further(left: int, top: int, side: int, grid: int) -> None:
    box = PixelBox(left=left, top=top, right=left + side, bottom=top + side)
    snapped = snapped_outward(box, Size(width=grid, height=8))
    assert snapped.left % grid == 0 and snapped.top % 8 == 0
    assert 0 <= left - snapped.left < grid and 0 <= top - snapped.top < 8
    assert (snapped.right, snapped.bottom) == (box.right, box.bottom)


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_coefficients_are_copied(
    tmp_path: Path, subsampling: int, progressive: bool, mode: str
) -> None:
    options = {"subsampling": subsampling} if mode == "RGB" else {}
    data = encoded(picture().convert(mode), quality=80, progressive=progressive, **options)
    whole = coefficients(tmp_path, data)
    rendered = render(open_photo(data), BOX, lossless=True)
    grid = Size(
        width=16 if subsampling and mode == "RGB" else 8,
        height=16 if subsampling == 2 and mode == "RGB" else 8,
    )
    assert rendered.pixels == snapped_outward(BOX, grid)
    assert rendered.size == rendered.pixels.size
    assert "block boundary" in rendered.notes[0]
    for before, after in zip(whole, coefficients(tmp_path, rendered.data), strict=True):
        across = before.shape[1] / -(-203 // 8)
        down = before.shape[0] / -(-151 // 8)
        top, left = round(rendered.pixels.top / 8 * down), round(rendered.pixels.left / 8 * across)
        high, wide = after.shape[:2]
        assert np.array_equal(after, before[top : top + high, left : left + wide])
    with Image.open(io.BytesIO(rendered.data)) as crop, Image.open(io.BytesIO(data)) as original:
        assert crop.mode == mode
        assert crop.size == (rendered.size.width, rendered.size.height)
        assert crop.quantization == original.quantization  # type: ignore[attr-defined]
        corners = tuple(rendered.pixels.model_dump().values())
        inner = np.asarray(original.crop(corners)).astype(int)[2:-2, 2:-2]
        assert np.abs(np.asarray(crop).astype(int)[2:-2, 2:-2] - inner).max() <= 2


@pytest.mark.parametrize("shape", ["landscape", "portrait"])
def test_turned_photos_keep_their_tag_and_show_the_same(turned_photos: Path, shape: str) -> None:
    pytest.importorskip("jpeglib", reason="cropsmith[lossless] is not installed")
    box = PixelBox(left=51, top=103, right=451, bottom=504)
    for orientation in range(9):
        path = turned_photos / f"{shape}_{orientation}.jpg"
        photo = open_photo(path)
        rendered = render(photo, box, lossless=True)
        cut = rendered.pixels
        assert cut.left <= box.left and cut.right >= box.right
        assert cut.top <= box.top and cut.bottom >= box.bottom
        again = open_photo(rendered.data)
        assert again.size == rendered.size
        expected = photo.pixels(9999)[cut.top : cut.bottom, cut.left : cut.right].astype(int)
        # At the edges, chroma is interpolated without the neighbours that were cut away.
        inner = np.s_[4:-4, 4:-4]
        assert np.abs(again.pixels(9999).astype(int)[inner] - expected[inner]).max() == 0
        with Image.open(io.BytesIO(rendered.data)) as image, Image.open(path) as original:
            assert image.getexif().get(274, 1) == (original.getexif().get(274) or 1)


def test_a_box_on_the_grid_is_cut_exactly(tmp_path: Path) -> None:
    pytest.importorskip("jpeglib", reason="cropsmith[lossless] is not installed")
    box = PixelBox(left=32, top=16, right=133, bottom=90)
    rendered = render(open_photo(encoded(picture())), box, lossless=True)
    assert rendered.pixels == box and rendered.notes == ()


def test_metadata_is_kept(shared_data: Path) -> None:
    pytest.importorskip("jpeglib", reason="cropsmith[lossless] is not installed")
    for path in sorted((shared_data / "photos" / "exif_samples" / "jpg" / "gps").glob("*.jpg")):
        photo = open_photo(path)
        size = photo.size
        box = PixelBox(left=9, top=9, right=size.width - 9, bottom=size.height - 9)
        rendered = render(photo, box, lossless=True)
        with Image.open(io.BytesIO(rendered.data)) as crop, Image.open(path) as original:
            before, after = original.getexif(), crop.getexif()
            assert repr(before.get_ifd(0x8825)) == repr(after.get_ifd(0x8825))
            assert before.get_ifd(0x8825)
            assert crop.info.get("icc_profile") == original.info.get("icc_profile")
            inner = after.get_ifd(0x8769)
            if 0xA002 in inner:
                assert inner[0xA002] == rendered.size.width


def test_many_segments_are_no_danger_and_what_makers_put_there_is_left_out() -> None:
    pytest.importorskip("jpeglib", reason="cropsmith[lossless] is not installed")
    segment = b"\xff\xe5\x00\x0aeighty-8"
    data = encoded(picture(), extra=segment * 200)
    rendered = render(open_photo(data), BOX, lossless=True)
    assert not any(s.marker == 0xE5 for s in segments(rendered.data))
    assert any("maker's own" in note for note in rendered.notes)


def test_what_cannot_be_cut_without_loss_is_said() -> None:
    jpeg = open_photo(encoded(picture()))
    png = open_photo(np.zeros((100, 100, 3), np.uint8))
    with pytest.raises(UsageError, match="JPEG to JPEG"):
        render(png, PixelBox(left=0, top=0, right=9, bottom=9), lossless=True)
    with pytest.raises(UsageError, match="JPEG to JPEG"):
        render(jpeg, BOX, lossless=True, format="png")
    with pytest.raises(UsageError, match="size of the picture"):
        render(jpeg, BOX, lossless=True, output=Size(width=52, height=39))


def test_a_jpeg_with_broken_segments_is_refused() -> None:
    pytest.importorskip("jpeglib", reason="cropsmith[lossless] is not installed")
    data = encoded(picture())
    photo = open_photo(data[:20] + b"\0" * 4 + data[20:])
    with pytest.raises(UnreadableImage, match="without loss"):
        render(photo, BOX, lossless=True)


def test_the_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setenv("CROPSMITH_SANDBOX", "off")
    monkeypatch.setitem(sys.modules, "jpeglib", None)
    with pytest.raises(MissingExtra, match="cropsmith\\[lossless\\]"):
        render(open_photo(encoded(picture())), BOX, lossless=True)
