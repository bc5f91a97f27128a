"""Opening a SQLite file that several processes share, and bringing it up to date."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from cropsmith.errors import UsageError

WAIT_SECONDS = 60.0
"""How long to wait for another process that is writing."""


_MAKING = threading.Lock()


def make_private(path: Path) -> None:
    """Make an empty file that its owner alone may read, unless it is there. OSError otherwise.

    A file that SQLite has open is never touched: to close any descriptor of it drops the locks of
    the whole process, and the next program that looks in deletes the log under our connections.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Held until it is closed again, so that no thread connects to a file that another still makes.
    with _MAKING:
        if path.exists():
            return
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            pass  # another process was first


def connect(
    path: Path,
    migrations: Sequence[str],
    *,
    synchronous: Literal["FULL", "NORMAL"],
    pragmas: Sequence[str] = (),
) -> sqlite3.Connection:
    """Open or make a file in write-ahead mode. Statements commit by themselves outside BEGIN.

    `pragmas` are set before anything else. sqlite3.Error when it cannot be opened, OSError when
    its folder cannot be made, UsageError when a newer cropsmith wrote it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(
        path, timeout=WAIT_SECONDS, check_same_thread=False, isolation_level=None
    )
    try:
        for pragma in (*pragmas, f"synchronous = {synchronous}"):
            database.execute(f"PRAGMA {pragma}")
        _use_wal(database)
        _migrate(database, path, migrations)
    except BaseException:
        database.close()
        raise
    return database


def _use_wal(database: sqlite3.Connection) -> None:
    """Switch a new file to write-ahead mode.

    Two processes that do so at once: the second is told "locked" without the wait that other
    statements get.
    """
    until = time.monotonic() + WAIT_SECONDS
    while database.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            database.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _migrate(database: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    """Run the scripts that this file has not had; `PRAGMA user_version` counts them."""
    if _version(database) == len(migrations):
        return
    database.execute("BEGIN IMMEDIATE")  # of several processes that open an old file, one migrates
    try:
        version = _version(database)
        if version > len(migrations):
            raise UsageError(
                f"{path} was written by a newer cropsmith.",
                hint="Upgrade cropsmith, or set CROPSMITH_HOME to another folder.",
            )
        for script in migrations[version:]:
            for statement in _statements(script):
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {len(migrations)}")
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """Split a script: `executescript` would end the transaction. A statement ends its line."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""
