"""Deep colour stays deep, from every file that has it to every one that can hold it."""

import io
import struct
import zlib

import cv2
import numpy as np
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.images.render import render
from cropsmith.tools.images.sixteen_bit import decode_deep, encode_deep_ppm, is_deep
from cropsmith.tools.schema.geometry import PixelBox
from tests.photos import read_photo

BOX = PixelBox(left=13, top=7, right=53, bottom=37)
LOST = "The 16 bits of each channel were reduced to 8."


def tones() -> NDArray[np.uint16]:
    """Return (48, 64, 3) in 16 bits, no two neighbours of which are the same."""
    photo = np.asarray(read_photo("coffee").resize((64, 48))).astype(np.uint16)
    return photo * 256 + np.arange(48 * 64 * 3, dtype=np.uint16).reshape(48, 64, 3) % 251


def chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)


def grey_with_alpha(tones: NDArray[np.uint16]) -> bytes:
    """Return a 16-bit PNG of two channels, which neither Pillow nor OpenCV writes."""
    height, width = tones.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in tones)
    header = struct.pack(">IIBBBBB", width, height, 16, 4, 0, 0, 0)
    pieces = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + pieces


def inside(pixels: NDArray[np.uint16]) -> NDArray[np.uint16]:
    return pixels[BOX.top : BOX.bottom, BOX.left : BOX.right]


@pytest.mark.parametrize("target", ["ppm", "png", "tif"])
def test_a_deep_ppm(target: str) -> None:
    photo = open_photo(encode_deep_ppm(tones()))
    crop = render(photo, BOX, format=target)
    assert LOST not in crop.notes
    if target == "ppm":
        assert crop.data == encode_deep_ppm(inside(tones()))
    else:
        assert np.array_equal(decode_deep(crop.data)[0], inside(tones()))
    assert LOST in render(photo, BOX, format="jpg").notes


@pytest.mark.parametrize("target", ["png", "tif"])
def test_deep_grey_with_transparency(target: str) -> None:
    crop = render(open_photo(grey_with_alpha(tones()[..., :2])), BOX, format=target)
    (found,) = decode_deep(crop.data)
    for channel, expected in ((0, 0), (1, 0), (2, 0), (3, 1)):
        assert np.array_equal(found[..., channel], inside(tones())[..., expected])
    assert LOST not in crop.notes


@pytest.mark.parametrize("target", ["png", "tif"])
def test_ten_bits_of_a_heic_are_kept_where_they_can_be(target: str) -> None:
    file = io.BytesIO()
    height, width = 48, 64
    picture = pillow_heif.from_bytes("RGB;16", (width, height), tones().tobytes())
    picture.save(file, quality=95)
    photo = open_photo(file.getvalue())
    assert is_deep(photo.data, "HEIF")
    crop = render(photo, BOX, format=target)
    (found,) = decode_deep(crop.data)
    whole = np.asarray(pillow_heif.open_heif(file, convert_hdr_to_8bit=False))
    assert np.array_equal(found, inside(whole))
    assert len(np.unique(found)) > 256  # more tones than eight bits have
    assert not crop.notes
    assert "The 10 bits of each channel were reduced to 8." in render(photo, BOX).notes


def test_what_a_deep_jpeg_2000_loses_is_said() -> None:
    known, data = cv2.imencode(".jp2", tones())
    assert known
    photo = open_photo(data.tobytes())
    for target in ("jp2", "png"):
        assert LOST in render(photo, BOX, format=target).notes
    known, data = cv2.imencode(".jp2", tones().astype(np.uint8))
    assert known and not render(open_photo(data.tobytes()), BOX).notes


@given(st.integers(1, 70_000), st.binary(max_size=30))
def test_the_depth_of_a_ppm_is_read_off_its_head(most: int, rest: bytes) -> None:
    head = b"P6 3 2 %d\n" % most
    assert is_deep(head + rest, "PPM") == (most > 255)
    assert not is_deep(b"P5" + head[2:] + rest, "PPM")
