"""What a file may cost is known before it is paid."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cropsmith.errors import UnreadableImage, UsageError
from cropsmith.tools.images.budget import (
    MAX_FRAMES,
    MEMORY,
    MOST_MEMORY,
    MOST_SECONDS,
    check_deep,
    check_size,
    limits_for,
)
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.images.render import render
from cropsmith.tools.images.sixteen_bit import decode_deep, encode_deep_tiff
from cropsmith.tools.images.tiff_file import page_sizes
from cropsmith.tools.schema.geometry import PixelBox, Size

MIB = 2**20


def many_pages(count: int) -> bytes:
    """Return a TIFF of 16-bit colour whose pages share their pixels, and so cost 126 bytes each."""
    side = 64
    body = zlib.compress(bytes(side * side * 6), 9)
    file = bytearray(b"II*\0\0\0\0\0" + body + bytes(len(body) % 2))
    depths = len(file)
    file += struct.pack("<HHH", 16, 16, 16)
    tags = [(256, 3, 1, side), (257, 3, 1, side), (258, 3, 3, depths), (259, 3, 1, 8)]
    tags += [(262, 3, 1, 2), (273, 4, 1, 8), (277, 3, 1, 3), (278, 3, 1, side)]
    tags += [(279, 4, 1, len(body))]
    link = 4
    for _ in range(count):
        struct.pack_into("<I", file, link, len(file))
        file += struct.pack("<H", len(tags))
        file += b"".join(struct.pack("<HHII", *tag) for tag in tags)
        link = len(file)
        file += bytes(4)
    return bytes(file)


BOX = PixelBox(left=8, top=8, right=56, bottom=56)


def test_pages_are_counted_before_they_are_decoded() -> None:
    photo = open_photo(many_pages(20_000))
    with pytest.raises(UnreadableImage, match=f"more than {MAX_FRAMES} pages"):
        render(photo, BOX)
    crop = render(open_photo(many_pages(12)), BOX)
    assert crop.frames == 12 and page_sizes(crop.data, 99) == [Size(width=48, height=48)] * 12


@pytest.mark.parametrize(("channels", "kind"), [(3, 2), (4, 6)])
def test_the_depth_of_a_frame_counts(channels: int, kind: int) -> None:
    header = struct.pack(">IIBBBBB", 15_000, 15_000, 16, kind, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + b"IHDR" + header
    with pytest.raises(UnreadableImage, match="225 megapixels of 16-bit colour on 1 page"):
        decode_deep(start + bytes(4), "a")


def test_a_loop_of_pages_ends() -> None:
    file = bytearray(many_pages(3))
    (first,) = struct.unpack_from("<I", file, 4)
    file[-4:] = struct.pack("<I", first)
    assert len(page_sizes(bytes(file), 10_000)) == 3


@given(data=st.binary(max_size=400), big=st.booleans(), motorola=st.booleans())
def test_sizes_of_pages_are_read_from_anything(data: bytes, big: bool, motorola: bool) -> None:
    mark = b"MM\0*" if motorola else b"II*\0"
    if big:
        mark = b"MM\0+\0\x08\0\0" if motorola else b"II+\0\x08\0\0\0"
    assert len(page_sizes(mark + data + bytes(16), 7)) <= 7


def test_page_sizes_are_those_of_the_pages() -> None:
    pages = [np.zeros((10 + n, 20 + n, 3), np.uint16) for n in range(4)]
    found = page_sizes(encode_deep_tiff(pages), 99)
    assert found == [Size(width=20 + n, height=10 + n) for n in range(4)]


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (200_000, 1)])
def test_what_is_written_is_limited(width: int, height: int) -> None:
    photo = open_photo(np.zeros((100, 100, 3), np.uint8))
    box = PixelBox(left=0, top=0, right=100, bottom=1 if height == 1 else 100)
    with pytest.raises(UsageError, match=rf"{width}x{height} pixels is larger than"):
        render(photo, box, output=Size(width=width, height=height))


def test_a_panorama_is_told_from_a_bomb_by_its_bytes() -> None:
    panorama = Size(width=60_000, height=8_000)
    check_size(panorama, "a", 20 * MIB)
    with pytest.raises(UnreadableImage, match="60000x8000"):
        check_size(panorama, "a", 100_000)
    with pytest.raises(UnreadableImage):
        check_size(Size(width=60_000, height=60_000), "a", 500 * MIB)


def test_a_panorama_is_looked_at_without_being_decoded_whole() -> None:
    file = io.BytesIO()
    draw = np.random.default_rng(0)
    tile = Image.fromarray(draw.integers(0, 255, (50, 800, 3), np.uint8))
    tile.resize((40_000, 2_500), Image.Resampling.BILINEAR).save(file, "JPEG", quality=60)
    photo = open_photo(file.getvalue())
    assert photo.size == Size(width=40_000, height=2_500)
    assert photo.pixels(320).shape == (20, 320, 3)


@given(st.integers(0, 2**31), st.integers(0, 2**31))
def test_a_larger_file_may_take_no_less(one: int, other: int) -> None:
    less, more = sorted((one, other))
    assert limits_for(less).memory <= limits_for(more).memory <= MOST_MEMORY
    assert limits_for(less).seconds <= limits_for(more).seconds <= MOST_SECONDS


@given(st.integers(0, 3 * MIB), st.integers(1, 60_000), st.integers(1, 60_000))
def test_a_small_file_may_take_little_whatever_it_claims(
    count: int, width: int, height: int
) -> None:
    claimed = Size(width=width, height=height)
    assert limits_for(count, claimed, "PNG").memory <= MEMORY + 6 * MIB
    assert limits_for(min(count, MIB), claimed, "JPEG").memory < 1_500_000_000


@given(st.integers(0, 2**26), st.integers(1, 3_000), st.integers(1, 3_000), st.integers(2, 99))
def test_what_is_written_several_times_may_take_longer(
    count: int, width: int, height: int, times: int
) -> None:
    written = Size(width=width, height=height)
    once = limits_for(count, written, "WEBP", written)
    often = limits_for(count, written, "WEBP", written, times)
    assert once.seconds < often.seconds <= MOST_SECONDS
    assert often.memory == once.memory
    assert limits_for(count, written, "JPEG", written, 1, "HEIF").seconds > once.seconds


@given(st.lists(st.integers(1, 9_000), min_size=1, max_size=8))
def test_pages_add_up(sides: list[int]) -> None:
    sizes = [Size(width=side, height=side) for side in sides]
    if 6 * sum(side * side for side in sides) <= 10**9:
        check_deep(sizes, 3, "a")
    else:
        with pytest.raises(UnreadableImage, match="16-bit"):
            check_deep(sizes, 3, "a")
