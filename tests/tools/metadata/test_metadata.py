"""Crops keep what the photo says about itself, and nothing that shows what was cropped away."""

import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin
from PIL.ExifTags import Base

from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.images.render import render
from cropsmith.tools.metadata.cut import Cut
from cropsmith.tools.metadata.jpeg_file import jpegs_within
from cropsmith.tools.metadata.metadata import Metadata, read_metadata
from cropsmith.tools.schema.geometry import PixelBox, Size
from tests.photos import read_photo
from tests.xmp_packets import packet

BOX = PixelBox(left=8, top=4, right=48, bottom=34)
SIZE = Size(width=40, height=30)
XMP = packet(
    'tiff:Orientation="6" exif:PixelXDimension="64" own:title="Harbour"',
    "<exif:PixelYDimension>48</exif:PixelYDimension><xmp:Thumbnails>whole</xmp:Thumbnails>",
)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def cut(tag: int = 1) -> Cut:
    return Cut(photo=Size(width=64, height=48), box=BOX, size=SIZE, tag=tag)


def picture() -> Image.Image:
    noise = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)
    return Image.fromarray(noise)


def exif_block() -> bytes:
    exif = Image.Exif()
    exif[271], exif[274], exif[315] = "Maker", 1, "Ann Example"
    inner = exif.get_ifd(0x8769)
    inner[0x829A], inner[0xA002], inner[0xA003] = 0.01, 64, 48
    inner[0x927C] = b"MakerNote \x01\x02\x03 with absolute offsets"
    exif.get_ifd(0x8825).update({1: "N", 2: (53.0, 33.0, 1.5)})
    return exif.tobytes()


