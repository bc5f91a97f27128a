"""Removes old traces, and the pictures that only they referred to."""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from cropsmith.agents.trace.database import connect, file_of, images_of
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.values import TraceStatus
from cropsmith.agents.trace.writer import alive
from cropsmith.errors import UsageError
from cropsmith.tools.images.image_store import ImageStore

CHUNK = 200
"""Traces removed in one transaction: a run that writes meanwhile waits for one at most."""


@dataclass(frozen=True)
class Cleared:
    """What was removed, or would be."""

    traces: int
    pictures: int
    bytes: int


def gc(
    home: Path,
    *,
    older_than: float | None = None,
    max_bytes: int | None = None,
    dry_run: bool = False,
) -> Cleared:
    """Remove traces that began more than `older_than` seconds ago, then the oldest until traces
    and their pictures take at most `max_bytes`.

    Runs under way, runs that wait for a person, and pictures that no trace ever referred to stay.
    """
    if not file_of(home).is_file():
        return Cleared(0, 0, 0)
    images = ImageStore(images_of(home))
    with closing(connect(home)) as db:
        plan = _Plan(db, images)
        if older_than is not None:
            plan.drop_before(time.time() - older_than)
        if max_bytes is not None:
            plan.drop_to(max_bytes)
        if not dry_run:
            for start in range(0, len(plan.doomed), CHUNK):
                _remove(db, images, plan.doomed[start : start + CHUNK])
            db.execute("PRAGMA incremental_vacuum").fetchall()
    return Cleared(traces=len(plan.doomed), pictures=plan.pictures, bytes=plan.freed)


def remove(home: Path, name: str) -> None:
    """Remove one trace and the pictures that only it refers to."""
    with closing(connect(home)) as db:
        _remove(db, ImageStore(images_of(home)), [name])


def remove_ended(home: Path, names: Sequence[str]) -> None:
    """Remove these traces. UsageError, and none is removed, where one of them has not ended."""
    heads = [TraceLibrary(home).head(name) for name in names]
    for head in heads:
        if head.status is TraceStatus.RUNNING:
            raise UsageError(f"The run {head.id} is under way, so its trace stays.")
        if head.status is TraceStatus.WAITING:
            hint = "Decide it or reject it first."
            raise UsageError(
                f"The run {head.id} waits for a person, so its trace stays.", hint=hint
            )
    with closing(connect(home)) as db:
        _remove(db, ImageStore(images_of(home)), [head.id for head in heads])


class _Plan:
    """Which traces go, oldest first, and what that frees."""

    def __init__(self, db: sqlite3.Connection, images: ImageStore) -> None:
        self.doomed: list[str] = []
        self.pictures = 0
        self.freed = 0
        self._images = images
        self._rows = [
            (name, started)
            for name, started, status, process in db.execute(
                "SELECT id, started, status, process FROM traces ORDER BY started"
            )
            if status != "waiting" and not (status == "running" and alive(process))
        ]
        self._bodies = _body_bytes(db)
        self._of_trace: dict[str, list[str]] = {}
        self._owners: dict[str, int] = {}
        for trace, sha256 in db.execute("SELECT DISTINCT trace, sha256 FROM pictures"):
            self._of_trace.setdefault(trace, []).append(sha256)
            self._owners[sha256] = self._owners.get(sha256, 0) + 1

    def drop_before(self, limit: float) -> None:
        while self._rows and self._rows[0][1] < limit:
            self._drop()

    def drop_to(self, max_bytes: int) -> None:
        total = sum(self._bodies.values()) + sum(self._images.size(name) for name in self._owners)
        while self._rows and total - self.freed > max_bytes:
            self._drop()

    def _drop(self) -> None:
        trace, _ = self._rows.pop(0)
        self.doomed.append(trace)
        self.freed += self._bodies.get(trace, 0)
        for sha256 in self._of_trace.get(trace, ()):
            self._owners[sha256] -= 1
            if not self._owners[sha256]:
                self.pictures += 1
                self.freed += self._images.size(sha256)


def _remove(db: sqlite3.Connection, images: ImageStore, doomed: Sequence[str]) -> None:
    """Remove some traces and their pictures; no writer can add a reference meanwhile."""
    db.execute("BEGIN IMMEDIATE")
    try:
        candidates: set[str] = set()
        for trace in doomed:
            rows = db.execute("SELECT sha256 FROM pictures WHERE trace = ?", (trace,))
            candidates.update(row[0] for row in rows)
            db.execute("DELETE FROM traces WHERE id = ?", (trace,))  # the rest cascades
        for sha256 in _unreferenced(db, candidates):
            images.remove(sha256)
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def _unreferenced(db: sqlite3.Connection, names: Iterable[str]) -> Iterable[str]:
    for sha256 in names:
        used = db.execute("SELECT 1 FROM pictures WHERE sha256 = ? LIMIT 1", (sha256,)).fetchone()
        if used is None:
            yield sha256


def _body_bytes(db: sqlite3.Connection) -> dict[str, int]:
    """Return trace -> bytes of its bodies."""
    found: dict[str, int] = {}
    for table in ("steps", "bodies"):
        for trace, size in db.execute(
            f"SELECT trace, coalesce(sum(length(body)), 0) FROM {table} GROUP BY trace"
        ):
            found[trace] = found.get(trace, 0) + size
    return found
