"""The jobs: what was accepted is kept before the client hears of it.

A job moves queued -> running -> done, failed or cancelled. Every move names the state and the
attempt that it starts from, in one statement, so that a result is taken once, from the attempt
that still counts, whatever was killed meanwhile. Whoever is to be told of the end is due from then
on, and told until that is settled.
"""

import json
import time
from collections.abc import Iterable, Mapping, Sequence

from cropsmith.errors import UsageError
from cropsmith.service.callback import CallState
from cropsmith.service.database import Database, Row
from cropsmith.service.job import Job, Picture, State
from cropsmith.service.problems import Problem

VERSION = 2

TABLES = (
    "CREATE TABLE IF NOT EXISTS cropsmith_store (version INTEGER NOT NULL)",
    """CREATE TABLE IF NOT EXISTS cropsmith_jobs (
    number {number}, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, "order" TEXT NOT NULL,
    digest TEXT NOT NULL, batch TEXT NOT NULL, idempotency TEXT NOT NULL,
    uploaded INTEGER NOT NULL, state TEXT NOT NULL, attempt INTEGER NOT NULL,
    created DOUBLE PRECISION NOT NULL, ended DOUBLE PRECISION, report TEXT NOT NULL, problem TEXT,
    pictures TEXT NOT NULL, callback TEXT NOT NULL, call_state TEXT NOT NULL,
    call_tries INTEGER NOT NULL, call_due DOUBLE PRECISION, call_problem TEXT NOT NULL
)""",
    "CREATE INDEX IF NOT EXISTS cropsmith_jobs_open ON cropsmith_jobs (owner) "
    "WHERE state IN ('queued', 'running')",
    "CREATE INDEX IF NOT EXISTS cropsmith_jobs_digest ON cropsmith_jobs (owner, digest)",
    "CREATE INDEX IF NOT EXISTS cropsmith_jobs_batch ON cropsmith_jobs (owner, batch) "
    "WHERE batch != ''",
    "CREATE INDEX IF NOT EXISTS cropsmith_jobs_ended ON cropsmith_jobs (ended)",
    "CREATE INDEX IF NOT EXISTS cropsmith_jobs_due ON cropsmith_jobs (call_due) "
    "WHERE call_due IS NOT NULL",
    "CREATE UNIQUE INDEX IF NOT EXISTS cropsmith_jobs_once ON cropsmith_jobs (owner, idempotency) "
    "WHERE idempotency != ''",
)
OPEN = "state IN ('queued', 'running')"
COLUMNS = 'id, owner, "order", digest, batch, idempotency, uploaded, created, callback, call_state'
DUE = "call_due = CASE WHEN callback != '' THEN ? END"
"""Of a job that ends: whoever is to be told is due at once."""


class Full(Exception):
    """No further job is accepted now: of this owner, or of anybody."""

    def __init__(self, whose: str) -> None:
        super().__init__(whose)
        self.whose = whose


