"""Label files, read so that every complaint can name the file and the line."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import Any

from cropsmith.errors import UnreadableImage, UsageError, why
from cropsmith.tools.schema.geometry import Size

LONGEST = 512 * 2**20
"""Bytes; the largest label file of any of these sets is below 50 MB."""
SPACE = " \t\n\r"


class DatasetError(UsageError):
    """A label file or folder is not what its format says; names file and line."""


_skipped: ContextVar["list[DatasetError] | None"] = ContextVar("skipped", default=None)


@contextmanager
def lenient() -> Iterator[list[DatasetError]]:
    """Within this block a bad record is listed and left out; elsewhere it ends the loading.

    Studies stay strict, since a figure over a part of the data would be of another data set; an
    index of examples is as good without a record.
    """
    found: list[DatasetError] = []
    token = _skipped.set(found)
    try:
        yield found
    finally:
        _skipped.reset(token)


@contextmanager
def record() -> Iterator[None]:
    """Read one record: what is wrong with it is listed within `lenient`, raised elsewhere."""
    try:
        yield
    except DatasetError as error:
        listed = _skipped.get()
        if listed is None:
            raise
        listed.append(error)


@dataclass(frozen=True)
class Place:
    """Where a record stands."""

    file: Path
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else str(self.file)

    def error(self, message: str, hint: str = "") -> DatasetError:
        """Return the complaint about this place."""
        return DatasetError(f"{self}: {message}", hint=hint)


@dataclass(frozen=True)
class Entry:
    """One element of a JSON array or object, with its place; `key` is empty in an array."""

    place: Place
    key: str
    value: Any

    def get(self, name: str) -> Any:
        """Return a field of the entry, or complain about this place."""
        if not isinstance(self.value, dict):
            raise self.place.error(f"an object with '{name}' was expected.")
        if name not in self.value:
            found = ", ".join(sorted(self.value)) or "nothing"
            raise self.place.error(f"'{name}' is missing; the entry has {found}.")
        return self.value[name]

    def text(self, name: str) -> str:
        """Return a field that must be a string."""
        value = self.get(name)
        if not isinstance(value, str) or not value:
            raise self.place.error(f"'{name}' must be a text, not {value!r}.")
        return value


def read_text(path: Path) -> str:
    """Return a UTF-8 label file (a byte order mark is dropped)."""
    try:
        if path.stat().st_size > LONGEST:
            raise Place(path).error("is far too large for a label file.")
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise Place(path).error(f"cannot be read ({why(error)}).") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Place(path, line).error("is not UTF-8 text.") from error


def read_lines(path: Path) -> Iterator[tuple[Place, str]]:
    """Yield the non-empty lines of a text file with their places."""
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if line.strip():
            yield Place(path, number), line.strip()


def read_json(path: Path) -> Any:
    """Return a whole JSON document."""
    return parse_json(read_text(path), path)


def parse_json(text: str, path: Path, line: int = 0) -> Any:
    """Parse JSON found in a file; `line` is where it starts if it is part of a line."""
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        at = line or getattr(error, "lineno", 1)
        raise Place(path, at).error(f"is not JSON ({getattr(error, 'msg', error)}).") from error


def read_entries(path: Path, shape: type) -> Iterator[Entry]:
    """Yield the elements of a top-level JSON array (`list`) or object (`dict`) with their lines."""
    text = read_text(path)
    scanner, decoder = _Scanner(text, path), json.JSONDecoder()
    opening, closing = "[]" if shape is list else "{}"
    if not text.strip().startswith(opening):
        kind = "array" if shape is list else "object"
        raise Place(path, 1).error(f"a JSON {kind} was expected.")
    scanner.expect(opening)
    while scanner.peek() != closing:
        place, key = scanner.place(), ""
        if shape is dict:
            key = str(scanner.value(decoder))
            scanner.expect(":")
        yield Entry(place, key, scanner.value(decoder))
        if scanner.peek() != closing:
            scanner.expect(",")
    scanner.expect(closing)
    if scanner.peek():
        raise scanner.place().error("has text after the end of its JSON.")


class _Scanner:
    """Walks through a JSON text, one element at a time, counting lines."""

    def __init__(self, text: str, path: Path) -> None:
        self.text, self.path = text, path
        self.position = self._counted = 0
        self._line = 1

    def peek(self) -> str:
        """Skip white space and return the next character, "" at the end."""
        while self.position < len(self.text) and self.text[self.position] in SPACE:
            self.position += 1
        return self.text[self.position : self.position + 1]

    def place(self) -> Place:
        """Return where the next element starts."""
        self.peek()
        self._line += self.text.count("\n", self._counted, self.position)
        self._counted = self.position
        return Place(self.path, self._line)

    def expect(self, character: str) -> None:
        """Step over a character that must come next."""
        if self.peek() != character:
            raise self.place().error(f"is not JSON ('{character}' was expected).")
        self.position += 1

    def value(self, decoder: json.JSONDecoder) -> Any:
        """Return the next JSON value."""
        self.peek()
        try:
            value, self.position = decoder.raw_decode(self.text, self.position)
        except (json.JSONDecodeError, RecursionError) as error:
            line = getattr(error, "lineno", 1)
            message = f"is not JSON ({getattr(error, 'msg', error)})."
            raise Place(self.path, line).error(message) from error
        return value


MOST = 1e9
"""No photo has so many pixels on a side; NaN is not below it either."""


def numbers(value: Any, count: int, place: Place, what: str) -> list[float]:
    """Return a list of exactly `count` finite numbers, or complain."""
    good = (
        isinstance(value, (list, tuple))
        and len(value) == count
        and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in value)
        and all(abs(v) < MOST for v in value)
    )
    if not good:
        raise place.error(f"{what} must be {count} numbers, not {str(value)[:60]}.")
    return [float(v) for v in value]


Sizes = dict[str, tuple[int, int, int, int]]
"""Path -> bytes and time (ns) of a photo's file when it was read, width and height."""

_sizes: ContextVar[Sizes | None] = ContextVar("sizes", default=None)


@contextmanager
def remembering(sizes: Sizes) -> Iterator[None]:
    """Within this block the photos in `sizes` are not read again while their files stand.

    What is read joins it. To read a size takes a third of a millisecond in the sandbox: of a large
    study that is resumed it was most of the time.
    """
    token = _sizes.set(sizes)
    try:
        yield
    finally:
        _sizes.reset(token)


def image_size(path: Path) -> Size | None:
    """Return the upright size from the file's header, or None if there is no such photo."""
    from cropsmith.tools.images.look import file_size

    try:
        stat = os.stat(path)
    except (OSError, ValueError):
        return None
    if not S_ISREG(stat.st_mode):
        return None
    sizes = _sizes.get()
    known = None if sizes is None else sizes.get(str(path))
    if known and known[:2] == (stat.st_size, stat.st_mtime_ns):
        return Size(width=known[2], height=known[3])
    try:
        size = file_size(path.name, path.read_bytes())
    except (OSError, UnreadableImage) as error:
        raise Place(path).error("is not an image that can be opened.") from error
    if sizes is not None:
        sizes[str(path)] = stat.st_size, stat.st_mtime_ns, size.width, size.height
    return size
