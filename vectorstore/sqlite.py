"""Opening a SQLite file that several processes share."""

import sqlite3
import time
from pathlib import Path
from typing import Literal

WAIT_SECONDS = 60.0
"""How long to wait for another process that is writing."""


def connect(
    path: Path, schema: str, *, synchronous: Literal["FULL", "NORMAL"]
) -> sqlite3.Connection:
    """Open or make a file in write-ahead mode. Statements commit by themselves outside BEGIN.

    sqlite3.Error when it cannot be opened, OSError when its folder cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(
        path, timeout=WAIT_SECONDS, check_same_thread=False, isolation_level=None
    )
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(f"PRAGMA synchronous = {synchronous}")
            database.executescript(schema)
            return database
        except sqlite3.OperationalError as error:
            # Two processes that both switch a new file to write-ahead mode: the second is told
            # "locked" at once, without the wait that other statements get.
            if "locked" not in str(error) or time.monotonic() > until:
                database.close()
                raise
            time.sleep(0.02)
        except sqlite3.DatabaseError:
            database.close()
            raise
