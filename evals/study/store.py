"""The sample store: one SQLite file that survives kill -9 and repeats nothing.

Every write is one transaction, on disk before the next call is made. Samples are keyed by content:
the system's settings, the photo's bytes, what was given, the seed. Calls are kept beside them as
they come, so that a sample broken off half-way pays only for what it had not yet asked.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from cropsmith.errors import OutputError, UsageError, why
from cropsmith.evals.lock import only_one
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
    """
        ALTER TABLE calls ADD COLUMN held REAL NOT NULL DEFAULT 0;
        ALTER TABLE calls ADD COLUMN lost REAL NOT NULL DEFAULT 0;
        ALTER TABLE calls ADD COLUMN guess REAL NOT NULL DEFAULT 0;
    """,
    """
        CREATE TABLE sizes (path TEXT PRIMARY KEY, bytes INTEGER, modified INTEGER,
                            width INTEGER, height INTEGER) WITHOUT ROWID;
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
    unsure: float = 0.0
    """US dollars that calls broken off, or made again, may have cost beside `cost`."""


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
                    guard = only_one(path.with_suffix(".lock"), path.parent)
                    self._guard = opened.enter_context(guard)
                # A paid answer must be on disk before the next call, also if the power goes.
                self._db = connect(path, MIGRATIONS, synchronous="FULL")
            except (OSError, sqlite3.Error) as error:
                raise OutputError(f"The store {path} cannot be opened: {why(error)}.") from error
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
                raise OutputError(f"The store {self.path} failed: {why(error)}.") from error

    @contextmanager
    def _both_or_neither(self) -> Iterator[None]:
        """Hold the file for several statements; what fails leaves nothing of them."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                self._db.execute("ROLLBACK") if self._db.in_transaction else None
                raise OutputError(f"The store {self.path} failed: {why(error)}.") from error

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

    def photos(self) -> dict[str, tuple[int, int, str]]:
        """Return path -> size, time and sha256 of every photo that was read."""
        rows = self._do("SELECT path, bytes, modified, sha256 FROM photos")
        return {row[0]: row[1:] for row in rows}

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

    def sizes(self) -> dict[str, tuple[int, int, int, int]]:
        """Return path -> bytes, time, width and height of every photo whose size was read."""
        rows = self._do("SELECT path, bytes, modified, width, height FROM sizes")
        return {row[0]: row[1:] for row in rows}

    def keep_sizes(self, sizes: dict[str, tuple[int, int, int, int]]) -> None:
        """Note sizes that were read, all or none."""
        with self._both_or_neither():
            self._db.executemany(
                "INSERT OR REPLACE INTO sizes VALUES (?, ?, ?, ?, ?)",
                ((path, *told) for path, told in sizes.items()),
            )

    def faces(self, path: str) -> Any:
        """Return the face boxes noted for a photo, None if it was never looked at."""
        rows = self._do("SELECT faces FROM photos WHERE path = ?", path)
        noted = json.loads(rows[0][0]) if rows and rows[0][0] else None
        # A bare list was noted by an earlier version, by whatever finder was at hand.
        return noted["yunet"] if isinstance(noted, dict) else None

    def set_faces(self, path: str, boxes: list[list[float]]) -> None:
        """Note the faces of a photo."""
        self._do("UPDATE photos SET faces = ? WHERE path = ?", json.dumps({"yunet": boxes}), path)

    # samples

    def states(self) -> dict[str, SampleStatus]:
        """Return key -> status of every finished sample."""
        rows = self._do("SELECT key, status FROM samples")
        by_value = {status.value: status for status in SampleStatus}
        return {row[0]: by_value[row[1]] for row in rows}

    def sample(self, key: str) -> Sample | None:
        """Return a finished sample."""
        return self.samples([key]).get(key)

    def samples(self, keys: Sequence[str]) -> dict[str, Sample]:
        """Return those of some hundred keys that are finished."""
        rows = self._do(
            "SELECT key, answer, attempts, seconds, started, run FROM samples "
            f"WHERE key IN ({','.join('?' * len(keys))})", *keys,
        )  # fmt: skip
        return {
            row[0]: Sample(row[0], Answer.model_validate_json(row[1]), *row[2:]) for row in rows
        }

    def attempt_of(self, key: str) -> int:
        """Return the number of the attempt to make: calls of a broken-off one are taken up."""
        rows = self._do("SELECT attempts FROM samples WHERE key = ?", key)
        return (rows[0][0] if rows else 0) + 1

    def finish(
        self, key: str, system: str, photo: str, run: int, answer: Answer,
        *, attempt: int, started: float, seconds: float,
    ) -> None:  # fmt: skip
        """Write a sample's outcome and its attempt, both or neither."""
        with self._both_or_neither():
            self._db.execute(
                "INSERT OR REPLACE INTO samples VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (key, system, photo, answer.status.value, attempt, run, started, seconds,
                 answer.cost, answer.model_dump_json(exclude_defaults=True)),
            )  # fmt: skip
            self._db.execute(
                "INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?)",
                (key, attempt, run, answer.status.value, answer.message, seconds, answer.cost),
            )

    # calls

    def begin_call(
        self, key: str, sample: str, model: str, purpose: str,
        held: float = 0.0, guess: float = 0.0, *, lost: bool = True,
    ) -> None:  # fmt: skip
        """Note a call before it is made: the most that it may cost, and its prompt's tokens.

        A call that is made again keeps in mind what the one before may have cost, if that is
        `lost`.
        """
        self._do(
            "INSERT INTO calls (key, sample, model, purpose, started, held, guess) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET "
            "started = excluded.started, lost = lost + iif(?, coalesce(cost, held), 0), "
            "held = excluded.held, guess = excluded.guess, "
            "status = NULL, cost = NULL, seconds = NULL, reply = NULL",
            key, sample, model, purpose, time.time(), held, guess, lost,
        )  # fmt: skip

    def end_call(
        self, key: str, status: str, cost: float | None, seconds: float, reply: str,
        *, unsure: float = 0.0,
    ) -> None:  # fmt: skip
        """Note a call's reply; `unsure` is what it may have cost if its cost is not known."""
        self._do(
            "UPDATE calls SET status = ?, cost = ?, seconds = ?, reply = ?, held = ? WHERE key = ?",
            status, cost, seconds, reply, unsure, key,
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
            "count(status) - count(cost), count(*) - count(status), "
            "coalesce(sum(lost + CASE WHEN cost IS NULL THEN held ELSE 0 END), 0) FROM calls"
        )[0]
        return Spending(*row)

    def worst_prompts(self) -> dict[tuple[str, str], float]:
        """Return how many times its guess the worst prompt was billed, by model and purpose.

        Of calls asked once: a repeated one bills its prompt twice.
        """
        rows = self._do(
            "SELECT model, purpose, max(json_extract(reply, '$.tokens.prompt') / guess) "
            "FROM calls WHERE guess > 0 AND json_valid(reply) "
            "AND reply NOT LIKE '%asked again after%' GROUP BY model, purpose"
        )
        return {(model, purpose): worst for model, purpose, worst in rows if worst}

    def mean_of(self, system: str) -> tuple[int, float, float]:
        """Return number, mean seconds and mean cost of a system's answered samples."""
        row = self._do(
            "SELECT count(*), coalesce(avg(seconds), 0), coalesce(avg(cost), 0) FROM samples "
            "WHERE system = ? AND status = 'ok'", system,
        )[0]  # fmt: skip
        return row[0], row[1], row[2]
