"""Sidecars tell other programs the very crop, on the picture as they see it."""

import json
import re
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cropsmith.errors import UnreadableImage
from cropsmith.tools.images.frames import stored_box
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.schema.geometry import PixelBox, Point, Size
from cropsmith.tools.schema.level import Level
from cropsmith.tools.sidecars.framing import Framing
from cropsmith.tools.sidecars.sidecar import Sidecar, lost, sidecar_name, sidecar_text
from cropsmith.tools.sidecars.web import hand_offs, iiif
from tests.xmp_packets import packet

PHOTO = Size(width=600, height=900)


def framing(turn: int = 1, box: PixelBox | None = None, output: Size | None = None) -> Framing:
    return Framing(
        name="a photo.jpg",
        photo=PHOTO,
        box=box or PixelBox(left=30, top=90, right=570, bottom=630),
        focal=Point(x=0.25, y=0.4),
        turn=turn,
        output=output,
    )


@st.composite
def boxes(draw: st.DrawFn) -> PixelBox:
    left, top = draw(st.integers(0, 598)), draw(st.integers(0, 898))
    right, bottom = draw(st.integers(left + 1, 600)), draw(st.integers(top + 1, 900))
    return PixelBox(left=left, top=top, right=right, bottom=bottom)


@given(boxes(), st.integers(1, 8))
def test_the_stored_box_is_that_of_the_renderer(box: PixelBox, turn: int) -> None:
    assert framing(turn, box).stored_box == stored_box(box, turn, PHOTO)


@pytest.mark.parametrize("turn", range(1, 9))
def test_the_stored_focal_point_is_the_same_place(turn: int) -> None:
    made = framing(turn)
    x, y = made.stored_focal
    at = PixelBox(left=150, top=360, right=151, bottom=361)
    stored = stored_box(at, turn, PHOTO)
    assert stored.left <= x <= stored.right and stored.top <= y <= stored.bottom


@given(boxes(), st.integers(1, 8))
def test_camera_raws_sides_are_those_of_the_stored_picture(box: PixelBox, turn: int) -> None:
    made = framing(turn, box)
    text = sidecar_text(Sidecar.XMP, made)
    sides = {n: float(v) for n, v in re.findall(r'crs:Crop(\w+)="([\d.]+)"', text)}
    wide, high = made.stored.width, made.stored.height
    stored = made.stored_box
    assert sides["Left"] * wide == pytest.approx(stored.left, abs=1e-4)
    assert sides["Bottom"] * high == pytest.approx(stored.bottom, abs=1e-4)
    assert f'tiff:Orientation="{turn}"' in text and 'crs:HasCrop="True"' in text


def test_the_whole_photo_is_no_crop() -> None:
    whole = PixelBox(left=0, top=0, right=600, bottom=900)
    assert 'crs:HasCrop="False"' in sidecar_text(Sidecar.XMP, framing(6, whole))


def test_a_sidecar_that_is_there_keeps_what_else_it_says() -> None:
    there = packet(
        'crs:Exposure2012="+0.45" crs:HasCrop="True" crs:CropLeft="0.9" crs:CropAngle="3"',
        "<dc:subject><rdf:Bag><rdf:li>boats</rdf:li></rdf:Bag></dc:subject>",
    )
    text = sidecar_text(Sidecar.XMP, framing(), there)
    assert 'crs:Exposure2012="+0.45"' in text and "<rdf:li>boats</rdf:li>" in text
    assert re.findall(r'crs:CropLeft="([\d.]+)"', text) == ["0.05"]
    assert re.findall(r'crs:CropAngle="([\d.]+)"', text) == ["0"]
    again = sidecar_text(Sidecar.XMP, framing(), text.encode())
    assert again.count("crs:HasCrop") == 1
    with pytest.raises(UnreadableImage, match="sidecar of a photo.jpg cannot be read"):
        sidecar_text(Sidecar.XMP, framing(), b"<!DOCTYPE a><a/>")


