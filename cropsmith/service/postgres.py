"""The jobs in Postgres, held by one service at a time: needs cropsmith[postgres]."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cropsmith.errors import MissingExtra, UsageError
from cropsmith.service.database import Row, StoreLost, Taken
from cropsmith.tools.schema.secret_text import without_secrets

LOCK = 0x63726F70
"""Of the advisory lock that a service holds in its database: "crop"."""

SECONDS = 5
"""Longest wait for a connection."""

GRACE = 3
"""Seconds that a new service waits for the lock: a server notices late that the last one ended."""


class PostgresDatabase:
    """A database of one service. See `Database`.

    One connection does everything and holds the lock, so that no statement is ever run by a service
    that has lost the lock. A connection that breaks is made anew at the next question; the one that
    it broke at is not repeated, as nobody knows whether it was done.
    """

    number = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"

    def __init__(self, url: str) -> None:
        """Open a database. UsageError when that cannot be, or another service has it."""
        try:
            import psycopg
        except ModuleNotFoundError as error:
            raise MissingExtra("A job store in Postgres", "postgres") from error
        self._errors = psycopg
        self._url = url
        self._lock = threading.RLock()
        self._depth = 0
        self._db: Any = None
        try:
            self._db = self._opened()
        except StoreLost as error:
            raise UsageError(str(error)) from error

    def all(self, query: str, *values: object) -> Sequence[Row]:
        """Return what a query gives."""
        with self._asking() as db:
            found: Sequence[Row] = db.execute(query.replace("?", "%s"), values).fetchall()
            return found

    def change(self, query: str, *values: object) -> int:
        """Return how many rows a statement changed."""
        with self._asking() as db:
            return int(db.execute(query.replace("?", "%s"), values).rowcount)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Do all within at once or not at all."""
        with self._asking() as db, db.transaction():
            yield

    def close(self) -> None:
        """End the connection, and with it the lock."""
        self._db.close()

    @contextmanager
    def _asking(self) -> Iterator[Any]:
        with self._lock:
            if self._db.closed and not self._depth:
                self._db = self._opened()
            self._depth += 1
            try:
                yield self._db
            except self._errors.errors.UniqueViolation as error:
                raise Taken from error
            except (self._errors.OperationalError, self._errors.InterfaceError) as error:
                raise _lost(error) from error
            finally:
                self._depth -= 1

    def _opened(self) -> Any:
        from psycopg.rows import dict_row

        try:
            db = self._errors.connect(
                self._url, autocommit=True, row_factory=dict_row, connect_timeout=SECONDS
            )
        except self._errors.Error as error:
            raise _lost(error) from error
        try:
            db.execute(f"SET lock_timeout = '{GRACE}s'")
            db.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
            db.execute("RESET lock_timeout")
        except self._errors.errors.LockNotAvailable as error:
            db.close()
            raise StoreLost("Another service works with this database of jobs.") from error
        except self._errors.Error as error:
            db.close()
            raise _lost(error) from error
        return db


def _lost(error: Exception) -> StoreLost:
    said = " ".join(without_secrets(str(error)).split()).rstrip(".")
    return StoreLost(f"The database of jobs cannot be used now: {said}.")