def encoded(format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture().save(file, format, **options)
    return file.getvalue()


def test_xmp_alone_can_hold_the_orientation() -> None:
    photo = open_photo(encoded("JPEG", xmp=XMP))
    assert photo.size == Size(width=48, height=64)
    rendered = render(photo, PixelBox(left=0, top=0, right=30, bottom=40))
    assert open_photo(rendered.data).size == Size(width=30, height=40)
    with Image.open(io.BytesIO(rendered.data)) as image:
        assert b'tiff:Orientation="1"' in image.info["xmp"]


def test_iptc_and_comments_are_kept_without_previews() -> None:
    caption = b"\x1c\x02\x78\x00\x07Harbour"
    resources = b""
    for number, body in ((0x0404, caption + b"\0" * (len(caption) % 2)), (0x040C, b"preview!")):
        resources += b"8BIM" + struct.pack(">HHI", number, 0, len(body)) + body
    body = b"Photoshop 3.0\0" + resources
    segment = b"\xff\xed" + struct.pack(">H", len(body) + 2) + body
    rendered = render(open_photo(encoded("JPEG", extra=segment, comment=b"by hand")), BOX)
    with Image.open(io.BytesIO(rendered.data)) as image:
        assert caption in image.info["photoshop"][0x0404]
        assert 0x040C not in image.info["photoshop"]
        assert image.info["comment"] == b"by hand"


def test_png_text_and_gamma_are_kept() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Ann")
    info.add_itxt("Title", "Hafen \N{SAILBOAT}")
    info.add(b"gAMA", struct.pack(">I", 45455))
    rendered = render(open_photo(encoded("PNG", pnginfo=info)), BOX)
    with Image.open(io.BytesIO(rendered.data)) as image:
        assert isinstance(image, PngImagePlugin.PngImageFile)
        image.load()
        assert image.text["Author"] == "Ann" and image.text["Title"] == "Hafen \N{SAILBOAT}"
        assert image.info["gamma"] == pytest.approx(0.45455)


def test_camera_files_keep_gps_and_maker_notes_bit_for_bit(shared_data: Path) -> None:
    folder = shared_data / "photos"
    seen = notes = gps = 0
    for entry in json.loads((folder / "index.json").read_text("utf-8")):
        if not entry["file"].startswith("exif_samples/jpg"):
            continue
        photo = open_photo(folder / entry["file"])
        width, height = photo.size.width, photo.size.height
        rendered = render(photo, PixelBox(left=1, top=1, right=width, bottom=height))
        with (
            Image.open(io.BytesIO(photo.data)) as original,
            Image.open(io.BytesIO(rendered.data)) as crop,
        ):
            assert crop.info.get("icc_profile") == original.info.get("icc_profile")
            if "exif" not in original.info or not original.getexif():
                continue
            if any("EXIF was left out" in note for note in rendered.notes):
                assert "invalid" in entry["file"] or "tests" in entry["file"], entry
                continue
            seen += 1
            before, after = original.getexif(), crop.getexif()
            assert set(after) == set(before)
            assert repr(after.get_ifd(0x8825)) == repr(before.get_ifd(0x8825)), entry
            gps += bool(after.get_ifd(0x8825))
            maker = before.get_ifd(0x8769).get(0x927C)
            if maker is not None:
                kept = after.get_ifd(0x8769).get(0x927C)
                assert kept is not None and len(kept) == len(maker)
                assert b"\xff\xd8\xff" in maker or kept == maker, entry
            notes += maker is not None
            assert not jpegs_within(crop.info["exif"]), entry
    assert seen > 30 and gps > 3 and notes > 10


def test_broken_exif_is_noted() -> None:
    rendered = render(open_photo(encoded("JPEG", exif=b"Exif\0\0XX nonsense")), BOX)
    assert any("EXIF was left out" in note for note in rendered.notes)


STORAGE = [
    Base.NewSubfileType, Base.SubfileType, Base.ImageWidth, Base.ImageLength, Base.BitsPerSample,
    Base.Compression, Base.PhotometricInterpretation, Base.FillOrder, Base.StripOffsets,
    Base.Orientation, Base.SamplesPerPixel, Base.RowsPerStrip, Base.StripByteCounts,
    Base.PlanarConfiguration, Base.Predictor, Base.ColorMap, Base.TileWidth, Base.TileLength,
    Base.TileOffsets, Base.TileByteCounts, Base.SubIFDs, Base.ExtraSamples, Base.SampleFormat,
    Base.SMinSampleValue, Base.SMaxSampleValue, Base.JPEGTables, Base.JPEGProc,
    Base.JpegIFOffset, Base.JpegIFByteCount, Base.YCbCrCoefficients, Base.YCbCrSubSampling,
    Base.YCbCrPositioning, Base.ReferenceBlackWhite, Base.XMLPacket, Base.IPTCNAA,
    Base.ImageResources, Base.InterColorProfile,
]  # fmt: skip
"""What a TIFF says of how its pixels lie, and what is carried beside the EXIF."""


def opened(format: str, **info: Any) -> Image.Image:
    """Return a photo as Pillow opens it, with what its file is to say."""
    photo = read_photo("coffee")
    photo.format = format
    photo.info.clear()
    for name, value in info.items():
        photo.info[name] = value
    return photo


@pytest.mark.parametrize("tag", [*STORAGE, 37724])  # Photoshop's layers have no name in Pillow
def test_how_a_tiff_stores_its_pixels_is_not_carried_over(tag: int) -> None:
    photo = opened("TIFF")
    photo.getexif().update({tag: 1, Base.Make: "Maker"})
    kept = read_metadata(photo)
    exif = Image.Exif()
    exif.load(b"Exif\0\0" + (kept.exif or b""))
    assert dict(exif) == {Base.Make: "Maker"} and kept.notes == ()


def test_a_tiff_that_says_nothing_more_has_no_exif() -> None:
    with Image.open(io.BytesIO(encoded("TIFF"))) as image:
        kept = read_metadata(image)
    assert kept.exif is None and kept.notes == ()


def test_iptc_of_a_tiff_is_its_own_tag() -> None:
    caption = b"\x1c\x02\x78\x00\x07Harbour"
    with Image.open(io.BytesIO(encoded("TIFF", tiffinfo={Base.IPTCNAA: caption}))) as image:
        assert read_metadata(image).iptc == caption
    # Elsewhere it lies among Photoshop's resources.
    assert read_metadata(opened("TIFF", photoshop={0x0404: caption})).iptc is None
    assert read_metadata(opened("JPEG", photoshop={0x0404: caption})).iptc == caption
    for strange in ({}, {0x0404: b""}, {0x0404: "Harbour"}, {0x0405: caption}, b"8BIM", None):
        assert read_metadata(opened("JPEG", photoshop=strange)).iptc is None


@pytest.mark.parametrize("name", ["icc_profile", "comment", "xmp", "exif"])
@pytest.mark.parametrize("value", [None, b"", 7])
def test_what_is_empty_or_strange_is_not_there(name: str, value: object) -> None:
    kept = read_metadata(opened("JPEG", **{name: value}))
    assert (kept.icc, kept.comment, kept.xmp, kept.exif) == (None, None, None, None)


def test_exif_is_kept_without_its_prefix() -> None:
    block = exif_block().removeprefix(b"Exif\0\0")
    for given in (block, b"Exif\0\0" + block):
        assert read_metadata(opened("JPEG", exif=given)).exif == block
    assert read_metadata(opened("JPEG", exif=b"Exif\0\0")).exif is None


def test_a_tiff_whose_exif_cannot_be_read_is_opened_all_the_same() -> None:
    kept = read_metadata(opened("TIFF", exif=b"Exif\0\0II*\0"))
    assert kept.exif is None
    assert kept.notes == ("EXIF was left out, because it cannot be read.",)


def test_xmp_may_come_as_words() -> None:
    words = XMP.decode().replace("Harbour", "Hafen \N{SAILBOAT} \udcff")
    expected = words.encode("utf-8", "surrogateescape")
    for name in ("xmp", "XML:com.adobe.xmp"):
        assert read_metadata(opened("PNG", **{name: words})).xmp == expected
    both = opened("PNG", **{"xmp": XMP, "XML:com.adobe.xmp": words})
    assert read_metadata(both).xmp == XMP


@pytest.mark.parametrize(
    ("dpi", "kept"),
    [
        ((300, 240), (300.0, 240.0)),
        (("72", 72), (72.0, 72.0)),
        ((0.5, 0.5), (0.5, 0.5)),
        ((65535, 65535), (65535.0, 65535.0)),
        ((65536, 72), None),
        ((72, 65536), None),
        ((0, 72), None),
        ((72, 0), None),
        ((-1, 72), None),
        ((72, -1), None),
        ((72,), None),
        ((72, 72, 72), None),
        (72, None),
        (("fine", "fine"), None),
        ((float("nan"), 72), None),
        (None, None),
    ],
)
def test_the_resolution_is_kept_where_it_can_be_one(
    dpi: Any, kept: tuple[float, float] | None
) -> None:
    assert read_metadata(opened("JPEG", dpi=dpi)).dpi == kept


def test_no_resolution_is_none() -> None:
    assert read_metadata(opened("JPEG")) == Metadata()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('tiff:Orientation="6"', 'tiff:Orientation="8"'),
        ("tiff:Orientation = '6'", 'tiff:Orientation = "8"'),
        ('tiff:ImageWidth="6000"', 'tiff:ImageWidth="40"'),
        ('tiff:ImageLength="4000"', 'tiff:ImageLength="30"'),
        ("exif:PixelXDimension='64'", 'exif:PixelXDimension="40"'),
        ('own:ISO="64" tiff:Make="6"', 'own:ISO="64" tiff:Make="6"'),
        ("tiff:Make=\"a &lt; &#65; 'b'\"", "tiff:Make=\"a &lt; &#65; 'b'\""),
    ],
)
def test_attributes_tell_the_crop_and_the_rest_stays(before: str, after: str) -> None:
    assert Metadata(xmp=packet(before)).for_crop(cut(8)) == Metadata(xmp=packet(after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<tiff:Orientation> 6</tiff:Orientation>", "<tiff:Orientation>8</tiff:Orientation>"),
        ("<tiff:ImageWidth>64</tiff:ImageWidth>", "<tiff:ImageWidth>40</tiff:ImageWidth>"),
        ("<tiff:ImageLength>64</tiff:ImageLength>", "<tiff:ImageLength>30</tiff:ImageLength>"),
        ("a<xmp:Thumbnails>\n1\n</xmp:Thumbnails>b", "ab"),
        ("<xap:Thumbnails >1</xap:Thumbnails\n>ab<xmp:Thumbnails/>", "ab"),
        ("<own:kept>1</own:kept>", "<own:kept>1</own:kept>"),
    ],
)
def test_elements_tell_the_crop_and_the_rest_stays(before: str, after: str) -> None:
    assert Metadata(xmp=packet("", before)).for_crop(cut(8)) == Metadata(xmp=packet("", after))