@pytest.mark.parametrize("turn", [1, 6])
def test_darktables_sides_are_those_of_the_upright_photo(turn: int) -> None:
    text = sidecar_text(Sidecar.DARKTABLE, framing(turn))
    params = bytes.fromhex(re.findall(r'darktable:params="(\w+)"', text)[0])
    assert struct.unpack("<4f2i", params) == pytest.approx((0.05, 0.1, 0.95, 0.7, 0, 0))
    assert 'darktable:operation="crop"' in text and 'darktable:modversion="1"' in text


def test_iiif_names_region_and_size() -> None:
    assert iiif(framing()) == "a%20photo.jpg/30,90,540,540/max/0/default.jpg"
    small = framing(output=Size(width=270, height=270))
    assert iiif(small).endswith("/30,90,540,540/270,270/0/default.jpg")
    large = framing(output=Size(width=1080, height=1080))
    assert iiif(large).endswith("/30,90,540,540/^1080,1080/0/default.jpg")


def test_each_service_is_told_in_its_own_way() -> None:
    told = hand_offs(framing(6))
    assert told["cloudinary crop"] == "c_crop,g_north_west,h_540,w_540,x_30,y_90"
    assert told["cloudinary focal"] == "g_xy_center,x_150,y_360"
    assert told["imgix crop"] == "rect=30,90,540,540"
    assert told["imgix focal"] == "fit=crop&crop=focalpoint&fp-x=0.2500&fp-y=0.4000"
    assert told["imgproxy crop"] == "c:540:540:nowe:30:90"
    assert told["imgproxy focal"] == "g:fp:0.2500:0.4000"
    stored = stored_box(framing(6).box, 6, PHOTO)
    assert told["thumbor crop"] == f"{stored.left}x{stored.top}:{stored.right}x{stored.bottom}"
    assert told["css focal"] == "object-fit: cover; object-position: 25.00% 40.00%;"


def test_each_service_scales_the_crop_to_the_pixels_that_were_asked_for() -> None:
    plain, told = hand_offs(framing()), hand_offs(framing(output=Size(width=270, height=270)))
    added = {name: told[name].removeprefix(plain[name]) for name in told}
    assert {name: text for name, text in added.items() if text} == {
        "cloudinary crop": "/c_scale,h_270,w_270",
        "imgix crop": "&w=270&h=270",
        "imgproxy crop": "/rs:force:270:270:0",
        "thumbor crop": "/270x270",
        "css crop": " width: 270px;",
    }
    large = hand_offs(framing(output=Size(width=1080, height=1080)))
    assert large["imgproxy crop"].endswith("/rs:force:1080:1080:1")
    assert hand_offs(framing(output=Size(width=540, height=540))) == plain


@given(st.integers(1, 899), st.integers(0, 900))
def test_css_shows_the_crop_where_it_is_as_wide_as_the_photo(high: int, top: int) -> None:
    box = PixelBox(left=0, top=min(top, 900 - high), right=600, bottom=min(top, 900 - high) + high)
    told = hand_offs(framing(box=box))["css crop"]
    down = float(re.findall(r"([\d.]+)%;$", told)[0]) / 100
    # object-position: the photo's share onto the same share of the box (CSS Images 3, 5.5).
    assert down * (900 - high) == pytest.approx(box.top, abs=900 * 0.5e-4 + 1e-9)


def test_the_json_document_has_it_all() -> None:
    document = json.loads(sidecar_text(Sidecar.JSON, framing(6)))
    assert document["crop"] == {"left": 30, "top": 90, "right": 570, "bottom": 630}
    assert document["orientation"] == 6 and document["iiif"] == iiif(framing(6))
    assert document["hand_offs"] == hand_offs(framing(6))


