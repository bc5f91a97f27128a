"""Files that are damaged where the picture is not: read without what is missing or too large."""

import struct

END = b"\xff\xd9"
"""JPEG's last marker (ITU-T T.81, B.1.1.3)."""

SCAN = 0xDA
ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a length."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"

TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})

MAX_TEXT = 2**20
"""Bytes of one text chunk, in the file and unpacked: Pillow's own limit, beyond which it opens
nothing."""

MAX_TEXTS = 8 * 2**20
"""Of all of them."""


def mended(data: bytes) -> bytes:
    """Return the file as it can be read; itself where nothing is the matter."""
    if lacks_end(data):
        return ended_jpeg(data)
    return without_large_text(data) if data.startswith(SIGNATURE) else data


def lacks_end(data: bytes) -> bool:
    """Tell whether this is a JPEG that stops within its picture, which no end marker closes.

    Behind the marker there may be anything, such as a second picture or a film. Within the picture
    it cannot stand: every FF there is followed by 00 or by a marker of a restart.
    """
    if not data.startswith(b"\xff\xd8") or data.endswith(END):
        return False
    start = scan_start(data)
    return start is not None and data.find(END, start) < 0


def scan_start(jpeg: bytes) -> int | None:
    """Return where the first scan of a JPEG begins; None when it stops or breaks before."""
    place = 2
    while place + 4 <= len(jpeg) and jpeg[place] == 0xFF:
        marker = jpeg[place + 1]
        if marker == SCAN:
            return place
        if marker == 0xFF:  # a fill byte
            place += 1
        elif marker in ALONE:
            place += 2
        else:
            place += 2 + max(2, int.from_bytes(jpeg[place + 2 : place + 4], "big"))
    return None


def ended_jpeg(jpeg: bytes) -> bytes:
    """Return the JPEG with a last marker behind it, which ends a scan that just stops.

    The decoder fills what is missing with the last colour. Behind a whole picture it means nothing.
    """
    return jpeg[: -1 if jpeg.endswith(b"\xff") else None] + END


def without_large_text(png: bytes) -> bytes:
    """Return the PNG without text chunks that are too large to be read; itself if there are none.

    One pass over the chunks (PNG, third edition, section 5.3), which stops where they are broken.
    """
    place, total, kept, start = len(SIGNATURE), 0, [], 0
    while place + 12 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        end = place + 12 + length
        if end > len(png):
            break
        if kind in TEXTS:
            size = _unpacked(png[place + 8 : end - 4], kind)
            total += size
            if size > MAX_TEXT or total > MAX_TEXTS:
                total -= size
                kept.append(png[start:place])
                start = end
        place = end
    return png if not kept else b"".join([*kept, png[start:]])


def _unpacked(body: bytes, kind: bytes) -> int:
    """Return how many bytes a text chunk has when it is unpacked, or MAX_TEXT + 1 for any more."""
    packed = body
    if kind == b"tEXt":
        return len(body)
    _, _, rest = body.partition(b"\0")
    if kind == b"iTXt":
        if rest[:1] != b"\1":
            return len(body)
        _, _, rest = rest[2:].partition(b"\0")
        _, _, packed = rest.partition(b"\0")
    else:
        packed = rest[1:]
    import zlib

    unpacker = zlib.decompressobj()
    try:
        return len(unpacker.decompress(packed, MAX_TEXT + 1))
    except zlib.error:  # Pillow reads on without it
        return 0
