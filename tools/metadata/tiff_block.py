"""Directories of a TIFF, as EXIF blocks are (TIFF 6.0, section 2), read and edited in place."""

import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass

ENTRY = 12
MOST_DIRECTORIES = 64
MOST_NUMBERS = 100_000
"""Of one value: strips of a picture."""

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""Bytes of each type of value."""

WHOLE = {1: "B", 3: "H", 4: "I", 13: "I"}
"""Types of whole numbers."""


class BrokenExif(ValueError):
    """A directory cannot be read."""


@dataclass(frozen=True)
class Tagged:
    """One entry of a directory."""

    tag: int
    kind: int
    count: int
    place: int
    """Where its value stands, or the offset of the value."""

    @property
    def length(self) -> int:
        """Of the value, in bytes; 0 for a type that is not known."""
        return SIZES.get(self.kind, 0) * self.count


class TiffBlock:
    """A block that can be edited; offsets count from its start."""

    def __init__(self, block: bytes) -> None:
        """BrokenExif when it has no byte order."""
        self.data = bytearray(block)
        order = {b"II": "<", b"MM": ">"}.get(bytes(block[:2]))
        if order is None or len(block) < 8:
            raise BrokenExif("the EXIF block has no byte order")
        self.order = order
        (self.first,) = struct.unpack_from(order + "I", self.data, 4)

    def entries(self, directory: int) -> Iterator[Tagged]:
        """Yield the entries of a directory; BrokenExif where it does not lie in the block."""
        if not 8 <= directory <= len(self.data) - 2:
            raise BrokenExif("a directory of the EXIF block lies outside it")
        for number in range(self.count(directory)):
            place = directory + 2 + ENTRY * number
            if place + ENTRY > len(self.data):
                raise BrokenExif("a directory of the EXIF block is cut off")
            tag, kind, values = struct.unpack_from(self.order + "HHI", self.data, place)
            yield Tagged(tag=tag, kind=kind, count=values, place=place + 8)

    def count(self, directory: int) -> int:
        """Return how many entries a directory says it has."""
        return int(struct.unpack_from(self.order + "H", self.data, directory)[0])

    def find(self, directory: int, tag: int) -> Tagged | None:
        """Return the entry of a tag."""
        return next((entry for entry in self.entries(directory) if entry.tag == tag), None)

    def link(self, directory: int) -> int | None:
        """Return where the next directory's offset stands; None where the block ends before."""
        place = directory + 2 + ENTRY * self.count(directory)
        return place if place + 4 <= len(self.data) else None

    def offset(self, place: int) -> int:
        """Return the offset that stands at a place."""
        return int(struct.unpack_from(self.order + "I", self.data, place)[0])

    def value(self, entry: Tagged) -> slice | None:
        """Return where a value lies; None for a type not known, or outside the block."""
        start = entry.place if entry.length <= 4 else self.offset(entry.place)
        if not entry.length or not 8 <= start <= start + entry.length <= len(self.data):
            return None
        return slice(start, start + entry.length)

    def numbers(self, entry: Tagged) -> tuple[int, ...]:
        """Return whole numbers; none where the value is something else."""
        code, where = WHOLE.get(entry.kind), self.value(entry)
        if code is None or where is None or entry.count > MOST_NUMBERS:
            return ()
        return struct.unpack_from(f"{self.order}{entry.count}{code}", self.data, where.start)

    def write(self, entry: Tagged, *numbers: int) -> bool:
        """Write whole numbers, as many as there were; False where their type cannot hold them."""
        code, where = WHOLE.get(entry.kind), self.value(entry)
        if code is None or where is None or len(numbers) != entry.count:
            return False
        if not all(0 <= number < 256 ** struct.calcsize(code) for number in numbers):
            return False
        struct.pack_into(f"{self.order}{entry.count}{code}", self.data, where.start, *numbers)
        return True

    def blank(self, start: int, end: int) -> None:
        """Overwrite bytes; those at the end of the block are cut off."""
        start, end = max(8, start), min(end, len(self.data))
        if start >= end:
            return
        if end == len(self.data):
            del self.data[start:]
        else:
            self.data[start:end] = bytes(end - start)

    def remove(self, directory: int, tags: Collection[int]) -> None:
        """Take entries out of a directory, and blank their values. The block keeps its length."""
        count = self.count(directory)
        last = directory + 2 + ENTRY * count
        if last > len(self.data):
            raise BrokenExif("a directory of the EXIF block is cut off")
        link = bytes(self.data[last : last + 4])
        kept = []
        for entry in list(self.entries(directory)):
            if entry.tag not in tags:
                kept.append(bytes(self.data[entry.place - 8 : entry.place + 4]))
            elif entry.length > 4 and (where := self.value(entry)) is not None:
                self.data[where] = bytes(entry.length)
        rest = b"".join(kept) + link
        space = ENTRY * count + len(link)
        self.data[directory + 2 : directory + 2 + space] = rest.ljust(space, b"\0")
        struct.pack_into(self.order + "H", self.data, directory, len(kept))

    def blank_directory(self, directory: int) -> None:
        """Overwrite a directory and the values that it points to."""
        for entry in list(self.entries(directory)):
            if entry.length > 4 and (where := self.value(entry)) is not None:
                self.data[where] = bytes(entry.length)
        end = directory + 2 + ENTRY * self.count(directory)
        self.data[directory:end] = bytes(end - directory)
