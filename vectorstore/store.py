"""The Store protocol: rows of a vector and a payload, searched by cosine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cropsmith.errors import OutputError, UsageError, why

Vector = NDArray[np.float32]
"""Shape (D,), length 1."""


@dataclass(frozen=True)
class Row:
    """What a store keeps of one photo."""

    id: str
    vector: Vector = field(repr=False)
    payload: str
    """JSON; the store does not look inside."""
    fingerprint: str = ""
    """Of what the row was made from: a row with another fingerprint under its id is out of date."""


@dataclass(frozen=True)
class Hit:
    """A row that a search found."""

    id: str
    similarity: float
    """Cosine."""
    payload: str


class Store(Protocol):
    """Keeps rows by id. Every method may be called from any thread, by several processes."""

    def add(self, rows: Sequence[Row]) -> None:
        """Add the rows; one whose id is there is replaced. OutputError when there is no room."""
        ...

    def remove(self, ids: Sequence[str]) -> None:
        """Forget these rows; unknown ids are no error."""
        ...

    def known(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the fingerprints of those ids that are there."""
        ...

    def search(self, vector: Vector, count: int) -> Sequence[Hit]:
        """Return up to `count` rows, most similar first."""
        ...

    def rows(self) -> Iterable[Row]:
        """Return every row, by id."""
        ...

    def __len__(self) -> int: ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


def damaged(path: Path, error: Exception) -> UsageError:
    """Return the error for a store that cannot be read."""
    return UsageError(
        f"The index {path} is damaged: {error}.",
        hint="Delete the folder and build it again; embeddings come from the cache.",
    )


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a full disk or a read-only folder into one sentence."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"The index {path} cannot be written: {why(error)}.",
            hint="What was added before is kept; make room and run the command again.",
        ) from error
