"""Files that are damaged where the picture is not are read, and say so."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cropsmith.errors import UnreadableImage
from cropsmith.tools.images.mending import lacks_end, mended, without_large_text
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.images.render import render
from cropsmith.tools.schema.geometry import PixelBox
from tests.photos import read_photo

BOX = PixelBox(left=40, top=8, right=240, bottom=208)


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


@pytest.fixture(scope="module")
def jpeg() -> bytes:
    return encoded(read_photo("coffee"), "JPEG", quality=90)


def chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)


@pytest.mark.parametrize("lost", [1, 2])
def test_a_jpeg_without_its_last_marker_is_cropped_as_the_whole_one(jpeg: bytes, lost: int) -> None:
    whole, photo = open_photo(jpeg), open_photo(jpeg[:-lost])
    assert "next to nothing" in photo.notes[0] and not whole.notes
    assert np.array_equal(photo.pixels(320), whole.pixels(320))
    crop = render(photo, BOX)
    assert crop.data == render(whole, BOX).data
    assert photo.notes[0] in crop.notes


@pytest.mark.parametrize("progressive", [False, True])
def test_what_is_there_of_a_truncated_jpeg_is_cropped(progressive: bool) -> None:
    data = encoded(read_photo("coffee"), "JPEG", quality=90, progressive=progressive)
    photo = open_photo(data[: len(data) // 2])
    assert "ends too early" in photo.notes[0]
    top = PixelBox(left=0, top=0, right=photo.size.width, bottom=photo.size.height // 4)
    with Image.open(io.BytesIO(render(photo, top).data)) as crop:
        seen = np.asarray(crop.convert("RGB")).astype(float)
    expected = np.asarray(read_photo("coffee"))[: top.bottom].astype(float)
    assert np.abs(seen - expected).mean() < (20 if progressive else 4)


def test_the_missing_share_is_said(jpeg: bytes) -> None:
    (note,) = open_photo(jpeg[: len(jpeg) // 2]).notes
    share = int(note.partition("about ")[2].partition("%")[0])
    assert 25 <= share <= 75


def test_strict_refuses_a_damaged_file_and_no_other(jpeg: bytes) -> None:
    assert open_photo(jpeg, strict=True).notes == ()
    with pytest.raises(UnreadableImage, match="ends too early"):
        open_photo(jpeg[:-2], strict=True)


def test_a_jpeg_with_next_to_no_picture_is_refused(jpeg: bytes) -> None:
    start = jpeg.index(b"\xff\xda")
    for cut in (start + 20, start + 200):
        with pytest.raises(UnreadableImage, match="truncated"):
            open_photo(jpeg[:cut])


@pytest.mark.parametrize("behind", [b"\0", b"ftypmp42" + bytes(500), b"\xff\xd8\xff\xd9"])
def test_what_follows_a_whole_jpeg_is_no_damage(jpeg: bytes, behind: bytes) -> None:
    assert not lacks_end(jpeg + behind)
    assert open_photo(jpeg + behind, strict=True).notes == ()


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt"])
def test_a_png_is_read_without_a_text_that_is_too_large(kind: bytes) -> None:
    photo = read_photo("rocket")
    png = encoded(photo, "PNG")
    text = b"a" * 3_000_000
    packed = zlib.compress(text)
    body = {
        b"tEXt": b"Comment\0" + text,
        b"zTXt": b"Comment\0\0" + packed,
        b"iTXt": b"Comment\0\1\0\0\0" + packed,
    }[kind]
    data = png[:33] + chunk(b"tEXt", b"Title\0Rocket") + chunk(kind, body) + png[33:]
    opened = open_photo(data)
    assert "text" in opened.notes[0]
    crop = render(opened, BOX)
    with Image.open(io.BytesIO(crop.data)) as image:
        assert image.info["Title"] == "Rocket" and "Comment" not in image.info
        assert np.array_equal(np.asarray(image), np.asarray(photo.crop((40, 8, 240, 208))))


@given(data=st.binary(max_size=300), cut=st.integers(0, 400))
def test_mending_never_fails_nor_touches_what_is_whole(data: bytes, cut: int) -> None:
    mended(data)
    mended(b"\xff\xd8\xff" + data)
    png = encoded(Image.new("RGB", (9, 9)), "PNG")
    assert without_large_text(png) is png
    mended(png[:cut] + data)


@pytest.mark.parametrize(
    ("turn", "side"),
    [(1, "bottom"), (3, "top"), (5, "right"), (6, "left"), (7, "left"), (8, "right")],
)
def test_where_the_photo_is_missing_is_known_on_the_upright_photo(turn: int, side: str) -> None:
    exif = Image.Exif()
    exif[274] = turn
    data = encoded(read_photo("coffee"), "JPEG", quality=90, exif=exif)
    photo = open_photo(data[: len(data) // 2])
    part = photo.missing
    assert part is not None
    touches = {
        "left": part.x1 == 0,
        "top": part.y1 == 0,
        "right": part.x2 == 1,
        "bottom": part.y2 == 1,
    }
    assert touches.pop(side) and sum(touches.values()) == 2  # the two beside it
    pixels = photo.pixels(320)
    height, width = pixels.shape[:2]
    x1, x2 = round(part.x1 * width), round(part.x2 * width)
    y1, y2 = round(part.y1 * height), round(part.y2 * height)
    rest = np.ones((height, width), dtype=bool)
    rest[y1:y2, x1:x2] = False
    grey = (np.abs(pixels.astype(int) - 128) <= 2).all(axis=2)
    assert grey[~rest].mean() > 0.8 and grey[rest].mean() < 0.02
    assert open_photo(data).missing is None
