"""Embeddings already computed, by the image's sha256 and the embedder's id, for every index."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from cropsmith.errors import OutputError, why
from cropsmith.settings import home
from cropsmith.vectorstore.sqlite import connect
from cropsmith.vectorstore.store import Vector

MIGRATIONS = (
    """
CREATE TABLE IF NOT EXISTS embeddings (
    sha256 TEXT NOT NULL,
    embedder TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (sha256, embedder)
) WITHOUT ROWID;
""",
)
"""IF NOT EXISTS, since the first files did not count their version. Add to the end."""
VARIABLES = 500


class EmbeddingCache:
    """One SQLite file, shared by the processes of a user."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or home() / "embeddings.sqlite"
        self._lock = threading.Lock()
        with self._errors():
            self._database = connect(self._path, MIGRATIONS, synchronous="NORMAL")

    def get(self, embedder: str, sha256s: Sequence[str]) -> Mapping[str, Vector]:
        """Return the vectors that are there, by sha256."""
        found: dict[str, Vector] = {}
        with self._lock, self._errors():
            for start in range(0, len(sha256s), VARIABLES):
                some = sha256s[start : start + VARIABLES]
                marks = ",".join("?" * len(some))
                rows = self._database.execute(
                    f"SELECT sha256, vector FROM embeddings WHERE embedder = ? "
                    f"AND sha256 IN ({marks})",
                    (embedder, *some),
                )
                found.update((sha, np.frombuffer(blob, dtype=np.float32)) for sha, blob in rows)
        return found

    def put(self, embedder: str, vectors: Mapping[str, Vector]) -> None:
        """Keep these vectors."""
        rows = [
            (sha, embedder, np.asarray(vector, dtype=np.float32).tobytes())
            for sha, vector in vectors.items()
        ]
        with self._lock, self._errors():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                self._database.executemany(
                    "INSERT OR IGNORE INTO embeddings VALUES (?, ?, ?)", rows
                )
            finally:
                if self._database.in_transaction:
                    self._database.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._database.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.DatabaseError, OSError) as error:
            raise OutputError(
                f"The embedding cache {self._path} cannot be used: {why(error)}.",
                hint="It may be deleted at any time; what it held is computed again.",
            ) from error
