"""One thread that does a trace's file work, so that no event loop ever waits for a disk.

Jobs that arrive together share one transaction. A job is kept within milliseconds of its arrival,
and what was kept outlives a `kill -9`.
"""

import sqlite3
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from cropsmith.agents.trace.database import connect
from cropsmith.errors import OutputError

GATHER_SECONDS = 0.002
"""Jobs that come so soon after one another are one transaction, which is most of their cost."""

Job = Callable[[sqlite3.Connection], object]


class Writer:
    """Runs jobs in order on one connection of its own; remembers the first that failed."""

    def __init__(self, home: Path) -> None:
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._problems: list[str] = []
        self._thread = threading.Thread(
            target=_work, args=(home, self._queue, self._problems), name="trace", daemon=True
        )
        self._thread.start()
        # Runs when the writer is forgotten and when the process exits, whichever comes first.
        self._close = weakref.finalize(self, _finish, self._queue, self._thread)

    @property
    def problem(self) -> str:
        """Why something could not be kept; empty if all was."""
        return self._problems[0] if self._problems else ""

    def add(self, job: Job) -> None:
        """Queue a job. Never waits."""
        self._queue.put(job)

    def close(self) -> None:
        """Wait until every job is done, and end the thread."""
        self._close()


def _finish(queue: "SimpleQueue[Job | None]", thread: threading.Thread) -> None:
    queue.put(None)
    thread.join()


def _work(home: Path, queue: "SimpleQueue[Job | None]", problems: list[str]) -> None:
    try:
        db = connect(home)
    except OutputError as error:
        problems.append(str(error))
        while queue.get() is not None:
            pass
        return
    try:
        going = True
        while going:
            jobs = [queue.get()]
            if jobs[0] is not None:
                time.sleep(GATHER_SECONDS)
            while not queue.empty():
                jobs.append(queue.get())
            going = None not in jobs
            _commit(db, [job for job in jobs if job is not None], problems)
    finally:
        db.close()


def _commit(db: sqlite3.Connection, jobs: list[Job], problems: list[str]) -> None:
    """Do the jobs in one transaction. A failure is noted: a lost trace must not cost a crop."""
    if not jobs:
        return
    try:
        db.execute("BEGIN IMMEDIATE")
        for job in jobs:
            _try(db, job, problems)
        db.execute("COMMIT")
    except sqlite3.Error as error:
        problems.append(f"The trace is incomplete: {error}.")
        if db.in_transaction:
            db.execute("ROLLBACK")


def _try(db: sqlite3.Connection, job: Job, problems: list[str]) -> None:
    """Do one job whole or not at all; its failure leaves the others of the batch alone."""
    db.execute("SAVEPOINT job")
    try:
        job(db)
    except Exception as error:
        # Whatever is wrong with a record is told in the result's notes, and costs only the record.
        problems.append(f"The trace is incomplete: {type(error).__name__}: {error}.")
        if db.in_transaction:  # a full disk ends the transaction by itself
            db.execute("ROLLBACK TO job")
    if db.in_transaction:
        db.execute("RELEASE job")
