"""The SQLite file of all traces: opened for many processes, bodies packed."""

import os
import sqlite3
import time
import zlib
from pathlib import Path

from cropsmith.agents.trace.migrations import migrate
from cropsmith.errors import OutputError

BUSY_SECONDS = 30.0
_LONG = 400


def file_of(home: Path) -> Path:
    """Return the path of the trace file."""
    return home / "traces.sqlite"


def images_of(home: Path) -> Path:
    """Return the folder of the image store."""
    return home / "images"


def connect(home: Path) -> sqlite3.Connection:
    """Open the trace file, made or migrated if need be. OutputError when it cannot be.

    WAL lets readers and one writer work at once; with synchronous=NORMAL a commit reaches the
    operating system, so it outlives the process, and only a power cut can take the last ones.
    """
    path = file_of(home)
    try:
        home.mkdir(parents=True, exist_ok=True)
        # Requests and photo names may be private: the file is its owner's alone.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        if path.stat().st_size == 0:
            db.execute("PRAGMA auto_vacuum = INCREMENTAL")  # counts for a new file only
        _use_wal(db)
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA foreign_keys = ON")
        migrate(db)
    except (OSError, sqlite3.Error) as error:
        raise OutputError(
            f"The trace file {path} cannot be used: {error}.",
            hint="Free the disk, set CROPSMITH_HOME to another folder, or pass --no-trace.",
        ) from error
    return db


def _use_wal(db: sqlite3.Connection) -> None:
    """Switch a new file to WAL. SQLite does not wait for another process that does the same."""
    until = time.monotonic() + BUSY_SECONDS
    while db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)


def pack(text: str) -> bytes:
    """Return JSON text as bytes, deflated when that is worth it."""
    data = text.encode()
    return zlib.compress(data, 6) if len(data) > _LONG else data


def unpack(body: bytes) -> bytes:
    """Return the JSON bytes of a body. JSON never begins with zlib's first byte, an `x`."""
    return zlib.decompress(body) if body[:1] == b"x" else body
