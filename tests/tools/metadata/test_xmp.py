"""XMP is read as XML, edited where it stands, and tells of the crop."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.tools.metadata.cut import Cut
from cropsmith.tools.metadata.xmp import cropped_xmp
from cropsmith.tools.metadata.xmp_packet import BrokenXmp, Packet
from cropsmith.tools.schema.geometry import PixelBox, Size
from tests.xmp_packets import packet, region, regions

PHOTO = Size(width=1600, height=600)
RIGHT = PixelBox(left=1000, top=0, right=1600, bottom=600)


def right(turn: int = 1, size: Size = RIGHT.size, tag: int = 1) -> Cut:
    """Return the cut of the right part of a wide photo."""
    return Cut(photo=PHOTO, box=RIGHT, size=size, turn=turn, tag=tag)


def told(data: bytes, name: str) -> list[float]:
    return [float(v) for v in re.findall(rf'{name}="([^"]*)"'.encode(), data)]


@pytest.mark.parametrize(
    "hostile",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<a>&b;</a>",
        b"<a>" * 5000 + b"</a>" * 5000,
        b"<a>" + b"<b/>" * 300_000 + b"</a>",
        b" " * (17 * 2**20),
    ],
)
def test_entities_document_types_and_heaps_are_refused(hostile: bytes) -> None:
    with pytest.raises(BrokenXmp):
        Packet(hostile)


def test_a_packet_in_sixteen_bits_is_read() -> None:
    text = packet('own:a="1"', "<own:b>\N{SAILBOAT}</own:b>").decode().removeprefix("\ufeff")
    for encoding, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")):
        read = Packet(mark + text.encode(encoding))
        assert [found.name[1] for found in read.properties()] == ["a", "b"]


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40))
def test_whatever_is_written_is_read_back(text: str) -> None:
    read = Packet(packet("own:a='1' own:c='2'", "<own:b>3</own:b>"))
    first, _, element = read.properties()
    read.write(first, text)
    read.write(element, text)
    again = list(Packet(read.written()).properties())
    assert again[0].value == text  # type: ignore[union-attr]
    assert "".join(again[2].words) == text  # type: ignore[union-attr]
    assert again[1].value == "2"  # type: ignore[union-attr]


def test_a_packet_that_says_nothing_of_places_stays_byte_for_byte() -> None:
    told_of = packet("own:a = '1'\n\tdc:title=\"&#x41;\"", "<own:b>\r\n<![CDATA[<c>]]></own:b>")
    assert cropped_xmp(told_of, right()).packet == told_of


@pytest.mark.parametrize("turn", range(1, 9))
def test_faces_stay_on_the_people(turn: int) -> None:
    size = RIGHT.size if turn < 5 else Size(width=600, height=600)
    found = packet("", regions(1600, 600, region("Left", 0.1, 0.5), region("Right", 0.85, 0.5)))
    made = cropped_xmp(found, right(turn, size))
    assert made.people == {"Left"} and b"Left" not in made.packet
    assert told(made.packet, "stDim:w") == [600] and told(made.packet, "stDim:h") == [600]
    x, y = right(turn, size).point(0.85 * 1600, 300)
    assert told(made.packet, "stArea:x") == pytest.approx([x / 600], abs=1e-5)
    assert told(made.packet, "stArea:y") == pytest.approx([y / 600], abs=1e-5)


def test_regions_told_on_the_upright_photo_are_moved_there() -> None:
    # A photo stored on its side, turned by 6: upright it is 600 x 1600, the right part is below.
    found = packet("", regions(600, 1600, region("Above", 0.5, 0.1), region("Below", 0.5, 0.85)))
    made = cropped_xmp(found, right(6))
    assert made.people == {"Above"}
    assert told(made.packet, "stArea:y") == pytest.approx([(0.85 * 1600 - 1000) / 600], abs=1e-5)


def test_regions_of_another_picture_go() -> None:
    found = packet('own:a="1"', regions(100, 100, region("Right", 0.85, 0.5)))
    made = cropped_xmp(found, right())
    assert b"Right" not in made.packet and b"mwg-rs:Regions" not in made.packet
    assert b'own:a="1"' in made.packet


def test_a_name_that_stays_in_another_region_stays() -> None:
    found = packet("", regions(1600, 600, region("Ann", 0.1, 0.5), region("Ann", 0.85, 0.5)))
    made = cropped_xmp(found, right())
    assert made.people == frozenset() and made.packet.count(b"Ann") == 1


def test_who_was_cropped_away_is_in_no_list() -> None:
    lists = (
        "<dc:subject><rdf:Bag><rdf:li>Left</rdf:li><rdf:li>boats</rdf:li></rdf:Bag></dc:subject>"
        "<lr:hierarchicalSubject><rdf:Bag><rdf:li>People|Left</rdf:li></rdf:Bag>"
        "</lr:hierarchicalSubject>"
        + regions(1600, 600, region("Left", 0.1, 0.5))
    )  # fmt: skip
    made = cropped_xmp(packet("", lists), right())
    assert b"Left" not in made.packet and b"boats" in made.packet
    assert made.notes == ("The name of who was cropped away was left out.",)


def test_microsofts_and_iptcs_regions_move_too() -> None:
    def microsoft(name: str, rectangle: str) -> str:
        return (
            f'<rdf:li><rdf:Description MPReg:Rectangle="{rectangle}"'
            f' MPReg:PersonDisplayName="{name}"/></rdf:li>'
        )

    def iptc(name: str, boundary: str) -> str:
        return (
            '<rdf:li rdf:parseType="Resource"><Iptc4xmpExt:RegionBoundary'
            f' rdf:parseType="Resource">{boundary}</Iptc4xmpExt:RegionBoundary>'
            f"<Iptc4xmpExt:Name><rdf:Alt><rdf:li xml:lang='en'>{name}</rdf:li></rdf:Alt>"
            "</Iptc4xmpExt:Name></rdf:li>"
        )

    def sides(unit: str, **values: float) -> str:
        parts = "".join(
            f"<Iptc4xmpExt:{name}>{value}</Iptc4xmpExt:{name}>" for name, value in values.items()
        )
        return f"<Iptc4xmpExt:rbUnit>{unit}</Iptc4xmpExt:rbUnit>{parts}"

    corners = "".join(
        f'<rdf:li rdf:parseType="Resource">{sides("relative", rbX=x, rbY=y)}</rdf:li>'
        for x, y in ((0.75, 0.25), (0.875, 0.5))
    )
    polygon = (
        sides("relative")
        + f"<Iptc4xmpExt:rbVertices><rdf:Seq>{corners}</rdf:Seq></Iptc4xmpExt:rbVertices>"
    )
    body = (
        '<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag>'
        + microsoft("Left", "0.1, 0.1, 0.1, 0.1")
        + microsoft("Right", "0.75, 0.25, 0.125, 0.5")
        + "</rdf:Bag></MPRI:Regions></MP:RegionInfo><Iptc4xmpExt:ImageRegion><rdf:Bag>"
        + iptc("West", sides("relative", rbX=0.1, rbY=0.1, rbW=0.1, rbH=0.1))
        + iptc("East", sides("pixel", rbX=1200, rbY=150, rbW=200, rbH=300))
        + iptc("Ring", sides("relative", rbX=0.8125, rbY=0.5, rbRx=0.0375))
        + iptc("Sail", polygon)
        + "</rdf:Bag></Iptc4xmpExt:ImageRegion>"
    )
    made = cropped_xmp(packet("", body), right())
    assert made.people == {"Left", "West"}
    third = 1 / 3
    assert b'"0.333333, 0.250000, 0.333333, 0.500000"' in made.packet
    found = re.findall(rb"<Iptc4xmpExt:(rb[A-Z]\w*)>([\d.]+)<", made.packet)
    assert [(name.decode(), float(value)) for name, value in found] == [
        ("rbX", 200), ("rbY", 150), ("rbW", 200), ("rbH", 300),
        ("rbX", pytest.approx(0.5)), ("rbY", pytest.approx(0.5)), ("rbRx", pytest.approx(0.1)),
        ("rbX", pytest.approx(third, abs=1e-5)), ("rbY", 0.25),
        ("rbX", pytest.approx(2 * third, abs=1e-5)), ("rbY", 0.5),
    ]  # fmt: skip


SPHERE = (
    'GPano:ProjectionType="equirectangular" GPano:FullPanoWidthPixels="3200"'
    ' GPano:FullPanoHeightPixels="1600" GPano:CroppedAreaImageWidthPixels="1600"'
    ' GPano:CroppedAreaImageHeightPixels="600" GPano:CroppedAreaLeftPixels="800"'
    ' GPano:CroppedAreaTopPixels="500"'
)


def test_a_part_of_a_panorama_knows_its_place() -> None:
    made = cropped_xmp(packet(SPHERE), right()).packet
    names = ("CroppedAreaImageWidth", "CroppedAreaLeft", "CroppedAreaTop", "FullPanoWidth")
    assert [told(made, f"GPano:{name}Pixels") for name in names] == [[600], [1800], [500], [3200]]
    half = cropped_xmp(packet(SPHERE), right(size=Size(width=300, height=300))).packet
    assert [told(half, f"GPano:{name}Pixels") for name in names] == [[300], [900], [250], [1600]]


def test_a_panorama_that_was_turned_or_is_not_told_whole_is_no_panorama() -> None:
    for attributes, cut in ((SPHERE, right(6)), (SPHERE.partition(" ")[0], right())):
        made = cropped_xmp(packet(attributes), cut)
        assert b"ProjectionType" not in made.packet and "panorama" in made.notes[0]


RAW = (
    'crs:HasCrop="True" crs:CropTop="0" crs:CropLeft="{left}" crs:CropBottom="1"'
    ' crs:CropRight="{right}" crs:CropAngle="{angle}" crs:AlreadyApplied="{applied}"'
)


def test_camera_raws_crop_is_the_part_of_it_in_ours() -> None:
    still_open = RAW.format(left=0.5, right=0.8125, angle=0, applied="False")
    made = cropped_xmp(packet(still_open), right())
    assert told(made.packet, "crs:CropLeft") == [0]
    assert told(made.packet, "crs:CropRight") == [0.5] and made.notes == ()
    for left, width, angle in ((0.1, 0.2, 0), (0.7, 0.2, 3)):
        raw = RAW.format(left=left, right=left + width, angle=angle, applied="False")
        outside = cropped_xmp(packet(raw), right())
        assert b"HasCrop" not in outside.packet and "Camera Raw" in outside.notes[0]
    history = packet(RAW.format(left=0.1, right=0.2, angle=0, applied="True"))
    assert cropped_xmp(history, right()).packet == history


def test_focus_areas_of_xmp_move() -> None:
    area = "<exif:SubjectArea><rdf:Seq>{}</rdf:Seq></exif:SubjectArea>"
    items = "".join(f"<rdf:li>{number}</rdf:li>" for number in (1300, 300, 100, 50))
    made = cropped_xmp(packet("", area.format(items)), right()).packet
    assert re.findall(rb"<rdf:li>(\d+)<", made) == [b"300", b"300", b"100", b"50"]
    gone = cropped_xmp(packet("", area.format("<rdf:li>10</rdf:li><rdf:li>10</rdf:li>")), right())
    assert b"SubjectArea" not in gone.packet


def test_a_turn_that_stands_in_no_property_leaves_with_the_packet() -> None:
    torn = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">4a tiff:Orientation="6"/></x:xmpmeta>'
    with pytest.raises(BrokenXmp, match="orientation"):
        cropped_xmp(torn, right())
    assert cropped_xmp(torn, right(tag=6)).packet == torn
