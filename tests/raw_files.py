"""A camera raw file for the tests: a DNG of noise, with a photo as its preview."""

import io
import struct

import numpy as np
from PIL import Image

from tests.photos import read_photo

SIZE = (960, 640)
"""Of the picture as the sensor stores it."""


def raw_file(turn: int = 1) -> bytes:
    """Return a DNG (1.4) whose picture has this EXIF orientation."""
    wide, high = SIZE
    shown = read_photo("coffee").resize((480, 320))
    file = io.BytesIO()
    shown.save(file, "JPEG", quality=90)
    preview = file.getvalue()
    sensor = np.random.default_rng(0).integers(100, 4000, (high, wide), np.uint16).tobytes()

    def rationals(*values: int) -> bytes:
        return b"".join(struct.pack("<ii", value, 10_000) for value in values)

    main = [
        (254, 4, 1, struct.pack("<I", 0)), (256, 4, 1, struct.pack("<I", wide)),
        (257, 4, 1, struct.pack("<I", high)), (258, 3, 1, struct.pack("<H", 16)),
        (259, 3, 1, struct.pack("<H", 1)), (262, 3, 1, struct.pack("<H", 32803)),
        (273, 4, 1, None), (277, 3, 1, struct.pack("<H", 1)), (278, 4, 1, struct.pack("<I", high)),
        (279, 4, 1, struct.pack("<I", len(sensor))), (33421, 3, 2, struct.pack("<HH", 2, 2)),
        (33422, 1, 4, bytes((0, 1, 1, 2))), (50717, 4, 1, struct.pack("<I", 4095)),
    ]  # fmt: skip
    matrix = rationals(10_000, 0, 0, 0, 10_000, 0, 0, 0, 10_000)
    first = [
        (254, 4, 1, struct.pack("<I", 1)), (256, 4, 1, struct.pack("<I", shown.width)),
        (257, 4, 1, struct.pack("<I", shown.height)), (258, 3, 3, struct.pack("<HHH", 8, 8, 8)),
        (259, 3, 1, struct.pack("<H", 7)), (262, 3, 1, struct.pack("<H", 6)),
        (271, 2, 6, b"Maker\0"), (272, 2, 6, b"Model\0"), (273, 4, 1, None),
        (274, 3, 1, struct.pack("<H", turn)), (277, 3, 1, struct.pack("<H", 3)),
        (278, 4, 1, struct.pack("<I", shown.height)),
        (279, 4, 1, struct.pack("<I", len(preview))), (330, 4, 1, None),
        (50706, 1, 4, bytes((1, 4, 0, 0))), (50708, 2, 12, b"Maker Model\0"),
        (50721, 10, 9, matrix), (50728, 5, 3, rationals(10_000, 10_000, 10_000)),
        (50778, 3, 1, struct.pack("<H", 21)),
    ]  # fmt: skip
    second = 8 + size_of(first)
    pixels = second + size_of(main)
    data = {273: pixels + len(sensor), 330: second}
    made = directory(first, 8, data) + directory(main, second, {273: pixels})
    return b"II*\0" + struct.pack("<I", 8) + made + sensor + preview


Entries = list[tuple[int, int, int, bytes | None]]
"""Tag, type, count, value; None for an offset that is known later."""


def size_of(entries: Entries) -> int:
    values = sum(len(value) + len(value) % 2 for *_, value in entries if value and len(value) > 4)
    return 2 + 12 * len(entries) + 4 + values


def directory(entries: Entries, start: int, offsets: dict[int, int]) -> bytes:
    head, values = struct.pack("<H", len(entries)), b""
    place = start + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in entries:
        written = struct.pack("<I", offsets[tag]) if value is None else value
        if len(written) > 4:
            written, long = struct.pack("<I", place + len(values)), written
            values += long + b"\0" * (len(long) % 2)
        head += struct.pack("<HHI", tag, kind, count) + written.ljust(4, b"\0")
    return head + bytes(4) + values


def as_shown(turn: int) -> Image.Image:
    """Return the preview, upright."""
    shown = read_photo("coffee").resize((480, 320))
    return shown if turn == 1 else shown.transpose(Image.Transpose.ROTATE_270)