def test_sidecars_have_the_names_that_programs_expect() -> None:
    assert sidecar_name(Sidecar.XMP, "x/A.b.NEF") == "A.b.xmp"
    assert sidecar_name(Sidecar.DARKTABLE, "x/A.b.NEF") == "A.b.NEF.xmp"
    assert sidecar_name(Sidecar.JSON, "A.jpg", "4:5") == "A-crop-4x5.json"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_a_photo_knows_how_it_was_turned(format: str, tmp_path: Path) -> None:
    if format == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    exif = Image.Exif()
    exif[274] = 6
    path = tmp_path / "turned"
    picture = Image.fromarray(np.zeros((30, 40, 3), np.uint8))
    if format == "HEIF":  # turned by its own means, which pillow-heif uses for such pictures
        picture.info["exif"] = exif.tobytes()
        picture.save(path, format)
        assert b"irot" in path.read_bytes()
    else:
        picture.save(path, format, exif=exif)
    photo = open_photo(path)
    assert photo.turn() == 6 and photo.size == Size(width=30, height=40)


def darktable_reads(text: str, stored: Size) -> tuple[float, float, float, float, float]:
    """The crop and the angle (clockwise, of the picture) as darktable takes them from the sidecar.

    src/develop/lightroom.c: corners are turned about the middle of the picture.
    """
    told = {n: float(v) for n, v in re.findall(r'crs:Crop(\w+)="(-?[\d.]+)"', text)}
    angle = np.radians(-told["Angle"])
    made = []
    for across, down in (("Left", "Top"), ("Right", "Bottom")):
        x, y = (told[across] - 0.5) * stored.width, (told[down] - 0.5) * stored.height
        made += [np.cos(angle) * x - np.sin(angle) * y, np.sin(angle) * x + np.cos(angle) * y]
    return (*made, float(np.degrees(angle)))


@given(st.floats(-15, 15).filter(bool), st.integers(1, 8), st.data())
def test_a_straightened_crop_is_read_back_as_it_is(
    angle: float, turn: int, data: st.DataObject
) -> None:
    level = Level(upright=PHOTO, angle=angle)
    size = level.size
    left, top = data.draw(st.integers(0, size.width - 9)), data.draw(st.integers(0, 300))
    box = PixelBox(left=left, top=top, right=size.width, bottom=top + 100)
    made = Framing(
        name="a.jpg", photo=PHOTO, box=level.untilted(box), focal=Point(x=0, y=0), turn=turn,
        level=level, level_box=box,
    )  # fmt: skip
    x1, y1, x2, y2, told = darktable_reads(sidecar_text(Sidecar.XMP, made), made.stored)
    wanted = stored_box(box, turn, size)
    turned = size if turn < 5 else Size(width=size.height, height=size.width)
    assert (x1, x2) == pytest.approx(
        (wanted.left - turned.width / 2, wanted.right - turned.width / 2), abs=1e-3
    )
    assert (y1, y2) == pytest.approx(
        (wanted.top - turned.height / 2, wanted.bottom - turned.height / 2), abs=1e-3
    )
    assert told == pytest.approx(-angle if turn in (2, 4, 5, 7) else angle, abs=1e-6)


def test_what_knows_no_angle_says_so() -> None:
    level = Level(upright=PHOTO, angle=4)
    box = PixelBox(left=10, top=20, right=300, bottom=400)
    made = Framing(
        name="a.jpg", photo=PHOTO, box=level.untilted(box), focal=Point(x=0, y=0), level=level,
        level_box=box,
    )  # fmt: skip
    silent = {kind for kind in Sidecar if lost(kind, made)}
    assert silent == {Sidecar.DARKTABLE, Sidecar.IIIF, Sidecar.FOCAL}
    assert not any(lost(kind, framing()) for kind in Sidecar)
    told = json.loads(sidecar_text(Sidecar.JSON, made))
    assert told["angle"] == 4 and told["level"]["crop"] == box.model_dump()
    assert len(told["corners"]) == 4
