"""Files that do not tell where they were taken, or nothing at all, or weigh no more than asked."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cropsmith.errors import UsageError
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.images.render import render
from cropsmith.tools.metadata.metadata import Metadata
from cropsmith.tools.metadata.privacy import without_location
from cropsmith.tools.schema.geometry import PixelBox
from cropsmith.tools.schema.request import FileWish, Keep
from tests.photos import read_photo
from tests.xmp_packets import packet

GPS = 0x8825
XMP = packet(
    'exif:GPSLatitude="52,30N" photoshop:City="Nowhere" own:title="Harbour"',
    "<exif:GPSLongitude>13,24E</exif:GPSLongitude>",
)


def photo_bytes(format: str) -> bytes:
    exif = Image.Exif()
    exif[271], exif[315] = "Maker", "Ann Example"
    place = exif.get_ifd(GPS)
    place[1], place[2], place[3], place[4] = "N", (52.0, 31.0, 12.5), "E", (13.0, 24.0, 36.25)
    file = io.BytesIO()
    options = {"quality": 95} if format != "PNG" else {}
    read_photo("astronaut").save(file, format, exif=exif.tobytes(), xmp=XMP, **options)
    return file.getvalue()


def cropped(data: bytes, **wishes: object) -> tuple[bytes, tuple[str, ...]]:
    photo = open_photo(data)
    box = PixelBox(left=8, top=8, right=photo.size.width - 8, bottom=photo.size.height - 8)
    rendered = render(photo, box, wishes=FileWish.model_validate(wishes))
    return rendered.data, rendered.notes


@given(
    st.lists(
        st.sampled_from(
            ("<exif:GPSLatitude>", "</exif:GPSLatitude>", "<exif:GPSLatitude", "<own:a>", "secret",
             ' exif:GPSLongitude="', '"', "'", " photoshop:City='x'", "</own:a>", "/>", "=")
        ),
        max_size=30,
    )
)  # fmt: skip
def test_no_packet_is_too_broken_for_the_place_to_go(parts: list[str]) -> None:
    whole = "<exif:GPSLongitude>the place</exif:GPSLongitude>"
    cleaned = without_location(Metadata(xmp=packet('own:b="1"', whole + "".join(parts)))).xmp
    assert cleaned is None or (b"the place" not in cleaned and b'own:b="1"' in cleaned)


def test_a_place_that_stands_in_something_else_goes_too() -> None:
    inner = '<own:picture rdf:parseType="Resource"><own:x>1</own:x>%s</own:picture>'
    told = packet("", inner % "<exif:GPSLatitude>52,30N</exif:GPSLatitude>")
    assert without_location(Metadata(xmp=told)).xmp == packet("", inner % "")


@pytest.mark.parametrize(
    "name", ["GpsLatitude", "GpsLongtitude", "AbsoluteAltitude", "lat", "long", "decimalLatitude",
             "shotLocation"],
)  # fmt: skip
def test_a_place_goes_whoever_wrote_it(name: str) -> None:
    stays = "<own:latest>1</own:latest><own:longer>2</own:longer>"
    told = packet(f'own:{name}="48.2"', f"{stays}<own:{name}>48.2</own:{name}>")
    cleaned = without_location(Metadata(xmp=told)).xmp
    assert cleaned is not None and b"48.2" not in cleaned and stays.encode() in cleaned


@pytest.mark.parametrize("format", ["JPEG", "WEBP"])
def test_the_place_goes_and_the_rest_stays(format: str) -> None:
    before = photo_bytes(format)
    with Image.open(io.BytesIO(cropped(before)[0])) as image:
        assert image.getexif().get_ifd(GPS)[1] == "N"
    data, notes = cropped(before, without_location=True)
    with Image.open(io.BytesIO(data)) as image:
        exif = image.getexif()
        assert (exif[271], exif[315]) == ("Maker", "Ann Example")
        assert GPS not in exif and not exif.get_ifd(GPS)
        packet = image.info["xmp"]
    assert b"Harbour" in packet
    assert not any(part in packet for part in (b"GPS", b"Nowhere", b"13,24E"))
    assert not notes


def test_the_bytes_of_the_place_are_blanked() -> None:
    data, _ = cropped(photo_bytes("JPEG"), without_location=True)
    with Image.open(io.BytesIO(data)) as image:
        block = image.info["exif"]
    with Image.open(io.BytesIO(cropped(photo_bytes("JPEG"))[0])) as image:
        told = image.info["exif"]
    seconds = [(145).to_bytes(4, order) + (4).to_bytes(4, order) for order in ("big", "little")]
    assert any(rational in told for rational in seconds)  # 36.25 is 145/4
    assert not any(rational in block for rational in seconds)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_without_metadata_only_the_picture_is_left(format: str) -> None:
    data, _ = cropped(photo_bytes(format), keep=Keep.NONE)
    with Image.open(io.BytesIO(data)) as image:
        assert not image.getexif()
    assert not any(word in data for word in (b"Harbour", b"Ann Example", b"GPS"))


def test_an_uncut_photo_is_cleaned_as_well() -> None:
    photo = open_photo(photo_bytes("JPEG"))
    box = PixelBox(left=0, top=0, right=photo.size.width, bottom=photo.size.height)
    data = render(photo, box, wishes=FileWish(without_location=True)).data
    with Image.open(io.BytesIO(data)) as image:
        assert GPS not in image.getexif()


@pytest.mark.parametrize("format", ["JPEG", "WEBP"])
def test_a_file_keeps_to_its_bytes_at_the_best_quality(format: str) -> None:
    before = photo_bytes(format)
    data, notes = cropped(before, most_bytes=20_000)
    assert 10_000 < len(data) <= 20_000 < len(cropped(before)[0])
    assert any("quality" in note for note in notes)
    with Image.open(io.BytesIO(data)) as image:
        image.load()


def test_bytes_that_no_quality_reaches_are_said() -> None:
    data, notes = cropped(photo_bytes("JPEG"), most_bytes=500)
    assert len(data) > 500 and any("more than the 0.5 kB asked for" in note for note in notes)
    data, notes = cropped(photo_bytes("PNG"), most_bytes=5_000)
    assert len(data) > 5_000 and any("JPEG or WebP" in note for note in notes)


def test_a_file_that_is_small_enough_is_left_alone() -> None:
    noise = np.zeros((40, 60, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "JPEG")
    data, notes = cropped(file.getvalue(), most_bytes=1_000_000)
    assert data == cropped(file.getvalue())[0] and not notes


def test_the_words_name_the_format_and_an_argument_goes_before() -> None:
    photo = open_photo(photo_bytes("JPEG"))
    box = PixelBox(left=0, top=0, right=64, bottom=64)
    assert render(photo, box, wishes=FileWish(format="webp")).format == "WEBP"
    assert render(photo, box, format="png", wishes=FileWish(format="webp")).format == "PNG"


@pytest.mark.parametrize("turn", [1, 6])
def test_a_lossless_crop_is_cleaned_as_well(turn: int) -> None:
    pytest.importorskip("jpeglib", reason="cropsmith[lossless] is not installed")
    exif = Image.Exif()
    exif[274], exif[315] = turn, "Ann Example"
    exif.get_ifd(GPS)[1] = "N"
    file = io.BytesIO()
    read_photo("astronaut").save(file, "JPEG", exif=exif.tobytes(), xmp=XMP, comment=b"by hand")
    photo = open_photo(file.getvalue())
    box = PixelBox(left=0, top=0, right=64, bottom=64)
    for wishes, artist in (
        (FileWish(without_location=True), "Ann Example"),
        (FileWish(keep=Keep.CREDIT), "Ann Example"),
        (FileWish(keep=Keep.NONE), None),
    ):
        data = render(photo, box, lossless=True, wishes=wishes).data
        with Image.open(io.BytesIO(data)) as image:
            found = image.getexif()
            assert found.get(315) == artist and found.get(274, 1) == turn
            assert GPS not in found
        assert b"GPS" not in data and b"Nowhere" not in data
        assert (b"by hand" in data) == (wishes.keep is Keep.ALL)


def test_a_lossless_crop_has_the_weight_that_it_has() -> None:
    photo = open_photo(photo_bytes("JPEG"))
    box = PixelBox(left=0, top=0, right=64, bottom=64)
    with pytest.raises(UsageError, match="weight"):
        render(photo, box, lossless=True, wishes=FileWish(most_bytes=10_000))


def test_wishes_are_fulfilled_by_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    data = photo_bytes("JPEG")
    monkeypatch.setenv("CROPSMITH_SANDBOX", "off")
    here = cropped(data, without_location=True, most_bytes=20_000)

    def refuse(*_: object) -> None:
        raise AssertionError("done in the process that asks")

    for name in ("within", "encode_frames"):
        monkeypatch.setattr(f"cropsmith.tools.images.render.{name}", refuse)
    with pytest.raises(AssertionError):
        cropped(data, without_location=True, most_bytes=20_000)
    monkeypatch.setenv("CROPSMITH_SANDBOX", "on")
    assert cropped(data, without_location=True, most_bytes=20_000) == here
    assert len(here[0]) <= 20_000


@pytest.mark.parametrize(
    "words",
    ["<lr:hierarchicalSubject>{}</lr:hierarchicalSubject>", "<dc:subject>{}</dc:subject>"],
)
def test_keywords_that_may_name_a_place_are_told(words: str) -> None:
    listed = words.format("<rdf:Bag><rdf:li>Places|France|Paris</rdf:li></rdf:Bag>")
    file = io.BytesIO()
    read_photo("astronaut").save(file, "JPEG", xmp=packet('own:b="1"', listed))
    data, notes = cropped(file.getvalue(), without_location=True)
    assert b"Paris" in data and any("keywords stay" in note for note in notes)
    data, notes = cropped(file.getvalue(), keep=Keep.CREDIT)
    assert b"Paris" not in data and not any("keywords" in note for note in notes)


def test_keywords_of_iptc_are_told_and_nothing_where_there_are_none() -> None:
    record = b"\x1c\x02\x19\x00\x05Paris"
    told = without_location(Metadata(iptc=record))
    assert told.iptc == record and any("keywords stay" in note for note in told.notes)
    assert without_location(Metadata(iptc=b"\x1c\x02\x05\x00\x05Title")).notes == ()
