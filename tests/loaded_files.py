"""Photos that carry one of everything that their format can, made for the tests of inventories."""

import io
import struct
import zlib
from functools import cache
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin

from tests.photos import read_photo
from tests.xmp_packets import packet, region, regions

SIZE = (400, 300)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
CICP = bytes([9, 16, 0, 1])


def picture() -> Image.Image:
    return read_photo("coffee").resize(SIZE)


def small_jpeg() -> bytes:
    photo = picture()
    photo.thumbnail((80, 60))
    file = io.BytesIO()
    photo.save(file, "JPEG")
    return file.getvalue()


def loaded_xmp() -> bytes:
    return packet(
        'tiff:ImageWidth="400" photoshop:City="Genoa" photoshop:Credit="An Agency"'
        ' dc:title="Harbour" crs:HasCrop="True" crs:CropLeft="0.5" crs:CropTop="0"'
        ' crs:CropRight="1" crs:CropBottom="1" crs:CropAngle="0" GCamera:MotionPhoto="1"'
        ' hdrgm:Version="1.0" GDepth:Format="RangeInverse"'
        ' xmpNote:HasExtendedXMP="0123456789ABCDEF0123456789ABCDEF"'
        ' GPano:ProjectionType="equirectangular" GPano:FullPanoWidthPixels="800"'
        ' GPano:FullPanoHeightPixels="400" GPano:CroppedAreaImageWidthPixels="400"'
        ' GPano:CroppedAreaImageHeightPixels="300" GPano:CroppedAreaLeftPixels="100"'
        ' GPano:CroppedAreaTopPixels="50"',
        "<dc:creator><rdf:Seq><rdf:li>Ann Example</rdf:li></rdf:Seq></dc:creator>"
        "<Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li>Left Person</rdf:li>"
        "<rdf:li>Right Person</rdf:li></rdf:Bag></Iptc4xmpExt:PersonInImage>"
        "<xap:Thumbnails><rdf:Alt><rdf:li><xmpGImg:image>whole</xmpGImg:image></rdf:li></rdf:Alt>"
        f"</xap:Thumbnails><own:cover>{'/9j/' + 'A' * 400}</own:cover>"
        + regions(400, 300, region("Left Person", 0.1, 0.5), region("Right Person", 0.7, 0.5)),
    )


def loaded_exif() -> bytes:
    """Return an EXIF block, without its prefix, with a place, a focus area and three previews."""
    exif = Image.Exif()
    exif[271], exif[315], exif[0x8298], exif[270] = "Maker", "Ann Example", "Ann 2024", "Harbour"
    inner = exif.get_ifd(0x8769)
    inner[0x829A], inner[0xA002], inner[0xA003] = 0.01, *SIZE
    inner[0x927C] = b"MakerNote \x01\x02\x03 with absolute offsets"
    inner[0x9214] = (200, 150, 40, 30)
    exif.get_ifd(0x8825).update({1: "N", 2: (53.0, 33.0, 1.5)})
    return with_previews(exif.tobytes().removeprefix(b"Exif\0\0"))


def with_previews(block: bytes) -> bytes:
    """Add a second directory with an uncompressed picture, and a JPEG that nothing points to."""
    order = "<" if block[:2] == b"II" else ">"
    (first,) = struct.unpack_from(order + "I", block, 4)
    (count,) = struct.unpack_from(order + "H", block, first)
    link, second = first + 2 + 12 * count, len(block)
    strip = second + 2 + 12 * 3 + 4
    pixels = picture().resize((40, 30)).tobytes()
    entries = ((0x0103, 3, 1, 1), (0x0111, 4, 1, strip), (0x0117, 4, 1, len(pixels)))
    made = struct.pack(order + "H", 3)
    for tag, kind, number, value in entries:
        code = "H2x" if kind == 3 else "I"
        made += struct.pack(f"{order}HHI{code}", tag, kind, number, value)
    linked = block[:link] + struct.pack(order + "I", second) + block[link + 4 :]
    return linked + made + bytes(4) + pixels + small_jpeg() + b"the end"


def iptc() -> bytes:
    return b"".join(
        b"\x1c" + struct.pack(">BBH", 2, number, len(value)) + value
        for number, value in (
            (0, b"\0\4"), (25, b"Left Person"), (25, b"boats"), (80, b"Ann Example"),
            (90, b"Genoa"), (116, b"Ann 2024"), (120, b"Harbour"), (202, b"a preview"),
        )
    )  # fmt: skip


def photoshop() -> bytes:
    body = b"Photoshop 3.0\0"
    for number, data in (
        (0x0404, iptc()), (0x040C, bytes(28) + small_jpeg()), (0x040A, b"\x01"),
        (0x040B, b"https://example.com"), (0x0BB7, b"path"),
    ):  # fmt: skip
        body += b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + b"\0" * (len(data) % 2)
    return body


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