@pytest.mark.parametrize(
    "broken",
    [b"", b"<a>", b"<xmp:Thumbnails>" * 60_000, b"no packet", b"<a b:c='1'/>", b"<a>\xff</a>"],
)
def test_xmp_that_cannot_be_read_is_left_out_with_a_note(broken: bytes) -> None:
    crop = Metadata(xmp=broken).for_crop(cut())
    assert crop.xmp is None and len(crop.notes) == 1 and "XMP was left out" in crop.notes[0]


def test_a_crop_is_upright_unless_said_otherwise() -> None:
    photo = Metadata(
        xmp=packet('tiff:Orientation="6"'), exif=exif_block().removeprefix(b"Exif\0\0")
    )
    crop = photo.for_crop(cut())
    assert crop.xmp == packet('tiff:Orientation="1"')
    for turn in (1, 8):
        exif = Image.Exif()
        exif.load(b"Exif\0\0" + (photo.for_crop(cut(turn)).exif or b""))
        assert exif[274] == turn and exif.get_ifd(0x8769)[0xA002] == 40


def test_what_is_not_about_the_pixels_goes_with_the_crop() -> None:
    photo = Metadata(icc=PROFILE, iptc=b"caption", dpi=(72, 72), comment=b"by hand", notes=("x",))
    assert photo.for_crop(cut()) == photo
    bare = photo.without_profile()
    assert bare == Metadata(iptc=b"caption", dpi=(72, 72), comment=b"by hand", notes=("x",))


