"""HEIC and AVIF files (ISO base media, 14496-12; HEIF, 23008-12): items, and what they are for."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cropsmith.tools.metadata.chunk_entries import packet_entries
from cropsmith.tools.metadata.exif_entries import exif_entries, profile_entry
from cropsmith.tools.metadata.inventory import Entry, Kind

MOST_BOXES = 10_000
C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
DERIVED = frozenset({"grid", "iovl", "iden"})


@dataclass(frozen=True)
class Part:
    """A box: its type and where its content lies."""

    kind: bytes
    start: int
    end: int


def boxes(data: bytes, start: int, end: int) -> Iterator[Part]:
    """Yield the boxes between two places, up to the first that is broken."""
    for _ in range(MOST_BOXES):
        if start + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1 and start + 16 <= end:
            (size,) = struct.unpack_from(">Q", data, start + 8)
            head = 16
        size = size or end - start
        if size < head or start + size > end:
            return
        yield Part(kind, start + head, start + size)
        start += size


def bmff_entries(data: bytes) -> list[Entry]:
    """Return all entries; none of those that cannot be read."""
    found: list[Entry] = []
    sequence = b"avis" in data[8:64]
    for box in boxes(data, 0, len(data)):
        size = box.end - box.start
        if box.kind == b"meta":
            found += _of_items(data, Part(box.kind, box.start + 4, box.end))
        elif box.kind == b"mpvd":
            found.append(Entry(Kind.MOTION, "mpvd", size))
        elif box.kind == b"moov" and not sequence:
            found.append(Entry(Kind.MOTION, "moov", size))
        elif box.kind == b"uuid" and data[box.start : box.start + 16] == C2PA:
            found.append(Entry(Kind.CREDENTIALS, "C2PA", size))
    return found


def nclx_of(data: bytes) -> tuple[int, int, int, int] | None:
    """Return primaries, transfer, matrix (ITU-T H.273) and full range of the main picture."""
    place = _nclx_place(data)
    if place is None:
        return None
    primaries, transfer, matrix, flags = struct.unpack_from(">HHHB", data, place)
    return primaries, transfer, matrix, flags >> 7


def turn_of(data: bytes) -> int:
    """Return the EXIF orientation that stands for the turn and mirror of the main picture.

    HEIF turns by quarters against the clock, then mirrors (23008-12, 6.5.10 and 6.5.12); the
    orientation in its EXIF counts for nothing.
    """
    angle, mirror = 0, None
    for meta in boxes(data, 0, len(data)):
        if meta.kind == b"meta":
            items = _Items(data, Part(meta.kind, meta.start + 4, meta.end))
            for box in items.properties(items.main):
                if box.kind == b"irot" and box.end > box.start:
                    angle = data[box.start] & 3
                elif box.kind == b"imir" and box.end > box.start:
                    mirror = data[box.start] & 1
    turned = {None: (1, 8, 3, 6), 0: (4, 5, 2, 7), 1: (2, 7, 4, 5)}
    return turned[mirror][angle]


def with_colours(data: bytes, primaries: int, transfer: int) -> bytes:
    """Return the file, which says of its main picture that it has these colours.

    Itself where it has no place to say so. The matrix stays that of the encoder, which it used.
    """
    place = _nclx_place(data)
    if place is None:
        return data
    return data[:place] + struct.pack(">HH", primaries, transfer) + data[place + 4 :]


def _nclx_place(data: bytes) -> int | None:
    for meta in boxes(data, 0, len(data)):
        if meta.kind == b"meta":
            items = _Items(data, Part(meta.kind, meta.start + 4, meta.end))
            for box in items.properties(items.main):
                if box.kind == b"colr" and data[box.start : box.start + 4] == b"nclx":
                    return box.start + 4 if box.start + 11 <= box.end else None
    return None


class _Items:
    """The items of a meta box."""

    def __init__(self, data: bytes, meta: Part) -> None:
        self.data = data
        self._boxes = {box.kind: box for box in boxes(data, meta.start, meta.end)}
        self.kinds: dict[int, str] = {}
        self.contents: dict[int, str] = {}
        self.links: list[tuple[bytes, int, tuple[int, ...]]] = []
        self.main = 0
        try:
            self._read()
        except (struct.error, IndexError):
            self.kinds, self.links = {}, []

    def _read(self) -> None:
        if (box := self._boxes.get(b"pitm")) is not None:
            wide = self.data[box.start] > 0
            (self.main,) = struct.unpack_from(">I" if wide else ">H", self.data, box.start + 4)
        if (box := self._boxes.get(b"iinf")) is not None:
            skipped = 8 if self.data[box.start] else 6
            for each in boxes(self.data, box.start + skipped, box.end):
                self._read_item(each)
        if (box := self._boxes.get(b"iref")) is not None:
            code = "I" if self.data[box.start] else "H"
            for each in boxes(self.data, box.start + 4, box.end):
                first, count = struct.unpack_from(f">{code}H", self.data, each.start)
                place = each.start + struct.calcsize(f">{code}H")
                to = struct.unpack_from(f">{count}{code}", self.data, place)
                self.links.append((each.kind, first, to))

    def _read_item(self, box: Part) -> None:
        version = self.data[box.start]
        if version < 2:
            return
        code = "H" if version == 2 else "I"
        number, _, kind = struct.unpack_from(f">{code}H4s", self.data, box.start + 4)
        self.kinds[number] = kind.decode("latin-1")
        place = box.start + 4 + struct.calcsize(f">{code}H4s")
        words = self.data[place : box.end].split(b"\0")
        if len(words) > 1:
            self.contents[number] = words[1].decode("latin-1")

    def properties(self, item: int) -> Iterator[Part]:
        """Yield the properties of an item."""
        home = self._boxes.get(b"iprp")
        if home is None:
            return
        inner = {box.kind: box for box in boxes(self.data, home.start, home.end)}
        if b"ipco" not in inner or b"ipma" not in inner:
            return
        known = list(boxes(self.data, inner[b"ipco"].start, inner[b"ipco"].end))
        try:
            indices = self._associated(inner[b"ipma"]).get(item, [])
        except (struct.error, IndexError):
            return
        yield from (known[index - 1] for index in indices if 0 < index <= len(known))

    def _associated(self, box: Part) -> Mapping[int, list[int]]:
        data, place = self.data, box.start
        version, wide = data[place], data[place + 3] & 1
        (count,) = struct.unpack_from(">I", data, place + 4)
        place += 8
        found: dict[int, list[int]] = {}
        for _ in range(min(count, MOST_BOXES)):
            (item,) = struct.unpack_from(">I" if version else ">H", data, place)
            place += 4 if version else 2
            number, place = data[place], place + 1
            for _ in range(number):
                (index,) = struct.unpack_from(">H" if wide else ">B", data, place)
                found.setdefault(item, []).append(index & (0x7FFF if wide else 0x7F))
                place += 2 if wide else 1
        return found

    def body(self, item: int) -> bytes:
        """Return the bytes of an item; none where they cannot be found."""
        box = self._boxes.get(b"iloc")
        if box is None:
            return b""
        try:
            return self._located(box, item)
        except (struct.error, IndexError):
            return b""

    def _located(self, box: Part, wanted: int) -> bytes:
        data, place = self.data, box.start
        version = data[place]
        sizes, more = data[place + 4], data[place + 5]
        of_offset, of_length, of_base = sizes >> 4, sizes & 15, more >> 4
        of_index = more & 15 if version else 0
        code = ">I" if version == 2 else ">H"
        (count,) = struct.unpack_from(code, data, place + 6)
        place += 6 + struct.calcsize(code)
        for _ in range(min(count, MOST_BOXES)):
            (item,) = struct.unpack_from(code, data, place)
            place += struct.calcsize(code)
            method = 0
            if version:
                method = struct.unpack_from(">H", data, place)[0] & 15
                place += 2
            base = int.from_bytes(data[place + 2 : place + 2 + of_base], "big")
            place += 2 + of_base
            (extents,) = struct.unpack_from(">H", data, place)
            place += 2
            parts = []
            for _ in range(extents):
                place += of_index
                offset = base + int.from_bytes(data[place : place + of_offset], "big")
                place += of_offset
                length = int.from_bytes(data[place : place + of_length], "big")
                place += of_length
                parts.append((offset, length))
            if item == wanted:
                home = self._boxes.get(b"idat") if method == 1 else None
                shift = home.start if home else 0
                return b"".join(data[shift + o : shift + o + n] for o, n in parts)
        return b""


def _of_items(data: bytes, meta: Part) -> list[Entry]:
    items = _Items(data, meta)
    found: list[Entry] = []
    tiles = {to for kind, _, several in items.links if kind == b"dimg" for to in several}
    thumbnails = {first for kind, first, _ in items.links if kind == b"thmb"}
    auxiliary = {first for kind, first, _ in items.links if kind == b"auxl"}
    for number, kind in items.kinds.items():
        body = items.body(number) if kind in ("Exif", "mime") else b""
        size = len(body)
        if kind == "Exif" and size > 4:
            found += exif_entries(body[4 + int.from_bytes(body[:4], "big") :])
        elif kind == "mime" and items.contents.get(number) == "application/rdf+xml":
            found += packet_entries(body, "XMP")
        elif kind in ("Exif", "mime", "uri "):
            continue
        elif number in thumbnails:
            found.append(Entry(Kind.PREVIEW, f"item {number}", size))
        elif kind == "tmap":
            found.append(Entry(Kind.GAIN_MAP, f"item {number}", size))
        elif number in auxiliary:
            found += _of_auxiliary(items, number)
        elif number != items.main and number not in tiles:
            found.append(Entry(Kind.PICTURES, f"item {number}", size))
    for box in items.properties(items.main):
        if box.kind == b"colr" and data[box.start : box.start + 4] == b"nclx":
            said = data[box.start + 4 : box.end]
            found.append(Entry(Kind.COLOUR, "nclx", len(said), f"nclx: {said[:4].hex()}"))
        elif box.kind == b"colr":
            found.append(profile_entry(data[box.start + 4 : box.end], "colr"))
    return found


def _of_auxiliary(items: _Items, number: int) -> list[Entry]:
    told = b"".join(
        items.data[box.start : box.end] for box in items.properties(number) if box.kind == b"auxC"
    ).lower()
    if b"alpha" in told or told.rstrip(b"\0").endswith(b"auxid:1"):
        return []  # the picture's own transparency
    if b"gainmap" in told or b"21496" in told:
        return [Entry(Kind.GAIN_MAP, f"item {number}", 0, told[4:].decode("latin-1"))]
    return [Entry(Kind.DEPTH, f"item {number}", 0, told[4:].decode("latin-1"))]
