"""Every entry of a file fares by the table: the inventories before and after a crop, compared."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.images.render import render
from cropsmith.tools.images.rendered import Rendered
from cropsmith.tools.metadata.carried import inventory_of
from cropsmith.tools.metadata.inventory import Inventory, Kind
from cropsmith.tools.metadata.rules import NAMED, RULES, Rule
from cropsmith.tools.schema.geometry import PixelBox
from cropsmith.tools.schema.request import FileWish, Keep
from tests.loaded_files import loaded

BOX = PixelBox(left=152, top=32, right=392, bottom=272)
"""On the grid of blocks; the left face is outside, the right one inside."""

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "HEIF", "AVIF")

CARRIED = {
    "JPEG": set(Kind) - {Kind.ORIENTATION, Kind.COLOUR},
    "PNG": {
        Kind.COLOUR, Kind.RESOLUTION, Kind.CREDENTIALS, Kind.VENDOR, Kind.MAKER, Kind.CREDIT,
        Kind.WORDS, Kind.PREVIEW, Kind.REGIONS, Kind.PANORAMA, Kind.RAW_CROP, Kind.FOCUS,
        Kind.PLACE, Kind.CAMERA, Kind.DIMENSIONS, Kind.GAIN_MAP, Kind.DEPTH, Kind.MOTION,
        Kind.EXTENDED,
    },
    "WEBP": {Kind.PROFILE, Kind.CREDENTIALS, Kind.VENDOR, Kind.PREVIEW, Kind.REGIONS, Kind.MAKER},
    "TIFF": {Kind.PROFILE, Kind.PREVIEW, Kind.REGIONS, Kind.MAKER, Kind.PLACE, Kind.RESOLUTION},
    "GIF": {
        Kind.PROFILE, Kind.WORDS, Kind.VENDOR, Kind.PREVIEW, Kind.REGIONS, Kind.PANORAMA,
        Kind.RAW_CROP,
    },
    "HEIF": {Kind.COLOUR, Kind.MOTION, Kind.PICTURES, Kind.PREVIEW, Kind.REGIONS, Kind.MAKER},
    "AVIF": {Kind.COLOUR, Kind.CREDENTIALS, Kind.PREVIEW, Kind.REGIONS, Kind.PLACE, Kind.MAKER},
}  # fmt: skip
"""What the inventory must find in the loaded files, at least."""

PEOPLE = ("PersonInImage", "2:25")
"""Lists of words that names may go from."""


@cache
def cropped(format: str, lossless: bool = False, wishes: FileWish | None = None) -> Rendered:
    if lossless:
        pytest.importorskip("jpeglib", reason="cropsmith[lossless] is not installed")
    photo = open_photo(loaded(format))
    return render(photo, BOX, lossless=lossless, wishes=wishes or FileWish())


def said(inventory: Inventory, kind: Kind) -> set[str]:
    return {
        entry.summary
        for entry in inventory.of(kind)
        if not entry.summary.startswith(PEOPLE) and "0x000b" not in entry.summary
    }


def test_every_kind_has_a_rule_and_what_is_removed_has_a_name() -> None:
    assert RULES.keys() == set(Kind)
    assert NAMED.keys() == {kind for kind, rule in RULES.items() if rule is Rule.REMOVED}


@pytest.mark.parametrize("format", FORMATS)
def test_the_inventory_finds_what_was_put_in(format: str) -> None:
    assert inventory_of(loaded(format)).kinds >= CARRIED[format]


@pytest.mark.parametrize(("format", "lossless"), [*((f, False) for f in FORMATS), ("JPEG", True)])
def test_each_entry_fares_by_its_rule(format: str, lossless: bool) -> None:
    before = inventory_of(loaded(format))
    made = cropped(format, lossless)
    after = inventory_of(made.data)
    for kind, rule in RULES.items():
        old, new = said(before, kind), said(after, kind)
        if rule is Rule.KEPT:
            assert old == new, kind
        elif rule is Rule.REMOVED:
            assert not after.of(kind), (kind, after.of(kind))
            assert not before.of(kind) or any(NAMED[kind] in note for note in made.notes), kind
        else:
            assert bool(before.of(kind)) == bool(after.of(kind)), kind
            assert not old or old != new, kind


@pytest.mark.parametrize(("format", "lossless"), [*((f, False) for f in FORMATS), ("JPEG", True)])
def test_who_was_cropped_away_is_not_named(format: str, lossless: bool) -> None:
    before, made = loaded(format), cropped(format, lossless)
    assert b"Left Person" in before and b"Left Person" not in made.data
    assert b"Right Person" in made.data
    assert any("cropped away" in note for note in made.notes)


@pytest.mark.parametrize("format", FORMATS)
def test_no_bytes_of_a_preview_are_left(format: str) -> None:
    data = cropped(format).data
    for mark in (b"/9j/AAAA", b"<xmpGImg:image>", b"a preview"):
        assert mark not in data, mark
    inner = data[2:] if format == "JPEG" else data
    assert b"\xff\xd8\xff" not in inner


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("keep", [Keep.CREDIT, Keep.NONE])
def test_no_more_is_kept_than_was_asked(format: str, keep: Keep) -> None:
    before = inventory_of(loaded(format))
    after = inventory_of(cropped(format, wishes=FileWish(keep=keep)).data)
    shown = {Kind.PROFILE, Kind.COLOUR, Kind.RESOLUTION}  # JFIF has a resolution in any case,
    shown |= {Kind.DIMENSIONS} if format == "TIFF" else set()  # and a TIFF its size
    assert after.kinds <= shown | ({Kind.CREDIT} if keep is Keep.CREDIT else set())
    if keep is Keep.CREDIT:
        assert said(after, Kind.CREDIT) == said(before, Kind.CREDIT)
    assert said(after, Kind.COLOUR) == said(before, Kind.COLOUR)
    assert said(after, Kind.PROFILE) == said(before, Kind.PROFILE)


@pytest.mark.parametrize("format", FORMATS)
def test_without_the_place_the_rest_stays(format: str) -> None:
    before = inventory_of(loaded(format))
    after = inventory_of(cropped(format, wishes=FileWish(without_location=True)).data)
    assert before.of(Kind.PLACE) and not after.of(Kind.PLACE)
    for kind in (Kind.CREDIT, Kind.CAMERA, Kind.WORDS, Kind.MAKER):
        assert said(before, kind) == said(after, kind), kind


@settings(deadline=None)  # the first use of a format makes its file
@given(st.sampled_from(FORMATS), st.data())
def test_a_damaged_file_has_the_entries_that_can_be_read(format: str, data: st.DataObject) -> None:
    damaged = bytearray(loaded(format))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, min(len(damaged), 8000) - 1))
        damaged[place] = data.draw(st.integers(0, 255))
    for file in (bytes(damaged), bytes(damaged[: data.draw(st.integers(0, len(damaged)))])):
        assert inventory_of(file).kinds <= set(Kind)


def test_photos_of_cameras_fare_by_the_rules(shared_data: Path) -> None:
    seen = 0
    for path in sorted((shared_data / "photos").rglob("*.*")):
        if path.suffix.lower() not in {".jpg", ".jpeg", ".heic", ".png", ".webp", ".avif"}:
            continue
        data = path.read_bytes()
        before = inventory_of(data)
        if not before.entries or len(data) > 8_000_000 or "invalid" in str(path):
            continue
        photo = open_photo(data)
        width, height = photo.size.width, photo.size.height
        if width * height > 6_000_000 or min(width, height) < 20:
            continue
        made = render(photo, PixelBox(left=2, top=2, right=width - 2, bottom=height - 2))
        after = inventory_of(made.data)
        gone = {kind for kind, rule in RULES.items() if rule is Rule.REMOVED} & after.kinds
        assert not gone, (path.name, gone)
        seen += 1
    assert seen > 30
