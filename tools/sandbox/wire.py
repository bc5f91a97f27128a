"""Messages between a process and its workers: a tree of plain values as JSON, and the bytes after.

Never a pickle: what a worker answers may have been written by a file that took it over, so that
only values are read from it, and only of classes of this package that are loaded already.

    8 bytes   length of the head, little-endian
    head      JSON: {"tree": ..., "blobs": [length, ...]}
    blobs     one after another; with "shared": true, in the memory that both sides have mapped
"""

import dataclasses
import importlib
import itertools
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from mmap import mmap
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from pydantic import BaseModel

OURS = "cropsmith."

MAX_HEAD = 64 * 2**20
"""Bytes of the plain values of one message."""

SHARED_FROM = 2**14
"""Bytes from which on sharing is cheaper than a pipe."""

Blob = bytes | memoryview


class BrokenWire(Exception):
    """The other side is gone, or has sent what is no message."""


class Source(Protocol):
    """What messages are read from."""

    def read(self, count: int, /) -> bytes:
        """Return so many bytes; fewer at the end."""


class Sink(Protocol):
    """What messages are written to."""

    def write(self, data: Any, /) -> int | None:
        """Take some of the data and return how much."""


@dataclass(frozen=True)
class Document:
    """A file's bytes, known by their sha256: a worker that has them is not sent them again."""

    data: bytes = field(repr=False)
    sha256: str


@dataclass
class Message:
    """A tree of values with the bytes that belong to it."""

    tree: Any
    blobs: Sequence[Blob] = ()


def packed(value: Any, held: str = "") -> Message:
    """Return a value as a message; the bytes of the document `held` are left out."""
    blobs: list[Blob] = []
    return Message(_tree(value, blobs, held), blobs)


def unpacked(message: Message, documents: dict[str, bytes], *, trusted: bool) -> Any:
    """Return the value of a message. BrokenWire for what cannot be one.

    `documents` are those that this side has; the message's own take their place. A message that
    is `trusted` may name classes that are not loaded yet.
    """
    try:
        return _value(message.tree, message.blobs, documents, trusted)
    except BrokenWire:
        raise
    except Exception as error:  # anything can be in it
        raise BrokenWire(f"an answer that means nothing: {error}") from error


def send(sink: Sink, message: Message, shared: mmap | None = None) -> None:
    """Write a message; its blobs into `shared` where they fit. BrokenWire when nobody reads."""
    lengths = [memoryview(blob).nbytes for blob in message.blobs]
    there = shared is not None and SHARED_FROM <= sum(lengths) <= len(shared)
    head = json.dumps({"tree": message.tree, "blobs": lengths, "shared": there}).encode()
    pieces: list[Blob] = [len(head).to_bytes(8, "little") + head]
    if there and shared is not None:
        place = 0
        for blob, length in zip(message.blobs, lengths, strict=True):
            shared[place : place + length] = blob
            place += length
    else:
        pieces += message.blobs
    try:
        for piece in pieces:
            rest = memoryview(piece)
            while len(rest):
                rest = rest[sink.write(rest) or 0 :]
    except (OSError, ValueError) as error:  # ValueError: closed by another thread
        raise BrokenWire("nobody reads") from error


