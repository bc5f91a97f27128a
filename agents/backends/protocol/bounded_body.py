"""What a server sends, read within limits of size, depth and digits before anything parses it."""

import importlib
import re
import zlib
from typing import Any

import numpy as np

BODY = 4 * 2**20
"""Bytes of a body, unpacked: the longest answers with all their thoughts have a tenth."""

DEPTH = 64
"""Levels of lists and objects in a body; what is within its strings does not count."""

DIGITS = 40
"""Digits of a number in a body: Python refuses to read numbers of some thousand."""

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_LONG = re.compile(rb"\d{%d}" % (DIGITS + 1))


class Oversized(Exception):
    """A body passes a limit; the message says which."""


def refused(body: bytes) -> str:
    """Return why a body is not to be parsed, "" where it is. Linear in its size."""
    opened = body.count(b"[") + body.count(b"{")
    if opened <= DEPTH and _LONG.search(body) is None:
        return ""
    bare = _STRING.sub(b"", body)
    if _LONG.search(bare) is not None:
        return f"it holds a number of more than {DIGITS} digits"
    signs = np.frombuffer(bare, np.uint8)
    opens = (signs == ord("[")) | (signs == ord("{"))
    closes = (signs == ord("]")) | (signs == ord("}"))
    depth = np.cumsum(opens.astype(np.int32) - closes.astype(np.int32))
    if depth.size and int(depth.max()) > DEPTH:
        return f"lists or objects lie {int(depth.max())} deep in one another"
    return ""


async def read_within(response: Any) -> None:
    """Read a response whole: a hook for clients of httpx and httpx2.

    Oversized for a body past the limits; that of an error is emptied instead, since its status
    says enough.
    """
    library = importlib.import_module(type(response).__module__.partition(".")[0])
    try:
        body = await _unpacked(response)
        if problem := refused(body):
            raise Oversized(problem)
    except Oversized:
        if response.status_code < 400:
            raise
        body = b""
    finally:
        await response.stream.aclose()
    # What is unpacked is not to be unpacked again.
    if "content-encoding" in response.headers:
        del response.headers["content-encoding"]
    response.stream = library.ByteStream(body)


async def _unpacked(response: Any) -> bytes:
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", "x-gzip", "deflate", ""):
        raise Oversized(f"it is packed by {packing[:20]}, which was not asked for")
    inflate = None if packing in ("identity", "") else zlib.decompressobj(wbits=47)
    body = bytearray()
    async for piece in response.stream:
        try:
            # One byte more than fits, so that a bomb is seen and never unpacked.
            body += piece if inflate is None else inflate.decompress(piece, BODY + 1 - len(body))
        except zlib.error as error:
            raise Oversized("it cannot be unpacked") from error
        if len(body) > BODY:
            raise Oversized(f"it has more than {BODY // 2**20} MB")
    return bytes(body)


PACKINGS = {"Accept-Encoding": "gzip, deflate"}
"""Header of a client with this hook."""


def oversized(error: BaseException | None) -> Oversized | None:
    """Return the limit behind an error of an SDK, which may have wrapped it."""
    seen = 0
    while error is not None and seen < 8:
        if isinstance(error, Oversized):
            return error
        error, seen = error.__cause__ or error.__context__, seen + 1
    return None
