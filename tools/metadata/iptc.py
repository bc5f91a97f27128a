"""IPTC-IIM records (IIM 4.2), and Photoshop's image resources, which they lie among."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cropsmith.tools.metadata.inventory import Entry, Kind
from cropsmith.tools.schema.plain_text import one_line

CHARSET = (1, 90)
PLACES = frozenset({26, 27, 90, 92, 95, 100, 101})
"""Datasets of record 2 that name a place."""
CREDITS = frozenset({80, 85, 110, 115, 116, 118})
KEYWORD = (2, 25)
PREVIEWS = frozenset({200, 201, 202})

RECORDS, COPYRIGHTED, RIGHTS_URL = 0x0404, 0x040A, 0x040B
PREVIEW_RESOURCES = frozenset({0x0409, 0x040C})
HEADER = b"Photoshop 3.0\0"


@dataclass(frozen=True)
class Dataset:
    """One dataset, as it stands."""

    record: int
    number: int
    value: bytes
    encoded: bytes

    @property
    def kind(self) -> Kind:
        """Which kind of entry it is."""
        if self.record != 2:
            return Kind.WORDS if self.record == 1 else Kind.PREVIEW
        if self.number in PREVIEWS:
            return Kind.PREVIEW
        if self.number in PLACES:
            return Kind.PLACE
        return Kind.CREDIT if self.number in CREDITS else Kind.WORDS

    @property
    def text(self) -> str:
        """Its value, read as UTF-8, else as Latin-1."""
        try:
            return self.value.decode()
        except UnicodeDecodeError:
            return self.value.decode("latin-1")


def datasets(records: bytes) -> list[Dataset]:
    """Return all datasets, up to the first that is broken."""
    found, place = [], 0
    while place + 5 <= len(records) and records[place] == 0x1C:
        record, number, length = struct.unpack_from(">BBH", records, place + 1)
        start = place + 5
        if length & 0x8000:  # an extended one: the length of the length
            start += length & 0x7FFF
            length = int.from_bytes(records[place + 5 : start], "big")
        end = start + length
        if end > len(records):
            break
        found.append(Dataset(record, number, records[start:end], records[place:end]))
        place = end
    return found


def filtered(records: bytes, kept: Callable[[Dataset], bool]) -> bytes | None:
    """Return the records with the datasets that are kept; None when none but the character set is.

    What follows a broken dataset is gone as well, for it cannot be told what it is.
    """
    left = [each for each in datasets(records) if kept(each)]
    if all((each.record, each.number) in (CHARSET, (2, 0)) for each in left):
        return None
    return b"".join(each.encoded for each in left)


def iptc_entries(records: bytes, where: str) -> list[Entry]:
    """Return an entry for each dataset that says something."""
    return [
        Entry(
            kind=each.kind,
            where=f"{where} {each.record}:{each.number}",
            size=len(each.encoded),
            summary=f"{each.record}:{each.number}: {one_line(each.text, 200)}",
        )
        for each in datasets(records)
        if (each.record, each.number) not in (CHARSET, (2, 0), (1, 0))
    ]


def resources(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and data of the image resources of a Photoshop block, without its header."""
    place = 0
    while place + 12 <= len(body) and body[place : place + 4] == b"8BIM":
        (number,) = struct.unpack_from(">H", body, place + 4)
        name = 1 + body[place + 6]
        place += 6 + name + name % 2
        if place + 4 > len(body):
            return
        (length,) = struct.unpack_from(">I", body, place)
        yield number, body[place + 4 : place + 4 + length]
        place += 4 + length + length % 2


def resource_block(found: tuple[tuple[int, bytes], ...]) -> bytes:
    """Return image resources as a block, without its header."""
    return b"".join(
        b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + b"\0" * (len(data) % 2)
        for number, data in found
    )


def resource_entries(body: bytes, where: str) -> list[Entry]:
    """Return the entries of a Photoshop block: those resources that say or show something."""
    found: list[Entry] = []
    for number, data in resources(body):
        place = f"{where} 8BIM {number:04X}"
        if number == RECORDS:
            found += iptc_entries(data, f"{place} IPTC")
        elif number in PREVIEW_RESOURCES:
            found.append(Entry(Kind.PREVIEW, place, len(data)))
        elif number in (COPYRIGHTED, RIGHTS_URL):
            found.append(Entry(Kind.CREDIT, place, len(data), f"{number:04X}: {data.hex()}"))
    return found
