"""Photos of every kind that is read, changed at random, as a fuzzer or a bad disk does."""

import io
import random
import struct
from collections.abc import Iterator

import numpy as np
import pillow_heif
from PIL import Image

from cropsmith.tools.images.sixteen_bit import encode_deep_png, encode_deep_tiff
from tests.photos import read_photo

SIDE = (160, 120)

EXTREMES = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\xff\xff", b"\x80\0\0\0")
"""Lengths, offsets and sizes that programs stumble over."""


def mutants(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield so many changed files, each with a name that says what it was made of."""
    draw = random.Random(seed)
    whole = list(originals())
    for number in range(count):
        name, data = draw.choice(whole)
        for _ in range(draw.choice((1, 1, 1, 1, 2, 4))):
            data = draw.choice(CHANGES)(draw, data, draw.choice(whole)[1])
        yield f"{seed}-{number}.{name}", data


def originals() -> Iterator[tuple[str, bytes]]:
    """Yield a small file of every kind, with its metadata."""
    pillow_heif.register_heif_opener()
    photo = read_photo("astronaut").resize(SIDE)
    exif = Image.Exif()
    exif[274], exif[271] = 6, "A camera"
    exif.get_ifd(0x8769)[0xA002] = 160
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="6"/></x:xmpmeta>'
    tagged = {"exif": exif, "xmp": xmp}
    frames = [photo.rotate(10 * n) for n in range(4)]
    moving = {"save_all": True, "append_images": frames[1:], "duration": 80, "loop": 0}
    yield "jpg", encoded(photo, "JPEG", comment=b"said", **tagged)
    yield "progressive.jpg", encoded(photo, "JPEG", progressive=True, subsampling=2)
    yield "cmyk.jpg", encoded(photo.convert("CMYK"), "JPEG")
    yield "grey.jpg", encoded(photo.convert("L"), "JPEG")
    yield "png", encoded(photo, "PNG", exif=exif)
    yield "palette.png", encoded(photo.quantize(64), "PNG", transparency=3)
    yield "moving.png", encoded(photo, "PNG", **moving)
    yield "gif", encoded(photo.quantize(64), "GIF")
    yield "moving.gif", encoded(photo, "GIF", **moving)
    yield "webp", encoded(photo, "WEBP", **tagged)
    yield "lossless.webp", encoded(photo.convert("RGBA"), "WEBP", lossless=True)
    yield "moving.webp", encoded(photo, "WEBP", **moving)
    yield "avif", encoded(photo, "AVIF", **tagged)
    yield "heic", encoded(photo, "HEIF", **tagged)
    yield "tif", encoded(photo, "TIFF", compression="tiff_lzw", exif=exif)
    yield "pages.tif", encoded(photo, "TIFF", save_all=True, append_images=frames[1:])
    yield "cmyk.tif", encoded(photo.convert("CMYK"), "TIFF", compression="tiff_adobe_deflate")
    yield "bmp", encoded(photo, "BMP")
    yield "ppm", encoded(photo, "PPM")
    yield "jp2", encoded(photo, "JPEG2000")
    deep = np.asarray(photo).astype(np.uint16) * 257
    yield "deep.png", encode_deep_png(deep)
    yield "deep.tif", encode_deep_tiff([deep, deep[::-1]], deflate=True)


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    """Return an image as a file."""
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def flipped(draw: random.Random, data: bytes, other: bytes) -> bytes:
    spoilt = bytearray(data)
    for _ in range(draw.choice((1, 4, 16))):
        if spoilt:
            spoilt[place(draw, spoilt)] ^= 1 << draw.randrange(8)
    return bytes(spoilt)


def extreme(draw: random.Random, data: bytes, other: bytes) -> bytes:
    start, value = place(draw, data), draw.choice(EXTREMES)[: draw.choice((1, 2, 4))]
    return data[:start] + value + data[start + len(value) :]


def counted(draw: random.Random, data: bytes, other: bytes) -> bytes:
    """Write a number of ordinary size somewhere, in either order of bytes."""
    start, number = place(draw, data), draw.choice((0, 1, 2, 255, 4096, 30_000, 65_535))
    value = struct.pack(draw.choice("<>") + "H", number)
    return data[:start] + value + data[start + 2 :]


def cut(draw: random.Random, data: bytes, other: bytes) -> bytes:
    return data[: draw.randrange(len(data) + 1)]


def without(draw: random.Random, data: bytes, other: bytes) -> bytes:
    start = place(draw, data)
    return data[:start] + data[start + draw.choice((1, 2, 40, 400)) :]


def repeated(draw: random.Random, data: bytes, other: bytes) -> bytes:
    start = place(draw, data)
    piece = data[start : start + draw.choice((4, 40, 400))]
    return data[:start] + piece * draw.choice((2, 3, 100)) + data[start:]


def spliced(draw: random.Random, data: bytes, other: bytes) -> bytes:
    return data[: place(draw, data)] + other[place(draw, other) :]


def place(draw: random.Random, data: bytes | bytearray) -> int:
    """Return a place in a file: headers, where most harm is done, more often than the rest."""
    reach = len(data) if draw.random() < 0.7 else min(len(data), draw.choice((40, 200, 1000)))
    return draw.randrange(max(1, reach))


CHANGES = (flipped, flipped, extreme, counted, cut, without, repeated, spliced)
