"""The SQLite file of all traces: opened for many processes, bodies packed."""

import sqlite3
import zlib
from pathlib import Path

from cropsmith.agents.trace.migrations import MIGRATIONS
from cropsmith.errors import OutputError, why
from cropsmith.vectorstore import sqlite

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
        sqlite.make_private(path)  # requests and photo names may be nobody else's business
        return sqlite.connect(
            path,
            MIGRATIONS,
            synchronous="NORMAL",
            # The first counts for a new file only.
            pragmas=("auto_vacuum = INCREMENTAL", "foreign_keys = ON"),
        )
    except (OSError, sqlite3.Error) as error:
        raise OutputError(
            f"The trace file {path} cannot be used: {why(error)}.",
            hint="Free the disk, set CROPSMITH_HOME to another folder, or keep no traces.",
        ) from error


def pack(text: str) -> bytes:
    """Return JSON text as bytes, deflated when that is worth it."""
    data = text.encode()
    return zlib.compress(data, 6) if len(data) > _LONG else data


def unpack(body: bytes) -> bytes:
    """Return the JSON bytes of a body. JSON never begins with zlib's first byte, an `x`."""
    return zlib.decompress(body) if body[:1] == b"x" else body