def receive(source: Source, most: int, shared: mmap | None = None) -> Message | None:
    """Read a message whose blobs have at most `most` bytes; None when the other side has ended."""
    start = _read(source, 8, may_end=True)
    if start is None:
        return None
    length = int.from_bytes(start, "little")
    if length > MAX_HEAD:
        raise BrokenWire("a head that is too long")
    try:
        head = json.loads(_read(source, length) or b"")
        lengths = [int(n) for n in head["blobs"]]
        tree, there = head["tree"], bool(head["shared"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BrokenWire("a head that is none") from error
    if any(n < 0 for n in lengths) or sum(lengths) > most:
        raise BrokenWire("more bytes than a message may have")
    if not there:
        return Message(tree, [_read(source, n) or b"" for n in lengths])
    if shared is None or sum(lengths) > len(shared):
        raise BrokenWire("bytes where none are shared")
    # Copies: what is shared may be written to by the other side.
    ends = list(itertools.accumulate(lengths))
    return Message(tree, [shared[e - n : e] for n, e in zip(lengths, ends, strict=True)])


def _read(source: Source, count: int, may_end: bool = False) -> bytes | None:
    try:
        data = source.read(count)
    except (OSError, ValueError) as error:
        raise BrokenWire("nobody writes") from error
    if len(data) == count:
        return data
    if may_end and not data:
        return None
    raise BrokenWire("it ended within a message")


def _tree(value: Any, blobs: list[Blob], held: str) -> Any:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        blobs.append(value if isinstance(value, bytes) else memoryview(value))
        return {"b": len(blobs) - 1}
    if isinstance(value, Document):
        if value.sha256 == held:
            return {"k": value.sha256}
        blobs.append(value.data)
        return {"k": value.sha256, "b": len(blobs) - 1}
    if isinstance(value, np.ndarray):
        blobs.append(np.ascontiguousarray(value).reshape(-1).view(np.uint8).data)
        return {"a": len(blobs) - 1, "type": value.dtype.str, "shape": list(value.shape)}
    if isinstance(value, list):
        return [_tree(item, blobs, held) for item in value]
    if isinstance(value, tuple):
        return {"t": [_tree(item, blobs, held) for item in value]}
    if isinstance(value, dict):
        return {"d": [[_tree(k, blobs, held), _tree(v, blobs, held)] for k, v in value.items()]}
    if isinstance(value, Path):
        return {"p": str(value)}
    name = f"{type(value).__module__}:{type(value).__qualname__}"
    if isinstance(value, BaseModel):
        return {"m": name, "f": value.model_dump(mode="json")}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {
            f.name: _tree(getattr(value, f.name), blobs, held)
            for f in dataclasses.fields(value)
            if f.init
        }
        return {"c": name, "f": fields}
    raise TypeError(f"a {type(value).__name__} does not go to or from the sandbox")


def _value(tree: Any, blobs: Sequence[Blob], documents: dict[str, bytes], trusted: bool) -> Any:
    def inner(part: Any) -> Any:
        return _value(part, blobs, documents, trusted)

    if isinstance(tree, list):
        return [inner(item) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if "k" in tree:
        if "b" in tree:
            documents.clear()
            documents[tree["k"]] = _whole(blobs[tree["b"]])
        return documents[tree["k"]]
    if "b" in tree:
        return _whole(blobs[tree["b"]])
    if "a" in tree:
        shape, kind = tuple(tree["shape"]), np.dtype(tree["type"])
        if kind.hasobject or math.prod(shape) * kind.itemsize != len(blobs[tree["a"]]):
            raise BrokenWire("an array that is none")
        return np.frombuffer(blobs[tree["a"]], kind).reshape(shape)
    if "t" in tree:
        return tuple(inner(item) for item in tree["t"])
    if "d" in tree:
        return {inner(key): inner(value) for key, value in tree["d"]}
    if "p" in tree:
        return Path(tree["p"])
    if "m" in tree:
        return _class(tree["m"], BaseModel, trusted).model_validate(tree["f"])
    fields = {name: inner(value) for name, value in tree["f"].items()}
    return _class(tree["c"], object, trusted)(**fields)


def _whole(blob: Blob) -> bytes:
    return blob if isinstance(blob, bytes) else bytes(blob)


def _class(name: str, kind: type, trusted: bool) -> Any:
    """Return a class of ours that holds values: of a message that is not trusted, no other."""
    module, _, path = name.partition(":")
    if not module.startswith(OURS) or "." in path:
        raise BrokenWire(f"{name} is no value")
    home = importlib.import_module(module) if trusted else sys.modules[module]
    found = getattr(home, path)
    holds = isinstance(found, type) and found.__module__ == module
    if not holds or not (issubclass(found, BaseModel) or dataclasses.is_dataclass(found)):
        raise BrokenWire(f"{name} is no value")
    if not issubclass(found, kind):
        raise BrokenWire(f"{name} is no value")
    return found
