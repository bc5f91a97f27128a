"""The entries of PNG (third edition), WebP (RFC 9649) and GIF (89a) files, which are chunks."""

import struct
import zlib
from collections.abc import Iterator

from cropsmith.tools.metadata.exif_entries import exif_entries, profile_entry
from cropsmith.tools.metadata.inventory import Entry, Kind
from cropsmith.tools.metadata.xmp import xmp_entries
from cropsmith.tools.metadata.xmp_packet import BrokenXmp
from cropsmith.tools.schema.plain_text import one_line

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_COLOURS = frozenset({b"cICP", b"cHRM", b"gAMA", b"sRGB", b"mDCV", b"mDCv", b"cLLI", b"cLLi"})
PNG_XMP = "XML:com.adobe.xmp"
RAW_PROFILE = "Raw profile type"
"""How ImageMagick hides other blocks in text; Photoshop's may hold previews."""
CREDIT_WORDS = frozenset({"author", "copyright", "source", "disclaimer", "artist", "creator"})

MOST_TEXT = 2**20
"""Bytes of a text that are unpacked."""


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and body of the chunks, up to the first that is broken."""
    place = len(PNG_SIGNATURE)
    while place + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, place)
        if place + 12 + length > len(data):
            return
        yield name, data[place + 8 : place + 8 + length]
        place += 12 + length


def png_colours(data: bytes) -> dict[bytes, bytes]:
    """Return the chunks that say what the colours mean, profiles apart."""
    return {name: body for name, body in png_chunks(data) if name in PNG_COLOURS}


def png_entries(data: bytes) -> list[Entry]:
    """Return all entries of a PNG."""
    found: list[Entry] = []
    for name, body in png_chunks(data):
        where = name.decode("latin-1")
        if name in PNG_COLOURS:
            found.append(Entry(Kind.COLOUR, where, len(body), f"{where}: {body.hex()}"))
        elif name == b"iCCP":
            found.append(profile_entry(unpacked(body.partition(b"\0")[2][1:]), where))
        elif name == b"pHYs":
            found.append(Entry(Kind.RESOLUTION, where, len(body), body.hex()))
        elif name == b"eXIf":
            found += exif_entries(body, where)
        elif name in (b"tEXt", b"zTXt", b"iTXt"):
            found += _text_entries(name, body)
        elif name == b"caBX":
            found.append(Entry(Kind.CREDENTIALS, where, len(body)))
    return found


def is_credit(keyword: str) -> bool:
    """Tell whether a text of a PNG says whose the picture is."""
    return keyword.casefold() in CREDIT_WORDS


def _text_entries(name: bytes, body: bytes) -> list[Entry]:
    key, _, rest = body.partition(b"\0")
    keyword = key.decode("latin-1")
    if name == b"iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:].partition(b"\0")[2].partition(b"\0")[2]
        text = unpacked(rest) if packed else rest
    else:
        text = unpacked(rest[1:]) if name == b"zTXt" else rest
    where = f"{name.decode()} {keyword}"
    if keyword == PNG_XMP:
        return packet_entries(text, where)
    if keyword.startswith(RAW_PROFILE):
        return [Entry(Kind.VENDOR, where, len(body))]
    said = text.decode("utf-8" if name == b"iTXt" else "latin-1", "replace")
    kind = Kind.CREDIT if is_credit(keyword) else Kind.WORDS
    return [Entry(kind, where, len(body), f"{keyword}: {one_line(said, 200)}")]


def unpacked(body: bytes) -> bytes:
    """Unpack a deflated text or profile, MOST_TEXT bytes of it; nothing where it is broken."""
    try:
        return zlib.decompressobj().decompress(body, 8 * MOST_TEXT)
    except zlib.error:
        return b""


def packet_entries(packet: bytes, where: str) -> list[Entry]:
    """Return the entries of an XMP packet, or one for a packet that cannot be read."""
    try:
        return xmp_entries(packet, where)
    except BrokenXmp:
        return [Entry(Kind.WORDS, f"{where}, unreadable", len(packet))]


def webp_entries(data: bytes) -> list[Entry]:
    """Return all entries of a WebP."""
    found: list[Entry] = []
    place = 12
    while place + 8 <= len(data):
        name, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        body = data[place + 8 : place + 8 + size]
        if name == b"ICCP":
            found.append(profile_entry(body, "ICCP"))
        elif name == b"EXIF":
            found += exif_entries(body)
        elif name == b"XMP ":
            found += packet_entries(body, "XMP")
        elif name == b"C2PA":
            found.append(Entry(Kind.CREDENTIALS, "C2PA", size))
        elif name not in (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"):
            found.append(Entry(Kind.VENDOR, f"chunk {name.decode('latin-1')}", size))
        place += 8 + size + size % 2
    return found


GIF_ICC = b"ICCRGBG1012"
GIF_XMP = b"XMP DataXMP"
GIF_TAIL = 258
"""Bytes behind a packet in a GIF that lead a reader of blocks to their end (XMP part 3, 1.1.2)."""


def gif_entries(data: bytes) -> list[Entry]:
    """Return all entries of a GIF."""
    found: list[Entry] = []
    for name, body in gif_extensions(data):
        if name == b"":
            said = one_line(body.decode("utf-8", "replace"), 200)
            found.append(Entry(Kind.WORDS, "comment", len(body), f"comment: {said}"))
        elif name == GIF_ICC:
            found.append(profile_entry(body, "ICC extension"))
        elif name == GIF_XMP:
            found += packet_entries(body, "XMP")
        elif name == b"C2PA_GIF\x01\0\0":
            found.append(Entry(Kind.CREDENTIALS, "C2PA", len(body)))
        elif name[:8] not in (b"NETSCAPE", b"ANIMEXTS"):
            found.append(Entry(Kind.VENDOR, name.decode("latin-1"), len(body)))
    return found


def gif_extensions(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and body of the application extensions; comments have an empty name.

    XMP comes without its tail. It ends where the blocks of the file are broken.
    """
    if len(data) < 13:
        return
    place = _gif_start(data)
    while place + 2 < len(data):
        if data[place] == 0x2C and place + 10 < len(data):
            flags = data[place + 9]
            place += 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
            _, place = _blocks(data, place)
        elif data[place] == 0x21:
            label, place = data[place + 1], place + 2
            if label == 0xFF and data[place + 1 : place + 12] == GIF_XMP:
                end = data.find(b"\x01\x00\x00", place)  # the tail counts down from FF to 00
                end = len(data) if end < 0 else end + 3
                yield GIF_XMP, data[place + 12 : max(place + 12, end - GIF_TAIL)]
                place = end
                continue
            name = data[place + 1 : place + 12] if label == 0xFF else b""
            body, place = _blocks(data, place)
            if label == 0xFF:
                yield name, body[11:]
            elif label == 0xFE:
                yield b"", body
        else:
            return


def _blocks(data: bytes, place: int) -> tuple[bytes, int]:
    parts = []
    while place < len(data) and (length := data[place]):
        parts.append(data[place + 1 : place + 1 + length])
        place += 1 + length
    return b"".join(parts), place + 1


def _gif_start(data: bytes) -> int:
    """Return where the blocks of a GIF begin: behind its header and table of colours."""
    return 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)


def gif_with_profile(data: bytes, profile: bytes) -> bytes:
    """Return a GIF with a colour profile before its first picture (ICC.1, annex B.4)."""
    start = _gif_start(data)
    parts = (profile[place : place + 255] for place in range(0, len(profile), 255))
    blocks = b"".join(bytes([len(part)]) + part for part in parts)
    return data[:start] + b"\x21\xff\x0b" + GIF_ICC + blocks + b"\0" + data[start:]


def gif_with_xmp(data: bytes, packet: bytes) -> bytes:
    """Return a GIF with an XMP packet, before its last byte."""
    tail = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    return data[:-1] + b"\x21\xff\x0b" + GIF_XMP + packet + tail + data[-1:]
