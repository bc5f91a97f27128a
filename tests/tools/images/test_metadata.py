"""Crops keep what the photo says about itself, and nothing that shows what was cropped away."""

import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from cropsmith.tools.images.metadata import read_metadata
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.images.render import render
from cropsmith.tools.schema.geometry import PixelBox, Size

BOX = PixelBox(left=8, top=4, right=48, bottom=34)
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6" '
    b'exif:PixelXDimension="64" dc:title="Harbour"><exif:PixelYDimension>48'
    b"</exif:PixelYDimension><xmp:Thumbnails>whole</xmp:Thumbnails></rdf:Description></x:xmpmeta>"
)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


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
    assert rendered.notes == ()
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
            assert after.get_ifd(0x8769).get(0x927C) == maker
            notes += maker is not None
            assert crop.info["exif"].find(b"\xff\xd8\xff") < 0 or maker is not None, entry
    assert seen > 30 and gps > 3 and notes > 10


def test_broken_exif_is_noted() -> None:
    rendered = render(open_photo(encoded("JPEG", exif=b"Exif\0\0XX nonsense")), BOX)
    assert any("EXIF was left out" in note for note in rendered.notes)
