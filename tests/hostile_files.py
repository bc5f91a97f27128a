"""Broken and malicious picture files, made on the spot and the same every time."""

import io
import random
import struct
import zlib
from pathlib import Path

import pillow_heif
from PIL import Image

from tests.photos import read_photo

FORMATS = (
    "AVIF", "BMP", "DDS", "GIF", "HEIF", "ICO", "JPEG", "JPEG2000", "PCX", "PNG", "PPM", "SGI",
    "TGA", "TIFF", "WEBP",
)  # fmt: skip
HUGE = 60_000
"""A side that a small file claims; its pixels would take ten gigabytes."""


def write_hostile(folder: Path) -> None:
    """Write, of every format, whole, cut and spoilt files; then some that claim or are nothing."""
    pillow_heif.register_heif_opener()
    draw = random.Random(0)
    small = read_photo("rocket").resize((64, 48))
    for format in FORMATS:
        data = _encoded(small, format)
        name = format.lower()
        (folder / f"whole.{name}").write_bytes(data)
        for cut in (4, 20, len(data) // 4, len(data) // 2, len(data) - 3):
            (folder / f"cut-{cut}.{name}").write_bytes(data[:cut])
        for number in range(10):
            spoilt = bytearray(data)
            reach = len(data) if number % 2 else min(len(data), 200)  # headers do most harm
            for _ in range(1 + number):
                spoilt[draw.randrange(reach)] = draw.randrange(256)
            (folder / f"spoilt-{number}.{name}").write_bytes(bytes(spoilt))
        joined = folder / f"joined.{name}"
        joined.write_bytes(data + bytes(draw.randrange(256) for _ in range(99)))
    for name, data in _special(small).items():
        (folder / name).write_bytes(data)


def _encoded(image: Image.Image, format: str) -> bytes:
    file = io.BytesIO()
    image.save(file, format)
    return file.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, *chunks: bytes) -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + _chunk(b"IEND", b"")


def _special(image: Image.Image) -> dict[str, bytes]:
    jpeg = _encoded(image, "JPEG")
    frame = jpeg.index(b"\xff\xc0") + 5
    bmp = bytearray(_encoded(image, "BMP"))
    bmp[18:26] = struct.pack("<ii", HUGE, -HUGE)
    gif = bytearray(_encoded(image, "GIF"))
    gif[6:10] = struct.pack("<HH", HUGE, HUGE)
    zeros = zlib.compress(bytes(50_000_000))
    return {
        "empty.jpg": b"",
        "page.png": b"<html><body>Not found</body></html>",
        "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        "archive.jpg": b"PK\x03\x04" + bytes(60),
        "bomb.png": _png(HUGE, HUGE, _chunk(b"IDAT", zlib.compress(bytes(1000)))),
        "bomb-text.png": _png(9, 9, _chunk(b"zTXt", b"a\0\0" + zeros)),
        "bomb-profile.png": _png(9, 9, _chunk(b"iCCP", b"a\0\0" + zeros)),
        "no-pixels.png": _png(9, 9),
        "nothing.png": _png(0, 0),
        "bomb.jpg": jpeg[:frame] + struct.pack(">HH", HUGE, HUGE) + jpeg[frame + 4 :],
        "nothing.jpg": jpeg[:frame] + bytes(4) + jpeg[frame + 4 :],
        "bomb.bmp": bytes(bmp),
        "bomb.gif": bytes(gif),
        "bomb.ppm": f"P6 {HUGE} {HUGE} 255\n".encode() + bytes(100),
        "endless-markers.jpg": b"\xff\xd8" + b"\xff\xe1\x00\x02" * 20_000,
    }
