"""The exact store: rows in one SQLite file, searched as one NumPy matrix.

SQLite is the only truth: it survives a kill at any moment, lets several processes add at once, and
says when the disk is full. The matrix is a copy for speed, mapped from a snapshot where there is
one, with the rows added since behind it. Row numbers only grow, so rows are only ever appended to
it; the store's generation changes when a row is replaced or removed, and then it is made anew.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cropsmith.errors import OutputError, why
from cropsmith.vectorstore import snapshot
from cropsmith.vectorstore.embedder import unit
from cropsmith.vectorstore.sqlite import connect
from cropsmith.vectorstore.store import Hit, Row, Vector, damaged

MIGRATIONS = (
    """
CREATE TABLE IF NOT EXISTS rows (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL,
    payload TEXT NOT NULL,
    vector BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT OR IGNORE INTO facts VALUES ('generation', 0);
""",
)
"""IF NOT EXISTS, since the first files did not count their version. Add to the end."""
SNAPSHOT_EVERY = 4096
"""Rows outside the snapshot before a new one is written."""
VARIABLES = 500
"""Ids a statement; SQLite's oldest limit is 999."""


@dataclass
class Loaded:
    """The matrix in memory and the rows it is made of."""

    generation: int
    numbers: NDArray[np.int64]
    """Row numbers, ascending, one for each line of `matrix`."""
    matrix: NDArray[np.float32]
    """Shape (N, D): the mapped snapshot, or a copy in memory."""
    tail: NDArray[np.float32]
    """Rows added since `matrix` was made; `numbers` counts them too."""
    saved: int
    """How many of the rows are in a snapshot on disk."""


class ExactStore:
    """Cosine search over all rows, exact. Opening creates the folder and the file if needed."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder = folder
        self._dimension = dimension
        self._lock = threading.RLock()
        self._loaded: Loaded | None = None
        with self._errors():
            self._database = connect(folder / "rows.sqlite", MIGRATIONS, synchronous="FULL")

    def add(self, rows: Sequence[Row]) -> None:
        """Add the rows in one transaction; a row whose id is there is replaced."""
        vectors = unit(np.array([r.vector for r in rows], np.float32).reshape(-1, self._dimension))
        with self._transaction() as database:
            there = self._fingerprints([row.id for row in rows])
            for row, vector in zip(rows, vectors, strict=True):
                if there.get(row.id) == row.fingerprint and row.fingerprint:
                    continue
                if row.id in there:
                    database.execute("DELETE FROM rows WHERE id = ?", (row.id,))
                    self._next_generation()
                database.execute(
                    "INSERT INTO rows (id, fingerprint, payload, vector) VALUES (?, ?, ?, ?)",
                    (row.id, row.fingerprint, row.payload, vector.tobytes()),
                )
                there[row.id] = row.fingerprint

    def remove(self, ids: Sequence[str]) -> None:
        """Forget these rows."""
        with self._transaction() as database:
            if self._fingerprints(ids):
                database.executemany("DELETE FROM rows WHERE id = ?", [(id,) for id in ids])
                self._next_generation()

    def known(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the fingerprints of those ids that are there."""
        with self._lock, self._errors():
            return self._fingerprints(ids)

    def search(self, vector: Vector, count: int) -> Sequence[Hit]:
        """Return up to `count` rows, most similar first; ties in order of insertion."""
        with self._lock, self._errors():
            loaded = self._current()
            query = unit(np.asarray(vector, dtype=np.float32).reshape(self._dimension))
            cosines = loaded.matrix @ query
            if len(loaded.tail):
                cosines = np.concatenate([cosines, loaded.tail @ query])
            count = min(count, len(cosines))
            if count < 1:
                return []
            best = np.argpartition(-cosines, count - 1)[:count]
            best = best[np.lexsort((best, -cosines[best]))]
            found = self._rows_of([int(n) for n in loaded.numbers[best]])
            return [
                Hit(id=found[n][0], similarity=float(cosines[line]), payload=found[n][1])
                for line in best
                if (n := int(loaded.numbers[line])) in found
            ]

    def rows(self) -> Iterable[Row]:
        """Return every row, by id."""
        with self._lock, self._errors():
            found = self._database.execute(
                "SELECT id, vector, payload, fingerprint FROM rows ORDER BY id"
            ).fetchall()
        for id, blob, payload, fingerprint in found:
            yield Row(id, np.frombuffer(blob, dtype=np.float32), payload, fingerprint)

    def __len__(self) -> int:
        with self._lock, self._errors():
            return int(self._database.execute("SELECT COUNT(*) FROM rows").fetchone()[0])

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._loaded = None
            self._database.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise OutputError(
                f"The index {self._folder} cannot be used: {why(error)}.",
                hint="What was added before is kept; make room, or wait, and try again.",
            ) from error
        except sqlite3.DatabaseError as error:
            raise damaged(self._folder, error) from error
        except OSError as error:
            raise OutputError(f"The index {self._folder} cannot be used: {why(error)}.") from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._errors():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.OperationalError):  # rolled back by SQLite itself
                    self._database.execute("ROLLBACK")
                raise

    def _fingerprints(self, ids: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for start in range(0, len(ids), VARIABLES):
            some = ids[start : start + VARIABLES]
            marks = ",".join("?" * len(some))
            statement = f"SELECT id, fingerprint FROM rows WHERE id IN ({marks})"
            found.update(self._database.execute(statement, some).fetchall())
        return found

    def _rows_of(self, numbers: Sequence[int]) -> dict[int, tuple[str, str]]:
        found: dict[int, tuple[str, str]] = {}
        for start in range(0, len(numbers), VARIABLES):
            some = numbers[start : start + VARIABLES]
            marks = ",".join("?" * len(some))
            statement = f"SELECT number, id, payload FROM rows WHERE number IN ({marks})"
            for number, id, payload in self._database.execute(statement, some):
                found[number] = (id, payload)
        return found

    def _next_generation(self) -> None:
        self._database.execute("UPDATE facts SET value = value + 1 WHERE name = 'generation'")

    def _generation(self) -> int:
        query = "SELECT value FROM facts WHERE name = 'generation'"
        return int(self._database.execute(query).fetchone()[0])

    def _current(self) -> Loaded:
        """Return the matrix with every row that any process has committed."""
        self._database.execute("BEGIN")  # one view of the file for all reads below
        try:
            loaded = self._loaded
            generation = self._generation()
            if loaded is None or loaded.generation != generation:
                loaded = self._mapped(generation)
            last = int(loaded.numbers[-1]) if len(loaded.numbers) else 0
            numbers, vectors = self._after(last)
        finally:
            self._database.execute("COMMIT")
        if len(numbers):
            loaded.numbers = np.concatenate([loaded.numbers, numbers])
            loaded.tail = np.concatenate([loaded.tail, vectors])
        if len(loaded.numbers) - loaded.saved >= SNAPSHOT_EVERY:
            loaded = self._save(loaded)
        self._loaded = loaded
        return loaded

    def _after(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        query = "SELECT number, vector FROM rows WHERE number > ? ORDER BY number"
        found = self._database.execute(query, (number,)).fetchall()
        joined = b"".join(blob for _, blob in found)
        if len(joined) != len(found) * self._dimension * 4:
            raise sqlite3.DatabaseError("a row's vector has the wrong length")
        return (
            np.array([n for n, _ in found], dtype=np.int64),
            np.frombuffer(joined, dtype=np.float32).reshape(-1, self._dimension),
        )

    def _mapped(self, generation: int) -> Loaded:
        none = np.zeros((0, self._dimension), dtype=np.float32)
        if found := snapshot.load(self._folder, generation, self._dimension):
            return Loaded(generation, found.numbers, found.matrix, none, len(found.numbers))
        return Loaded(generation, np.zeros(0, dtype=np.int64), none, none, 0)

    def _save(self, loaded: Loaded) -> Loaded:
        """Write a snapshot and map it; on a full disk, go on in memory."""
        whole = np.concatenate([loaded.matrix, loaded.tail])
        with contextlib.suppress(OSError):  # only speed is lost: the rows are in SQLite
            snapshot.save(self._folder, loaded.generation, loaded.numbers, whole)
            mapped = self._mapped(loaded.generation)
            if len(mapped.numbers) >= len(loaded.numbers):  # else another process replaced it
                return mapped
        return Loaded(loaded.generation, loaded.numbers, whole, whole[:0], len(whole))
