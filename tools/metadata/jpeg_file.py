"""The segments of a JPEG, and where the picture that they lead to ends (ITU-T T.81, annex B)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SOS, EOI, COM = 0xDA, 0xD9, 0xFE
APPLICATION = range(0xE0, 0xF0)
STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})

START = b"\xff\xd8\xff"
END = b"\xff\xd9"

LEAST_PREVIEW = 128
"""Bytes of the smallest JPEG: less is a chance likeness."""

MOST_PREVIEWS = 64


@dataclass(frozen=True)
class Segment:
    """A marker segment of a JPEG: its marker's low byte, and its body without the length."""

    marker: int
    body: bytes

    @property
    def encoded(self) -> bytes:
        """With marker and length."""
        return struct.pack(">BBH", 0xFF, self.marker, len(self.body) + 2) + self.body


def segments(data: bytes) -> Iterator[Segment]:
    """Yield the marker segments before the first scan; ValueError if they are broken."""
    place = 2
    while place + 4 <= len(data):
        if data[place] != 0xFF:
            raise ValueError("the segments of the JPEG are broken")
        marker = data[place + 1]
        if marker == 0xFF:  # a fill byte
            place += 1
            continue
        if marker in STANDALONE:
            place += 2
            continue
        if marker in (SOS, EOI):
            return
        (length,) = struct.unpack_from(">H", data, place + 2)
        yield Segment(marker, data[place + 4 : place + 2 + length])
        place += 2 + max(2, length)


def scan_start(data: bytes | bytearray, place: int = 2) -> int:
    """Return where the first scan begins; `place` is after the start marker."""
    while place + 4 <= len(data) and data[place + 1] != SOS:
        if data[place + 1] == 0xFF:
            place += 1
        elif data[place + 1] in STANDALONE:
            place += 2
        else:
            place += 2 + max(2, int(struct.unpack_from(">H", data, place + 2)[0]))
    return place


def picture_end(data: bytes | bytearray, start: int = 0) -> int:
    """Return where the JPEG that starts at a place ends; the end of the data if it does not."""
    found = data.find(END, scan_start(data, start + 2))
    return len(data) if found < 0 else found + 2


def jpegs_within(data: bytes | bytearray) -> list[tuple[int, int]]:
    """Return start and end of the JPEGs that lie in a block, at most MOST_PREVIEWS."""
    found: list[tuple[int, int]] = []
    place = 0
    while len(found) < MOST_PREVIEWS and (start := data.find(START, place)) >= 0:
        place = start + 3
        if data[place : place + 1] and data[place] in (0xDB, 0xC0, 0xC4, 0xFE, 0xEE, *APPLICATION):
            end = picture_end(data, start)
            if end - start >= LEAST_PREVIEW:
                found.append((start, end))
                place = end
    return found