@cache
def loaded(format: str) -> bytes:
    """Return a photo of 400 x 300 pixels that carries one of everything."""
    made: bytes = {
        "JPEG": _jpeg, "PNG": _png, "WEBP": _webp, "TIFF": _tiff, "GIF": _gif, "HEIF": _heif,
        "AVIF": _avif,
    }[format]()  # fmt: skip
    return made


def _saved(format: str, **options: Any) -> bytes:
    if format == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    file = io.BytesIO()
    picture().save(file, format, **options)
    return file.getvalue()


def _all() -> dict[str, Any]:
    return {"exif": b"Exif\0\0" + loaded_exif(), "icc_profile": PROFILE, "xmp": loaded_xmp()}


def _jpeg() -> bytes:
    extra = b"".join(
        (
            segment(0xE0, b"JFXX\0\x10" + small_jpeg()),
            segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 40 + b"more"),
            segment(0xE2, b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0"),
            segment(0xE2, b"FPXR\0a preview"),
            segment(0xE2, b"MPF\0II*\0"),
            segment(0xE4, b"a maker's own"),
            segment(0xEB, b"JP\0\1jumb c2pa"),
            segment(0xED, photoshop()),
        )
    )
    options = _all() | {"dpi": (240, 240), "comment": b"by hand", "quality": 90}
    film = bytes(16) + b"\0\0\0\x18ftypmp42" + bytes(40)
    return _saved("JPEG", extra=extra, **options) + small_jpeg() + film


def _png() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Ann Example")
    info.add_itxt("Title", "Hafen \N{SAILBOAT}")
    info.add_text("Raw profile type 8bim", "\n8bim\n 4\n00ff00ff\n", zip=True)
    info.add_itxt("XML:com.adobe.xmp", loaded_xmp().decode())
    info.add(b"caBX", b"credentials")
    data = _saved("PNG", pnginfo=info, exif=b"Exif\0\0" + loaded_exif(), dpi=(240, 240))
    chunks = (
        (b"gAMA", struct.pack(">I", 45455)), (b"cICP", CICP), (b"cLLI", bytes(8)),
        (b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)),
    )  # fmt: skip
    made = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    return data[:33] + made + data[33:]


def _webp() -> bytes:
    data = _saved("WEBP", quality=90, **_all())
    more = b"C2PA" + struct.pack("<I", 4) + b"cred" + b"MINE" + struct.pack("<I", 4) + b"data"
    return data[:4] + struct.pack("<I", len(data) - 8 + len(more)) + data[8:] + more


def _tiff() -> bytes:
    exif = Image.Exif()
    exif.load(b"Exif\0\0" + loaded_exif())
    exif[700], exif[33723], exif[34377] = loaded_xmp(), iptc(), photoshop()[14:]
    exif[33922] = (0.0, 0.0, 0.0, 8.9, 44.4, 0.0)
    exif[254] = 0
    small = picture().resize((80, 60))
    small.encoderinfo = {"exif": Image.Exif()}
    file = io.BytesIO()
    picture().save(
        file, "TIFF", exif=exif, icc_profile=PROFILE, dpi=(240, 240), save_all=True,
        append_images=[small],
    )  # fmt: skip
    return file.getvalue()


def _gif() -> bytes:
    data = _saved("GIF", comment=b"by hand")
    tail = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    xmp = b"\x21\xff\x0bXMP DataXMP" + loaded_xmp() + tail
    vendor = b"\x21\xff\x0bMAKERS OWN1\x04data\0"
    start = 13 + 3 * 2 ** ((data[10] & 7) + 1)  # behind the table of colours
    blocks = b"".join(
        bytes([len(PROFILE[place : place + 200])]) + PROFILE[place : place + 200]
        for place in range(0, len(PROFILE), 200)
    )
    profile = b"\x21\xff\x0bICCRGBG1012" + blocks + b"\0"
    return data[:start] + profile + data[start:-1] + xmp + vendor + data[-1:]


def _heif() -> bytes:
    options = {
        "exif": loaded_exif(), "xmp": loaded_xmp(), "color_primaries": 12,
        "transfer_characteristics": 13, "matrix_coefficients": 6, "full_range_flag": 1,
    }  # fmt: skip
    data = _saved("HEIF", save_all=True, append_images=[picture()], **options)
    return data + struct.pack(">I", 28) + b"mpvd" + b"\0\0\0\x14ftypmp42" + bytes(8)


def _avif() -> bytes:
    import uuid

    options = {"exif": b"Exif\0\0" + loaded_exif(), "xmp": loaded_xmp(), "quality": 90}
    data = _saved("AVIF", **options)
    place = data.index(b"nclx") + 4
    data = data[:place] + struct.pack(">HH", 9, 16) + data[place + 4 :]
    credentials = uuid.UUID("d8fec3d6-1b0e-483c-9297-5828877ec481").bytes
    return data + struct.pack(">I", 28) + b"uuid" + credentials + b"cred"
