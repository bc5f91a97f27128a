"""One thread that does the traces' file work, so that no event loop ever waits for a disk.

A process keeps the writer of the home it used last: opening and closing the file costs more than
all that a run writes. Jobs that arrive together share one transaction. A job is kept within some
twenty milliseconds of its arrival, and what was kept outlives a `kill -9`.
"""

import atexit
import os
import socket
import sqlite3
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from queue import SimpleQueue

from cropsmith.agents.trace.database import connect, file_of
from cropsmith.errors import OutputError


def _start_of(pid: int) -> str:
    """Return when a process began, in the kernel's ticks; empty where that cannot be read."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
    except OSError:
        return ""
    # The second field is the command in parentheses and may hold blanks; the start is field 22.
    return stat.rpartition(")")[2].split()[19]


@cache
def _named(pid: int) -> str:
    # Keyed by pid, so that a forked child gets a name of its own.
    return f"{socket.gethostname()}/{pid}/{_start_of(pid)}"


def this_process() -> str:
    """Return host/pid/start."""
    return _named(os.getpid())


def alive(name: str) -> bool:
    """Tell whether the named process still runs; True when that cannot be known from here."""
    host, pid, start = name.rsplit("/", 2)
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    # Pids are used again: the start tells a successor from the writer.
    return not start or _start_of(int(pid)) == start


GATHER_SECONDS = 0.02
"""Jobs that come so soon after one another are one transaction, which is most of their cost. Nobody
waits for it: a job that somebody waits for is done at once, with all before it."""

Work = Callable[[sqlite3.Connection], object]


@dataclass(frozen=True)
class Job:
    """Something to write, and where to note why it could not be."""

    work: Work
    problems: list[str]
    done: threading.Event = field(default_factory=threading.Event)


class Writer:
    """Runs jobs in order on one connection of its own."""

    def __init__(self, home: Path) -> None:
        self._file = file_of(home)
        self._pid = os.getpid()
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._hurry = threading.Event()
        self._thread = threading.Thread(
            target=_work, args=(home, self._queue, self._hurry), name="trace", daemon=True
        )
        self._thread.start()
        # A forgotten writer ends when its jobs are done; whoever forgets it does not wait.
        weakref.finalize(self, self._queue.put, None).atexit = False

    def add(self, job: Job, *, hurry: bool = False) -> None:
        """Queue a job, which is soon done, or with `hurry` at once. Never waits."""
        self._queue.put(job)
        if hurry:
            self._hurry.set()

    def serves(self, home: Path) -> bool:
        """Tell whether jobs given now would be done for this home; a forked child has no thread."""
        return self._file == file_of(home) and self.serves_here

    @property
    def serves_here(self) -> bool:
        """Whether its thread runs in this process."""
        return self._pid == os.getpid() and self._thread.is_alive()

    def close(self) -> None:
        """Wait until every job is done, and end the thread."""
        self._queue.put(None)
        self._hurry.set()
        self._thread.join()


_LOCK = threading.Lock()
_LATEST: list[Writer] = []


def writer_of(home: Path) -> Writer:
    """Return the process's writer for a home."""
    with _LOCK:
        if not _LATEST or not _LATEST[0].serves(home):
            _LATEST[:] = [Writer(home)]
        return _LATEST[0]


@atexit.register
def _finish() -> None:
    """Let the last jobs of the process be done."""
    if _LATEST and _LATEST[0].serves_here:
        _LATEST[0].close()


def _work(home: Path, queue: "SimpleQueue[Job | None]", hurry: threading.Event) -> None:
    file = _File(home)
    going = True
    while going:
        first = queue.get()
        if first is not None:
            hurry.wait(GATHER_SECONDS)
            hurry.clear()  # whatever hurries was queued before, and is done in this round
        jobs = [first]
        while not queue.empty():
            jobs.append(queue.get())
        going = None not in jobs
        wanted = [job for job in jobs if job is not None]
        try:
            if wanted:
                _commit(file.opened(), wanted)
        except (OutputError, OSError) as error:
            for job in wanted:
                job.problems.append(str(error))
        finally:
            for job in wanted:
                job.done.set()
    file.close()


class _File:
    """The connection, made anew when the file was removed under it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._db: sqlite3.Connection | None = None
        self._inode = 0

    def opened(self) -> sqlite3.Connection:
        path = file_of(self._home)
        if self._db is not None and (not path.exists() or path.stat().st_ino != self._inode):
            self.close()
        if self._db is None:
            self._db = connect(self._home)
            self._inode = path.stat().st_ino
        return self._db

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None


def _commit(db: sqlite3.Connection, jobs: list[Job]) -> None:
    """Do the jobs in one transaction. A failure is noted: a lost trace must not cost a crop."""
    try:
        db.execute("BEGIN IMMEDIATE")
        for job in jobs:
            _try(db, job)
        db.execute("COMMIT")
    except sqlite3.Error as error:
        for job in jobs:
            job.problems.append(f"The trace is incomplete: {error}.")
        if db.in_transaction:
            db.execute("ROLLBACK")


def _try(db: sqlite3.Connection, job: Job) -> None:
    """Do one job whole or not at all; its failure leaves the others of the batch alone."""
    db.execute("SAVEPOINT job")
    try:
        job.work(db)
    except Exception as error:
        # Whatever is wrong with a record is told in the result's notes, and costs only the record.
        job.problems.append(f"The trace is incomplete: {type(error).__name__}: {error}.")
        if db.in_transaction:  # a full disk ends the transaction by itself
            db.execute("ROLLBACK TO job")
    if db.in_transaction:
        db.execute("RELEASE job")