class JobStore:
    """Safe for many threads of one process, which has the database to itself."""

    def __init__(self, database: Database) -> None:
        """Make the tables where there are none. UsageError for those of another version."""
        self._db = database
        with database.together():
            for table in TABLES:
                database.change(table.format(number=database.number))
            found = database.all("SELECT version FROM cropsmith_store")
            if not found:
                database.change("INSERT INTO cropsmith_store VALUES (?)", VERSION)
        if found and found[0]["version"] != VERSION:
            self.close()
            raise UsageError("The jobs that are kept are of another version of cropsmith.")

    def close(self) -> None:
        """Let go of the database."""
        self._db.close()

    def add(self, jobs: Sequence[Job], *, of_owner: int, of_all: int) -> None:
        """Accept jobs of one owner, all or none; Full beyond so many unfinished ones of the kind.

        Those of batches and single ones are counted apart. Taken when the owner's idempotency key
        is there already.
        """
        batched, owner = jobs[0].batch != "", jobs[0].owner
        with self._db.together():
            query = f"{OPEN} AND (batch != '') = ?"
            if self._count(query, batched) + len(jobs) > of_all:
                raise Full("the service")
            if self._count(f"{query} AND owner = ?", batched, owner) + len(jobs) > of_owner:
                raise Full("the key")
            for j in jobs:
                self._db.change(
                    f"INSERT INTO cropsmith_jobs ({COLUMNS}, state, attempt, report, pictures, "
                    "call_tries, call_problem) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', 0, '', '[]', 0, '')",
                    j.id, j.owner, j.order, j.digest, j.batch, j.idempotency, int(j.uploaded),
                    j.created, j.callback, j.call_state,
                )  # fmt: skip

    def get(self, id: str) -> Job | None:
        """Return a job."""
        return next(iter(self._jobs("id = ?", id)), None)

    def once(self, owner: str, idempotency: str) -> Job | None:
        """Return the owner's job of that idempotency key."""
        found = self._jobs(
            "owner = ? AND idempotency = ? AND idempotency != ''", owner, idempotency
        )
        return next(iter(found), None)

    def same(self, owner: str, digest: str) -> Job | None:
        """Return the owner's newest job of that digest that is under way or done."""
        condition = "owner = ? AND digest = ? AND state IN ('queued', 'running', 'done')"
        return next(
            iter(self._jobs(f"{condition} ORDER BY created DESC LIMIT 1", owner, digest)), None
        )

    def batch(self, owner: str, batch: str) -> Mapping[str, State]:
        """Return the state of each job of a batch, in the order asked."""
        query = "SELECT id, state FROM cropsmith_jobs WHERE owner = ? AND batch = ? ORDER BY number"
        rows = self._db.all(query, owner, batch)
        return {row["id"]: State(row["state"]) for row in rows} if batch else {}

    def waiting(self) -> Sequence[Job]:
        """Return what is queued, the oldest first."""
        return self._jobs("state = 'queued' ORDER BY number")

    def open_jobs(self) -> int:
        """Count the jobs that are queued or running."""
        return self._count(OPEN)

    def begin(self, id: str) -> Job | None:
        """Take a queued job for a worker; None when it no longer waits."""
        changed = self._change(
            "UPDATE cropsmith_jobs SET state = 'running', attempt = attempt + 1 "
            "WHERE id = ? AND state = 'queued'", id,
        )  # fmt: skip
        return self.get(id) if changed else None

    def finish(self, job: Job, report: str, pictures: Iterable[Picture]) -> bool:
        """Take the result of an attempt; False when that attempt no longer counts."""
        told = json.dumps([picture.model_dump(mode="json") for picture in pictures])
        now = time.time()
        return self._change(
            f"UPDATE cropsmith_jobs SET state = 'done', ended = ?, {DUE}, report = ?, pictures = ? "
            "WHERE id = ? AND state = 'running' AND attempt = ?",
            now, now, report, told, job.id, job.attempt,
        )  # fmt: skip

    def fail(self, job: Job, problem: Problem) -> bool:
        """Report an attempt that came to nothing; False when it no longer counts."""
        now = time.time()
        return self._change(
            f"UPDATE cropsmith_jobs SET state = 'failed', ended = ?, {DUE}, problem = ? "
            "WHERE id = ? AND state = 'running' AND attempt = ?",
            now, now, problem.model_dump_json(), job.id, job.attempt,
        )  # fmt: skip

    def again(self, job: Job) -> bool:
        """Queue a job whose worker died; False when that attempt no longer counts."""
        return self._change(
            "UPDATE cropsmith_jobs SET state = 'queued' "
            "WHERE id = ? AND state = 'running' AND attempt = ?",
            job.id, job.attempt,
        )  # fmt: skip

    def cancel(self, id: str) -> bool:
        """End a job that has not ended; False when it has."""
        now = time.time()
        query = (
            f"UPDATE cropsmith_jobs SET state = 'cancelled', ended = ?, {DUE} "
            f"WHERE id = ? AND {OPEN}"
        )
        return self._change(query, now, now, id)

    def running(self) -> Sequence[Job]:
        """Return the jobs that a worker was at; after a start: when the service was killed."""
        return self._jobs("state = 'running' ORDER BY number")

    def due(self, now: float, most: int) -> Sequence[Job]:
        """Return jobs whose end is to be told by now: the least tried first, then by age.

        So servers that do not answer hold nobody up who was not called yet.
        """
        return self._jobs("call_due <= ? ORDER BY call_tries, call_due LIMIT ?", now, most)

    def next_due(self, now: float) -> float | None:
        """Return when the next end is to be told that is not due by now, as Unix time."""
        query = "SELECT min(call_due) AS due FROM cropsmith_jobs WHERE call_due > ?"
        found: float | None = self._db.all(query, now)[0]["due"]
        return found

    def called(self, job: Job, state: CallState, *, due: float | None, problem: str) -> bool:
        """Note what became of telling an end; False when that try no longer counts."""
        return self._change(
            "UPDATE cropsmith_jobs SET call_state = ?, call_tries = call_tries + 1, call_due = ?, "
            "call_problem = ? WHERE id = ? AND call_tries = ? AND call_due IS NOT NULL",
            state, due, problem, job.id, job.call_tries,
        )  # fmt: skip

    def forget(self, before: float) -> Sequence[Job]:
        """Remove jobs that ended before a time, whose end is told, and return them."""
        query = "DELETE FROM cropsmith_jobs WHERE ended < ? AND call_due IS NULL RETURNING *"
        return [_job(row) for row in self._db.all(query, before)]

    def _count(self, condition: str, *values: object) -> int:
        query = f"SELECT count(*) AS found FROM cropsmith_jobs WHERE {condition}"
        return int(self._db.all(query, *values)[0]["found"])

    def _change(self, query: str, *values: object) -> bool:
        return self._db.change(query, *values) == 1

    def _jobs(self, condition: str, *values: object) -> Sequence[Job]:
        query = f"SELECT * FROM cropsmith_jobs WHERE {condition}"
        return [_job(row) for row in self._db.all(query, *values)]


def _job(row: Row) -> Job:
    values = dict(row)
    del values["number"]
    values["uploaded"] = bool(values["uploaded"])
    values["pictures"] = json.loads(values["pictures"])
    values["problem"] = json.loads(values["problem"]) if values["problem"] else None
    return Job.model_validate(values)
