"""Where a service keeps its jobs: SQLite in its folder by default, of one process at a time."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from cropsmith.errors import UsageError, why

Row = Mapping[str, Any]


class Taken(Exception):
    """A row of that unique value is there already."""


class StoreLost(Exception):
    """The jobs cannot be kept or read now; why is for the operator, not for clients."""


class Database(Protocol):
    """SQL that both SQLite and Postgres take, with `?` for values. Safe for many threads."""

    number: str
    """The type of a column that counts up by itself."""

    def all(self, query: str, *values: object) -> Sequence[Row]:
        """Return what a query gives, in one transaction of its own. StoreLost, or Taken."""

    def change(self, query: str, *values: object) -> int:
        """Return how many rows a statement changed. StoreLost, or Taken."""

    def together(self) -> Any:
        """Return a context in which all is done at once or not at all."""

    def close(self) -> None:
        """Let another service have it."""


class SqliteDatabase:
    """A file of one process. See `Database`."""

    number = "INTEGER PRIMARY KEY AUTOINCREMENT"

    def __init__(self, folder: Path) -> None:
        """Open the folder's file. UsageError when another process has it."""
        folder.mkdir(parents=True, exist_ok=True)
        # Held to the end of the process, however it ends: the system lets go of it.
        self._lock_file = sqlite3.connect(folder / "lock.sqlite", timeout=0, isolation_level=None)
        try:
            self._lock_file.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            self._lock_file.close()
            raise UsageError(
                f"Another service works in {folder}.", hint="Stop it, or set CROPSMITH_HOME."
            ) from error
        self._db = sqlite3.connect(
            folder / "jobs.sqlite", check_same_thread=False, isolation_level=None
        )
        self._db.row_factory = sqlite3.Row
        self._lock = threading.RLock()
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")

    def all(self, query: str, *values: object) -> Sequence[Row]:
        """Return what a query gives."""
        with self._asking():
            return [dict(row) for row in self._db.execute(query, values).fetchall()]

    def change(self, query: str, *values: object) -> int:
        """Return how many rows a statement changed."""
        with self._asking():
            return self._db.execute(query, values).rowcount

    @contextmanager
    def together(self) -> Iterator[None]:
        """Do all within at once or not at all."""
        with self._asking(), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield

    def close(self) -> None:
        """Let go of the files."""
        self._db.close()
        self._lock_file.close()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.IntegrityError as error:
                raise Taken from error
            except sqlite3.OperationalError as error:  # a full disk, say
                raise StoreLost(f"The jobs cannot be kept now: {why(error)}.") from error
