"""The book of batches: what was to be submitted, what was, and every answer, in one SQLite file.

The intent is written before anything is sent, so that a process that is killed at any moment finds
out afterwards what became of it, and no job is paid twice.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cropsmith.agents.backends.protocol.batch import Answered
from cropsmith.errors import OutputError, why

SCHEMA = """
CREATE TABLE IF NOT EXISTS batch (
    label TEXT PRIMARY KEY,
    place TEXT NOT NULL,
    begun REAL NOT NULL,
    remote TEXT,
    state TEXT NOT NULL CHECK (state IN ('intended', 'submitted', 'collected'))
);
CREATE TABLE IF NOT EXISTS job (
    id TEXT PRIMARY KEY,
    label TEXT NOT NULL REFERENCES batch (label) ON DELETE CASCADE,
    status INTEGER,
    body TEXT
);
CREATE INDEX IF NOT EXISTS job_of ON job (label);
"""


@dataclass(frozen=True)
class Entry:
    """A batch that is not collected yet."""

    label: str
    begun: float
    """Unix time, seconds."""
    remote: str
    """The provider's name of it; empty while nobody knows whether it was submitted."""
    ids: Sequence[str]


@dataclass(frozen=True)
class Pace:
    """How batches are gathered and asked after, in seconds."""

    quiet: float = 5.0
    """Without a new job before those that wait are submitted."""
    longest: float = 120.0
    """That a job waits for others."""
    poll: float = 30.0
    grace: float = 120.0
    """After an intent in which the provider may not show the batch yet."""


class BatchBook:
    """One file. OutputError where it cannot be opened."""

    def __init__(self, path: Path, pace: Pace | None = None) -> None:
        self.path = path
        self.pace = pace or Pace()
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            # An intent must be on the disk before the request leaves.
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = FULL")
            self._base.execute("PRAGMA foreign_keys = ON")
            self._base.executescript(SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise OutputError(
                f"The book of batches {path} cannot be opened: {why(error)}."
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def intend(self, label: str, place: str, ids: Sequence[str]) -> None:
        """Write down that a batch of these jobs will be submitted now."""
        with self._lock, self._base:
            self._base.execute("BEGIN IMMEDIATE")
            self._base.execute(
                "INSERT INTO batch VALUES (?, ?, ?, NULL, 'intended')", (label, place, time.time())
            )
            self._base.executemany(
                "INSERT INTO job (id, label) VALUES (?, ?)", [(id, label) for id in ids]
            )

    def submitted(self, label: str, remote: str) -> None:
        """Write down what the provider calls a batch."""
        with self._lock, self._base:
            self._base.execute(
                "UPDATE batch SET remote = ?, state = 'submitted' WHERE label = ?", (remote, label)
            )

    def void(self, label: str) -> None:
        """Strike an intent that came to nothing: its jobs are open again."""
        with self._lock, self._base:
            self._base.execute("DELETE FROM batch WHERE label = ?", (label,))

    def collected(self, label: str, answers: Mapping[str, Answered]) -> None:
        """Write all answers down, at once or not at all."""
        rows = [(a.status, json.dumps(a.body), id, label) for id, a in answers.items()]
        with self._lock, self._base:
            self._base.execute("BEGIN IMMEDIATE")
            self._base.executemany(
                "UPDATE job SET status = ?, body = ? WHERE id = ? AND label = ?", rows
            )
            self._base.execute("UPDATE batch SET state = 'collected' WHERE label = ?", (label,))

    def open_at(self, place: str) -> Sequence[Entry]:
        """Return the batches of a place that are not collected, the oldest first."""
        with self._lock:
            found = self._base.execute(
                "SELECT label, begun, remote FROM batch"
                " WHERE place = ? AND state != 'collected' ORDER BY begun",
                (place,),
            ).fetchall()
            return [Entry(row[0], row[1], row[2] or "", self._ids(row[0])) for row in found]

    def remotes(self) -> set[str]:
        """Return the providers' names of all batches."""
        with self._lock:
            rows = self._base.execute("SELECT remote FROM batch WHERE remote IS NOT NULL")
            return {row[0] for row in rows}

    def holds(self, id: str) -> bool:
        """Tell whether a job stands in a batch, whatever became of it."""
        with self._lock:
            found = self._base.execute("SELECT 1 FROM job WHERE id = ?", (id,)).fetchone()
            return found is not None

    def answer(self, id: str) -> Answered | None:
        """Return what came of a job; None while that is not known."""
        with self._lock:
            row = self._base.execute(
                "SELECT status, body FROM job WHERE id = ? AND status IS NOT NULL", (id,)
            ).fetchone()
        return None if row is None else Answered(row[0], json.loads(row[1]))

    def _ids(self, label: str) -> Sequence[str]:
        rows = self._base.execute("SELECT id FROM job WHERE label = ? ORDER BY id", (label,))
        return [row[0] for row in rows]