def test_broken_exif_is_left_out_and_the_earlier_notes_stay() -> None:
    crop = Metadata(exif=b"nonsense", comment=b"by hand", notes=("Earlier.",)).for_crop(cut())
    assert crop.exif is None and crop.comment == b"by hand"
    assert crop.notes == (
        "Earlier.",
        "EXIF was left out, because the EXIF block has no byte order.",
    )


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
@pytest.mark.parametrize("into", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_everything_is_kept_from_format_to_format(format: str, into: str) -> None:
    options: dict[str, Any] = {"icc_profile": PROFILE, "exif": exif_block(), "dpi": (240, 240)}
    if format == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", XMP.replace(b'"6"', b'"1"').decode())
        options["pnginfo"] = info
    elif format == "TIFF":
        exif = Image.Exif()
        exif.load(exif_block())
        exif[700] = XMP.replace(b'"6"', b'"1"')
        options["exif"] = exif
    else:
        options["xmp"] = XMP.replace(b'"6"', b'"1"')
    if format == "HEIF":
        open_photo(picture())  # nothing has registered the encoder before
        import pillow_heif

        pillow_heif.register_heif_opener()
    rendered = render(open_photo(encoded(format, **options)), BOX, format=into)
    assert all("the preview." in note for note in rendered.notes)
    with Image.open(io.BytesIO(rendered.data)) as image:
        assert image.info["icc_profile"] == PROFILE
        kept = read_metadata(image)
        exif = image.getexif()
        assert exif[271] == "Maker" and exif[315] == "Ann Example"
        assert exif.get(274, 1) == 1
        inner = exif.get_ifd(0x8769)
        assert (inner[0xA002], inner[0xA003]) == (40, 30)
        assert inner[0x927C] == b"MakerNote \x01\x02\x03 with absolute offsets"
        assert exif.get_ifd(0x8825)[2] == (53.0, 33.0, 1.5)
        if {format, into} <= {"JPEG", "PNG", "TIFF"}:
            assert image.info["dpi"] == pytest.approx((240, 240), abs=0.1)
    assert kept.xmp is not None
    assert b"Harbour" in kept.xmp and b"Thumbnails" not in kept.xmp
    assert b'PixelXDimension="40"' in kept.xmp and b"<exif:PixelYDimension>30<" in kept.xmp
