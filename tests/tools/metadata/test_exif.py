"""EXIF blocks edited in place: what changes, what stays byte for byte, and what is refused."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cropsmith.tools.metadata import exif
from cropsmith.tools.metadata.cut import Cut
from cropsmith.tools.metadata.exif import PREFIX, BrokenExif
from cropsmith.tools.schema.geometry import PixelBox, Size
from tests.photos import read_photo

SIZE = Size(width=40, height=30)
ORDERS = ("<", ">")
HEAD = 8
"""Bytes before the first directory: byte order, 42, its offset."""

Entry = tuple[int, int, int, int]
"""Tag, kind (1 BYTE, 2 ASCII, 3 SHORT, 4 LONG), count, value."""


def cropped_exif(block: bytes, size: Size, tag: int = 1) -> bytes:
    """Return the block of a crop of this size, from the corner of a larger photo."""
    box = PixelBox(left=0, top=0, right=size.width, bottom=size.height)
    whole = Size(width=2 * size.width, height=2 * size.height)
    return exif.cropped_exif(block, Cut(photo=whole, box=box, size=size, tag=tag))


def head(order: str, first: int = HEAD) -> bytes:
    return (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, first)


def directory(order: str, *entries: Entry, link: int | None = 0) -> bytes:
    made = struct.pack(order + "H", len(entries))
    for tag, kind, count, value in entries:
        code = {1: "B3x", 2: "I", 3: "H2x", 4: "I"}[kind]
        made += struct.pack(f"{order}HHI{code}", tag, kind, count, value)
    return made if link is None else made + struct.pack(order + "I", link)


def camera_block(order: str, kind: int, size: Size, orientation: int) -> bytes:
    """Return what a camera writes, thumbnail apart: a maker, a turn, dimensions in both places."""
    after = HEAD + 2 + 12 * 5 + 4
    first = directory(
        order,
        (0x0100, kind, 1, size.width),
        (0x0101, kind, 1, size.height),
        (0x010F, 2, 4, 0x41424344),
        (0x0112, 3, 1, orientation),
        (0x8769, 4, 1, after),
    )
    inner = directory(
        order,
        (0x927C, 2, 4, 0x01020304),
        (0xA002, kind, 1, size.width),
        (0xA003, kind, 1, size.height),
    )
    return head(order) + first + inner + b"what no tag points to"


def with_thumbnail(order: str, data: bytes, tail: bytes = b"", kind: int = 4) -> bytes:
    second = HEAD + 2 + 12 + 4
    start = second + 2 + 12 * 3 + 4
    first = directory(order, (0x0112, 3, 1, 1), link=second)
    length = len(data)
    entries = ((0x0103, 3, 1, 6), (0x0201, kind, 1, start), (0x0202, kind, 1, length))
    return head(order) + first + directory(order, *entries) + data + tail


def thumbnail() -> bytes:
    photo = read_photo("coffee")
    photo.thumbnail((160, 120))
    file = io.BytesIO()
    photo.save(file, "JPEG")
    return file.getvalue()


@pytest.mark.parametrize("kind", [1, 3, 4])
@pytest.mark.parametrize("order", ORDERS)
def test_only_the_turn_and_the_dimensions_change(order: str, kind: int) -> None:
    before = camera_block(order, kind, Size(width=200, height=150), 6)
    assert cropped_exif(before, SIZE) == camera_block(order, kind, SIZE, 1)
    assert cropped_exif(before, SIZE, 8) == camera_block(order, kind, SIZE, 8)
    assert cropped_exif(PREFIX + before, SIZE) == camera_block(order, kind, SIZE, 1)


@pytest.mark.parametrize(("kind", "most"), [(1, 255), (3, 65535)])
def test_a_dimension_that_its_type_cannot_hold_stays(kind: int, most: int) -> None:
    for order in ORDERS:
        before = camera_block(order, kind, SIZE, 1)
        fits = Size(width=most, height=most)
        assert cropped_exif(before, fits) == camera_block(order, kind, fits, 1)
        assert cropped_exif(before, Size(width=most + 1, height=most + 1)) == before


@pytest.mark.parametrize("tag", [0x0100, 0x0101, 0xA002, 0xA003])
@pytest.mark.parametrize(("kind", "count"), [(4, 2), (4, 0), (2, 1)])
def test_a_dimension_that_is_not_one_number_stays(tag: int, kind: int, count: int) -> None:
    before = head("<") + directory("<", (tag, kind, count, 7))
    assert cropped_exif(before, SIZE) == before


@pytest.mark.parametrize(("kind", "count"), [(3, 2), (3, 0), (2, 1)])
def test_an_orientation_that_is_not_one_number_is_broken(kind: int, count: int) -> None:
    with pytest.raises(BrokenExif, match="orientation"):
        cropped_exif(head("<") + directory("<", (0x0112, kind, count, 6)), SIZE)


@pytest.mark.parametrize("block", [b"", b"II*\0\x08\0\0", b"XX*\0\x08\0\0\0\0\0\0\0"])
def test_without_a_byte_order_it_is_broken(block: bytes) -> None:
    with pytest.raises(BrokenExif, match="byte order"):
        cropped_exif(block, SIZE)


def test_the_first_directory_lies_inside() -> None:
    empty = directory("<", link=None)
    assert cropped_exif(head("<") + empty, SIZE) == head("<") + empty
    apart = head("<", 11) + b"pad" + empty
    assert cropped_exif(apart, SIZE) == apart
    for offset in (0, 7, 9, 10, 500):
        with pytest.raises(BrokenExif, match="outside"):
            cropped_exif(head("<", offset) + empty, SIZE)


def test_a_directory_ends_with_its_last_entry() -> None:
    whole = head(">") + directory(">", (0x0100, 4, 1, 200), (0x0101, 4, 1, 150), link=None)
    cut = whole[:-1]
    assert cropped_exif(whole, SIZE) == head(">") + directory(
        ">", (0x0100, 4, 1, 40), (0x0101, 4, 1, 30), link=None
    )
    with pytest.raises(BrokenExif, match="cut off"):
        cropped_exif(cut, SIZE)


@pytest.mark.parametrize("order", ORDERS)
def test_a_thumbnail_at_the_end_is_cut_off(order: str) -> None:
    shown = thumbnail()
    cropped = cropped_exif(with_thumbnail(order, shown), SIZE)
    whole = with_thumbnail(order, shown)
    unlinked = head(order) + directory(order, (0x0112, 3, 1, 1))
    assert cropped == unlinked + whole[len(unlinked) : -len(shown)]
    with pytest.raises(OSError):
        Image.open(io.BytesIO(cropped[-len(shown) :]))


@pytest.mark.parametrize("order", ORDERS)
def test_a_thumbnail_before_other_data_is_blanked(order: str) -> None:
    shown = thumbnail()
    whole = with_thumbnail(order, shown, b"maker's own")
    unlinked = head(order) + directory(order, (0x0112, 3, 1, 1))
    start = len(whole) - len(shown) - len(b"maker's own")
    blank = bytes(len(shown)) + b"maker's own"
    assert cropped_exif(whole, SIZE) == unlinked + whole[len(unlinked) : start] + blank


def test_a_thumbnail_said_to_be_longer_than_the_block_goes_too() -> None:
    shown = thumbnail()
    short = with_thumbnail("<", shown)[:-100]
    assert shown[:64] in short
    cropped = cropped_exif(short, SIZE)
    assert len(cropped) == len(short) - len(shown) + 100


def test_a_second_directory_without_a_thumbnail_is_unlinked_alone() -> None:
    second = HEAD + 2 + 12 + 4
    for entries in (
        (),
        ((0x0202, 4, 1, 10),),
        ((0x0201, 4, 1, second),),
        ((0x0201, 4, 1, second), (0x0202, 4, 1, 0)),
        ((0x0201, 4, 1, 7), (0x0202, 4, 1, 4)),
    ):
        rest = directory("<", *entries) + b"the rest"
        linked = head("<") + directory("<", (0x0112, 3, 1, 6), link=second) + rest
        alone = head("<") + directory("<", (0x0112, 3, 1, 1)) + rest
        assert cropped_exif(linked, SIZE) == alone, entries


@pytest.mark.parametrize("second", [1, 7, 35, 36, 500])
def test_a_second_directory_outside_the_block_is_unlinked(second: int) -> None:
    linked = head("<") + directory("<", (0x0112, 3, 1, 6), link=second) + b"the rest"
    assert len(linked) == 34
    assert cropped_exif(linked, SIZE) == head("<") + directory("<", (0x0112, 3, 1, 1)) + b"the rest"


def test_a_second_directory_that_is_cut_off_is_unlinked() -> None:
    whole = with_thumbnail("<", b"")
    cut = whole[: HEAD + 2 + 12 + 4 + 2 + 12 * 2]
    unlinked = head("<") + directory("<", (0x0112, 3, 1, 1))
    assert cropped_exif(cut, SIZE) == unlinked + cut[len(unlinked) :]


def test_an_inner_directory_outside_the_block_is_broken() -> None:
    with pytest.raises(BrokenExif, match="outside"):
        cropped_exif(head("<") + directory("<", (0x8769, 4, 1, 400)), SIZE)


@pytest.mark.parametrize("order", ORDERS)
def test_an_uncompressed_thumbnail_of_several_strips_goes(order: str) -> None:
    second = HEAD + 2 + 12 + 4
    lists = second + 2 + 12 * 2 + 4
    pixels = read_photo("coffee").resize((40, 30)).tobytes()
    half = len(pixels) // 2
    start = lists + 16
    block = (
        head(order)
        + directory(order, (0x0112, 3, 1, 1), link=second)
        + directory(order, (0x0111, 4, 2, lists), (0x0117, 4, 2, lists + 8))
        + struct.pack(order + "4I", start, start + half, half, len(pixels) - half)
        + pixels
    )
    cropped = cropped_exif(block, SIZE)
    assert len(cropped) == start and pixels[:64] in block


def test_a_jpeg_in_a_maker_note_is_blanked_and_the_rest_of_the_note_stays() -> None:
    shown = thumbnail()
    note = b"Maker\0\1" + shown + b"settings"
    exif_block = Image.Exif()
    exif_block[271] = "Maker"
    exif_block.get_ifd(0x8769)[0x927C] = note
    after = Image.Exif()
    after.load(PREFIX + cropped_exif(exif_block.tobytes(), SIZE))
    kept = after.get_ifd(0x8769)[0x927C]
    assert kept == b"Maker\0\1" + bytes(len(shown)) + b"settings"


@pytest.mark.parametrize(
    ("focus", "moved"),
    [
        ((30, 20), (30, 20)),
        ((30, 20, 8), (30, 20, 8)),
        ((30, 20, 40, 10), (25, 20, 30, 10)),
        ((60, 20), None),
        ((30, 20, 4, 4, 4), None),
    ],
)
def test_the_focus_area_is_moved_or_goes(
    focus: tuple[int, ...], moved: tuple[int, ...] | None
) -> None:
    photo = Image.Exif()
    inner = photo.get_ifd(0x8769)
    inner[0x9214], inner[0x9003] = focus, "2024:01:01 00:00:00"
    after = Image.Exif()
    after.load(PREFIX + cropped_exif(photo.tobytes(), SIZE))
    assert after.get_ifd(0x8769).get(0x9214) == moved
    assert after.get_ifd(0x8769)[0x9003] == "2024:01:01 00:00:00"


def test_pillow_reads_what_is_left() -> None:
    exif = Image.Exif()
    exif[271], exif[274] = "Maker", 6
    inner = exif.get_ifd(0x8769)
    inner[0xA002], inner[0xA003] = 512, 384
    after = Image.Exif()
    after.load(PREFIX + cropped_exif(exif.tobytes(), SIZE))
    assert (after[271], after[274]) == ("Maker", 1)
    assert after.get_ifd(0x8769) == {0xA002: 40, 0xA003: 30}


@given(st.binary(max_size=200))
def test_any_bytes_are_cropped_or_called_broken(block: bytes) -> None:
    for start in (b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"):
        try:
            assert len(cropped_exif(start + block, SIZE)) <= len(start + block)
        except BrokenExif:
            pass


@given(st.data())
def test_damaged_blocks_never_raise_anything_else(data: st.DataObject) -> None:
    block = bytearray(with_thumbnail("<", b"thumbnail"))
    if data.draw(st.booleans()):
        block = bytearray(camera_block(">", 3, SIZE, 6))
    for _ in range(data.draw(st.integers(1, 8))):
        block[data.draw(st.integers(0, len(block) - 1))] = data.draw(st.integers(0, 255))
    try:
        cropped_exif(bytes(block), SIZE)
    except BrokenExif:
        pass
