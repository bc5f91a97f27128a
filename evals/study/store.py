"""The sample store: one SQLite file that survives kill -9 and repeats nothing.

Every write is one transaction, on disk before the next call is made. Samples are keyed by content:
the system's settings, the photo's bytes, what was given, the seed. Calls are kept beside them as
they come, so that a sample broken off half-way pays only for what it had not yet asked.
"""

import json
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from cropsmith.errors import OutputError, UsageError
from cropsmith.evals.trial import PAID_FOR, Answer, SampleStatus
from cropsmith.vectorstore.sqlite import connect

MIGRATIONS = (
    """
        CREATE TABLE runs (id INTEGER PRIMARY KEY, started REAL, ended REAL, facts TEXT);
        CREATE TABLE photos (path TEXT PRIMARY KEY, bytes INTEGER, modified INTEGER, sha256 TEXT,
                             faces TEXT) WITHOUT ROWID;
        CREATE TABLE samples (key TEXT PRIMARY KEY, system TEXT, photo TEXT, status TEXT,
                              attempts INTEGER, run INTEGER, started REAL, seconds REAL,
                              cost REAL, answer TEXT) WITHOUT ROWID;
        CREATE TABLE attempts (sample TEXT, attempt INTEGER, run INTEGER, status TEXT,
                               message TEXT, seconds REAL, cost REAL,
                               PRIMARY KEY (sample, attempt)) WITHOUT ROWID;
        CREATE TABLE calls (key TEXT PRIMARY KEY, sample TEXT, model TEXT, purpose TEXT,
                            started REAL, status TEXT, cost REAL, seconds REAL,
                            reply TEXT) WITHOUT ROWID;
        CREATE INDEX calls_of_sample ON calls (sample);
    """,
)
"""Add to the end, never edit."""


@dataclass(frozen=True)
class Sample:
    """A finished sample."""

    key: str
    answer: Answer
    attempts: int
    seconds: float
    started: float
    run: int


@dataclass(frozen=True)
class Spending:
    """What the calls of a study cost so far."""

    calls: int
    cost: float
    unknown: int
    """Calls whose price is not known."""
    broken_off: int
    """Calls that were under way when a run was killed: they may be on the bill."""


