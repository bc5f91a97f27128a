"""The file of a manifest: opened for one process alone, set aside, removed."""

import hashlib
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from cropsmith.errors import OutputError, UsageError, why

ENDS = ("", "-wal", "-shm", "-journal")
"""Of the names of the files that SQLite keeps of one."""


def opened(file: Path | None) -> sqlite3.Connection:
    """Open a file, held to this process alone until it ends; "" is one that SQLite removes."""
    db = sqlite3.connect("" if file is None else file, timeout=0)
    if file is not None:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("BEGIN EXCLUSIVE")
        db.execute("COMMIT")
    return db


def aside(file: Path, asked: str) -> Path:
    """Return where the manifest of a request lies while another one has its place."""
    digest = hashlib.sha256(asked.encode()).hexdigest()[:8]
    return file.with_name(f"{file.stem}-{digest}{file.suffix}")


def move(file: Path, to: Path) -> None:
    """Give a database another name, in place of whatever has it."""
    remove(to)
    for end in ENDS:
        with suppress(FileNotFoundError):
            os.rename(f"{file}{end}", f"{to}{end}")


def remove(file: Path) -> None:
    """Remove a database, if it is there."""
    for end in ENDS:
        with suppress(FileNotFoundError):
            os.unlink(f"{file}{end}")


def damaged(error: sqlite3.DatabaseError) -> bool:
    """Tell whether an error says that the file itself is no manifest."""
    return not isinstance(error, sqlite3.OperationalError) or "no such" in str(error)


def told(error: sqlite3.Error, file: Path | None) -> OutputError | UsageError:
    """Return what a person is told of an error of SQLite's."""
    if "locked" in str(error):
        return UsageError(
            f"Another batch is under way in {file}.", hint="Wait for it, or write elsewhere."
        )
    return OutputError(f"The manifest {file or ''} cannot be written: {why(error)}.")
