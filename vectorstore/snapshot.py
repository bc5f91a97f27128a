"""A copy of a store's vectors in one file that is mapped into memory: speed, never the truth.

`vectors-GENERATION-COUNT-CRC.f32`: COUNT row numbers (int64), then COUNT rows of float32. The name
says all that is needed to refuse a file that is half-written, damaged, or of other times.
"""

import os
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

NAME = re.compile(r"vectors-(\d+)-(\d+)-([0-9a-f]{8})\.f32")


@dataclass(frozen=True)
class Snapshot:
    """Vectors of the first rows of a store."""

    numbers: NDArray[np.int64]
    """Row numbers, ascending, shape (N,)."""
    matrix: NDArray[np.float32]
    """Shape (N, D), mapped read-only."""


def load(folder: Path, generation: int, dimension: int) -> Snapshot | None:
    """Return the largest whole snapshot of this generation; None where there is none."""
    found = [(path, match) for path in folder.iterdir() if (match := NAME.fullmatch(path.name))]
    for path, match in sorted(found, key=lambda pair: -int(pair[1][2])):
        count = int(match[2])
        try:
            mapped = np.memmap(path, dtype=np.uint8, mode="r")
        except (FileNotFoundError, ValueError):  # replaced by another process just now; or empty
            continue
        if int(match[1]) != generation or mapped.size != count * (8 + 4 * dimension):
            continue
        if f"{zlib.crc32(mapped.data):08x}" == match[3]:
            numbers = mapped[: count * 8].view(np.int64)
            return Snapshot(numbers, mapped[count * 8 :].view(np.float32).reshape(-1, dimension))
    return None


def save(
    folder: Path, generation: int, numbers: NDArray[np.int64], matrix: NDArray[np.float32]
) -> None:
    """Write a snapshot and drop those that it replaces. OSError when there is no room."""
    older = [path for path in folder.iterdir() if NAME.fullmatch(path.name)]
    crc = zlib.crc32(
        np.ascontiguousarray(matrix).data, zlib.crc32(np.ascontiguousarray(numbers).data)
    )
    path = folder / f"vectors-{generation}-{len(numbers)}-{crc:08x}.f32"
    half = folder / f".vectors-{os.getpid()}.half"
    try:
        with half.open("wb") as file:
            numbers.tofile(file)
            matrix.tofile(file)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    for file_ in older:
        if file_ != path:
            file_.unlink(missing_ok=True)