class Store:
    """Opened by one run at a time, read by any number of reports. Safe to use from threads."""

    def __init__(self, path: Path, *, write: bool) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._guard: IO[str] | None = None
        if not write and not path.is_file():
            raise UsageError(f"There are no samples at {path}.", hint="Run: cropsmith eval run")
        with ExitStack() as opened:
            try:
                if write:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    self._guard = opened.enter_context(_only_one(path))
                # A paid answer must be on disk before the next call, also if the power goes.
                self._db = connect(path, MIGRATIONS, synchronous="FULL")
            except (OSError, sqlite3.Error) as error:
                raise OutputError(f"The store {path} cannot be opened: {error}.") from error
            opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and let another run have it."""
        with self._lock:
            self._db.close()
        if self._guard:
            self._guard.close()

    def _do(self, statement: str, *values: Any) -> list[Any]:
        with self._lock:
            try:
                return self._db.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise OutputError(f"The store {self.path} failed: {error}.") from error

    # runs

    def begin_run(self, facts: dict[str, Any]) -> int:
        """Note a run's settings and versions; return its number."""
        self._do("INSERT INTO runs (started, facts) VALUES (?, ?)", time.time(), json.dumps(facts))
        return int(self._do("SELECT max(id) FROM runs")[0][0])

    def end_run(self, run: int) -> None:
        """Note that a run came to its end."""
        self._do("UPDATE runs SET ended = ? WHERE id = ?", time.time(), run)

    def runs(self) -> list[dict[str, Any]]:
        """Return every run's facts, oldest first; `ended` is None for one that was killed."""
        rows = self._do("SELECT id, started, ended, facts FROM runs ORDER BY id")
        return [{"run": r[0], "started": r[1], "ended": r[2], **json.loads(r[3])} for r in rows]

    # photos

    def photo_sha256(self, path: Path, read: Callable[[Path], str]) -> str:
        """Return a photo's sha256, read again only if its size or time has changed."""
        stat = path.stat()
        known = self._do("SELECT bytes, modified, sha256 FROM photos WHERE path = ?", str(path))
        if known and known[0][:2] == (stat.st_size, stat.st_mtime_ns):
            return str(known[0][2])
        sha256 = read(path)
        self._do(
            "INSERT OR REPLACE INTO photos (path, bytes, modified, sha256) VALUES (?, ?, ?, ?)",
            str(path), stat.st_size, stat.st_mtime_ns, sha256,
        )  # fmt: skip
        return sha256

    def faces(self, path: str) -> Any:
        """Return the face boxes noted for a photo, None if it was never looked at."""
        rows = self._do("SELECT faces FROM photos WHERE path = ?", path)
        return json.loads(rows[0][0]) if rows and rows[0][0] else None

    def set_faces(self, path: str, boxes: list[list[float]]) -> None:
        """Note the faces of a photo."""
        self._do("UPDATE photos SET faces = ? WHERE path = ?", json.dumps(boxes), path)

    # samples

    def states(self) -> dict[str, SampleStatus]:
        """Return key -> status of every finished sample."""
        rows = self._do("SELECT key, status FROM samples")
        by_value = {status.value: status for status in SampleStatus}
        return {row[0]: by_value[row[1]] for row in rows}

    def sample(self, key: str) -> Sample | None:
        """Return a finished sample."""
        rows = self._do(
            "SELECT key, answer, attempts, seconds, started, run FROM samples WHERE key = ?", key
        )
        if not rows:
            return None
        answer = Answer.model_validate_json(rows[0][1])
        return Sample(rows[0][0], answer, *rows[0][2:])

    def attempt_of(self, key: str) -> int:
        """Return the number of the attempt to make: calls of a broken-off one are taken up."""
        rows = self._do("SELECT attempts FROM samples WHERE key = ?", key)
        return (rows[0][0] if rows else 0) + 1

    def finish(
        self, key: str, system: str, photo: str, run: int, answer: Answer,
        *, attempt: int, started: float, seconds: float,
    ) -> None:  # fmt: skip
        """Write a sample's outcome and its attempt, both or neither."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.execute(
                    "INSERT OR REPLACE INTO samples VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (key, system, photo, answer.status.value, attempt, run, started, seconds,
                     answer.cost, answer.model_dump_json(exclude_defaults=True)),
                )  # fmt: skip
                self._db.execute(
                    "INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (key, attempt, run, answer.status.value, answer.message, seconds, answer.cost),
                )
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                self._db.execute("ROLLBACK") if self._db.in_transaction else None
                raise OutputError(f"The store {self.path} failed: {error}.") from error

    # calls

    def begin_call(self, key: str, sample: str, model: str, purpose: str) -> None:
        """Note a call before it is made."""
        self._do(
            "INSERT OR REPLACE INTO calls (key, sample, model, purpose, started) "
            "VALUES (?, ?, ?, ?, ?)", key, sample, model, purpose, time.time(),
        )  # fmt: skip

    def end_call(
        self, key: str, status: str, cost: float | None, seconds: float, reply: str
    ) -> None:
        """Note a call's reply."""
        self._do(
            "UPDATE calls SET status = ?, cost = ?, seconds = ?, reply = ? WHERE key = ?",
            status, cost, seconds, reply, key,
        )  # fmt: skip

    def reply(self, key: str) -> str | None:
        """Return the reply to a call that was answered, good or bad; None to ask (again)."""
        rows = self._do("SELECT status, reply FROM calls WHERE key = ?", key)
        answered = {status.value for status in PAID_FOR}
        return rows[0][1] if rows and rows[0][0] in answered else None

    def spending(self) -> Spending:
        """Return what all calls cost so far."""
        row = self._do(
            "SELECT count(status), coalesce(sum(cost), 0), "
            "count(status) - count(cost), count(*) - count(status) FROM calls"
        )[0]
        return Spending(calls=row[0], cost=row[1], unknown=row[2], broken_off=row[3])

    def mean_of(self, system: str) -> tuple[int, float, float]:
        """Return number, mean seconds and mean cost of a system's answered samples."""
        row = self._do(
            "SELECT count(*), coalesce(avg(seconds), 0), coalesce(avg(cost), 0) FROM samples "
            "WHERE system = ? AND status = 'ok'", system,
        )[0]  # fmt: skip
        return row[0], row[1], row[2]


def _only_one(path: Path) -> IO[str]:
    """Take the store for this process; the lock goes with it, however it dies."""
    guard = path.with_suffix(".lock").open("w")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(guard.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        guard.close()
        raise UsageError(f"Another run is using {path.parent}.") from error
    return guard
