"""Takes the store of a shard into the store of its study; tells what either has spent."""

import sqlite3
from pathlib import Path

from cropsmith.errors import OutputError
from cropsmith.evals.study.store import MIGRATIONS
from cropsmith.evals.trial import PAID_FOR
from cropsmith.vectorstore.sqlite import connect

TAKE_IN = (
    # Runs of the other store come behind those here, as their samples name them.
    "CREATE TEMP TABLE shift AS SELECT coalesce(max(id), 0) AS by FROM main.runs",
    "INSERT INTO main.runs SELECT id + by, started, ended, facts FROM theirs.runs, shift",
    "INSERT OR IGNORE INTO main.photos SELECT * FROM theirs.photos",
    """
        INSERT INTO main.samples
        SELECT key, system, photo, status, attempts, run + by, started, seconds, cost, answer
        FROM theirs.samples, shift WHERE true
        ON CONFLICT (key) DO UPDATE SET
            status = excluded.status, attempts = excluded.attempts, run = excluded.run,
            started = excluded.started, seconds = excluded.seconds, cost = excluded.cost,
            answer = excluded.answer
        WHERE status NOT IN ({counts}) AND excluded.status IN ({counts})
    """,
    """
        INSERT OR IGNORE INTO main.attempts
        SELECT sample, attempt, run + by, status, message, seconds, cost
        FROM theirs.attempts, shift
    """,
    "INSERT OR IGNORE INTO main.calls SELECT * FROM theirs.calls",
    "DROP TABLE shift",
)


def take_in(into: Path, other: Path) -> int:
    """Copy another store of the same study, all or nothing; return how many samples are new.

    Answers that count are never replaced, nor is a call that is on the bill already. The caller
    holds both stores, so that no run writes to them.
    """
    counts = ", ".join(f"'{status.value}'" for status in sorted(PAID_FOR))
    try:
        db = connect(into, MIGRATIONS, synchronous="FULL")
        try:
            db.execute("ATTACH DATABASE ? AS theirs", (str(other),))
            before = db.execute("SELECT count(*) FROM main.samples").fetchone()[0]
            db.execute("BEGIN IMMEDIATE")
            for statement in TAKE_IN:
                db.execute(statement.format(counts=counts))
            db.execute("COMMIT")
            after = db.execute("SELECT count(*) FROM main.samples").fetchone()[0]
        finally:
            db.close()  # what was not committed is undone
    except sqlite3.Error as error:
        raise OutputError(f"{other} cannot be merged: {error}.") from error
    return int(after - before)


SPENT = "coalesce(cost, held) + lost"


def spent_in(whole: Path, shard: Path) -> tuple[float, float]:
    """Return what a study's store has spent, and how much of that is the shard's.

    US dollars, with what calls without a bill may have cost: of a shard that was taken in the
    study's store has the calls as well.
    """
    if not whole.is_file():
        return 0.0, 0.0
    try:
        db = connect(whole, MIGRATIONS, synchronous="FULL")
        try:
            db.execute("ATTACH DATABASE ? AS theirs", (str(shard),))
            (all_,) = db.execute(f"SELECT coalesce(sum({SPENT}), 0) FROM main.calls").fetchone()
            (both,) = db.execute(
                f"SELECT coalesce(sum({SPENT}), 0) FROM main.calls "
                "WHERE key IN (SELECT key FROM theirs.calls)"
            ).fetchone()
        finally:
            db.close()
    except sqlite3.Error as error:
        raise OutputError(f"The store {whole} failed: {error}.") from error
    return float(all_), float(both)
