"""Keeps sittings in `home/sittings.sqlite`. Every method works on the file; safe in any thread."""

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from cropsmith.agents.trace.database import pack, unpack
from cropsmith.errors import OutputError, UsageError, why
from cropsmith.studio.sittings.migrations import MIGRATIONS
from cropsmith.studio.sittings.values import (
    Edit,
    Entry,
    History,
    Sheet,
    Sitting,
    State,
    Take,
    Wanted,
)
from cropsmith.vectorstore import sqlite


class SittingStore:
    """The sittings of one home folder."""

    def __init__(self, home: Path) -> None:
        self.file = home / "sittings.sqlite"

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open the file within one transaction, so that what is read and written goes together."""
        try:
            sqlite.make_private(self.file)
            with closing(
                sqlite.connect(
                    self.file, MIGRATIONS, synchronous="NORMAL", pragmas=("foreign_keys = ON",)
                )
            ) as db:
                db.execute("BEGIN IMMEDIATE")
                try:
                    yield db
                    db.execute("COMMIT")
                except BaseException:
                    db.execute("ROLLBACK")
                    raise
        except (OSError, sqlite3.Error) as error:
            raise OutputError(
                f"The sittings in {self.file} cannot be used: {why(error)}.",
                hint="Free the disk, or set CROPSMITH_HOME to another folder.",
            ) from error

    def begin(self, name: str = "", folder: str = "", wanted: Wanted | None = None) -> Sitting:
        """Begin a sitting."""
        sitting = Sitting(
            id=secrets.token_hex(6), name=name, begun=time.time(), wanted=wanted, folder=folder
        )
        told = None if wanted is None else wanted.model_dump_json()
        row = (sitting.id, sitting.begun, name, folder, told)
        with self._open() as db:
            db.execute(
                "INSERT INTO sittings (id, begun, name, folder, wanted) VALUES (?,?,?,?,?)", row
            )
        return sitting

    def sitting(self, id: str) -> Sitting:
        """Return a sitting. UsageError when there is none of that name."""
        with self._open() as db:
            return _sitting(db, id)

    def sittings(self, limit: int = 30) -> Sequence[tuple[Sitting, Sequence[Entry]]]:
        """Return the newest sittings, each with its photos; those without any are left out."""
        found = []
        with self._open() as db:
            rows = db.execute(
                "SELECT id FROM sittings WHERE EXISTS"
                " (SELECT 1 FROM entries WHERE sitting = id) ORDER BY begun DESC LIMIT ?",
                (limit,),
            ).fetchall()
            for (id,) in rows:
                bodies = db.execute(
                    "SELECT body FROM entries WHERE sitting = ? ORDER BY number", (id,)
                )
                entries = [Entry.model_validate_json(body) for (body,) in bodies]
                found.append((_sitting(db, id), entries))
        return found

    def of_folder(self, folder: str) -> Sequence[Sitting]:
        """Return the sittings that were opened with a folder, newest first."""
        with self._open() as db:
            rows = db.execute(
                "SELECT id FROM sittings WHERE folder = ? ORDER BY begun DESC", (folder,)
            ).fetchall()
            return [_sitting(db, id) for (id,) in rows]

    def of_files(self, files: Sequence[str]) -> Sequence[Sitting]:
        """Return the sittings, not of a folder, whose files are all among these; newest first."""
        with self._open() as db:
            rows = db.execute(
                "SELECT sitting, json_group_array(path) FROM entries JOIN sittings ON id = sitting"
                " WHERE folder = '' AND path != '' GROUP BY sitting ORDER BY begun DESC"
            ).fetchall()
            return [_sitting(db, id) for id, paths in rows if set(json.loads(paths)) <= set(files)]

    def want(self, id: str, wanted: Wanted) -> None:
        """Keep the latest order for all photos of a sitting."""
        with self._open() as db:
            _sitting(db, id)
            db.execute(
                "UPDATE sittings SET wanted = ? WHERE id = ?", (wanted.model_dump_json(), id)
            )

    def add(self, id: str, entry: Entry) -> Entry:
        """Add a photo at the end, and return it with its number."""
        with self._open() as db:
            return _add(db, id, entry)

    def add_file(self, id: str, entry: Entry) -> Entry | None:
        """Add a photo of a file, and return it with its number; None where the file is there."""
        with self._open() as db:
            there = "SELECT 1 FROM entries WHERE sitting = ? AND path = ?"
            known = db.execute(there, (id, entry.path)).fetchone()
            return None if known else _add(db, id, entry)

    def take(self, id: str, entry: int, model: str, wanted: Wanted) -> Take:
        """Add a take that waits for its run, and return it."""
        with self._open() as db:
            _sheet(db, id, entry)
            row = db.execute(
                "SELECT MAX(number) FROM takes WHERE sitting = ? AND entry = ?", (id, entry)
            ).fetchone()
            take = Take(entry=entry, number=(row[0] or 0) + 1, model=model, wanted=wanted)
            _keep_take(db, id, take)
        return take

    def keep(self, id: str, take: Take) -> None:
        """Keep a take as it stands now."""
        with self._open() as db:
            _keep_take(db, id, take)

    def claim(self, id: str, take: Take, process: str) -> bool:
        """Mark a take as at work in this process; False where somebody else has taken it."""
        with self._open() as db:
            now = _sheet(db, id, take.entry).take(take.number)
            if now is None or now.state is not State.WAITING:
                return False
            _keep_take(db, id, now.model_copy(update={"state": State.RUNNING, "process": process}))
        return True

    def sheet(self, id: str, entry: int) -> Sheet:
        """Return one photo with all that belongs to it. UsageError when it is not there."""
        with self._open() as db:
            return _sheet(db, id, entry)

    def sheets(self, id: str) -> Sequence[Sheet]:
        """Return every photo of a sitting, in order of arrival."""
        with self._open() as db:
            _sitting(db, id)
            rows = db.execute(
                "SELECT number FROM entries WHERE sitting = ? ORDER BY number", (id,)
            ).fetchall()
            return [_sheet(db, id, number) for (number,) in rows]

    def edit(self, id: str, entry: int, edit: Edit) -> Sheet:
        """Add a step after those that are not undone, and return the photo as it stands now."""
        with self._open() as db:
            number = _sheet(db, id, entry).history.at + 1
            undone = "DELETE FROM edits WHERE sitting = ? AND entry = ? AND number >= ?"
            db.execute(undone, (id, entry, number))
            db.execute(
                "INSERT INTO edits (sitting, entry, number, body) VALUES (?,?,?,?)",
                (id, entry, number, edit.model_dump_json()),
            )
            _point(db, id, entry, number)
            return _sheet(db, id, entry)

    def retract(self, id: str, entry: int) -> None:
        """Take the latest step back as if it had never been."""
        with self._open() as db:
            at = _sheet(db, id, entry).history.at
            latest = "DELETE FROM edits WHERE sitting = ? AND entry = ? AND number = ?"
            db.execute(latest, (id, entry, at))
            _point(db, id, entry, max(0, at - 1))

    def step(self, id: str, entry: int, by: int) -> Sheet:
        """Undo (-1) or do again (+1) one step; at either end nothing happens."""
        with self._open() as db:
            history = _sheet(db, id, entry).history
            _point(db, id, entry, min(max(history.at + by, 0), len(history.edits)))
            return _sheet(db, id, entry)

    def path_of(self, sha256: str) -> str | None:
        """Return the file that a photo of some sitting lies in; None where the store has it."""
        with self._open() as db:
            row = db.execute(
                "SELECT path FROM entries WHERE sha256 = ? AND path != '' LIMIT 1", (sha256,)
            ).fetchone()
        return None if row is None else str(row[0])

    def of_trace(self, trace: str) -> tuple[str, int] | None:
        """Return the sitting and the photo that a run belongs to."""
        with self._open() as db:
            row = db.execute(
                "SELECT sitting, entry FROM takes WHERE trace = ?", (trace,)
            ).fetchone()
        return None if row is None else (str(row[0]), int(row[1]))


def _sitting(db: sqlite3.Connection, id: str) -> Sitting:
    row = db.execute(
        "SELECT begun, name, folder, wanted FROM sittings WHERE id = ?", (id,)
    ).fetchone()
    if row is None:
        raise UsageError(f"There is no sitting '{id[:40]}'.", hint="The start page lists them.")
    begun, name, folder, wanted = row
    order = None if wanted is None else Wanted.model_validate_json(wanted)
    return Sitting(id=id, begun=begun, name=name, folder=folder, wanted=order)


def _sheet(db: sqlite3.Connection, id: str, entry: int) -> Sheet:
    row = db.execute(
        "SELECT body, at FROM entries WHERE sitting = ? AND number = ?", (id, entry)
    ).fetchone()
    if row is None:
        raise UsageError("There is no such photo in this sitting.")
    takes = db.execute(
        "SELECT body FROM takes WHERE sitting = ? AND entry = ? ORDER BY number", (id, entry)
    )
    edits = db.execute(
        "SELECT body FROM edits WHERE sitting = ? AND entry = ? ORDER BY number", (id, entry)
    )
    return Sheet(
        entry=Entry.model_validate_json(row[0]),
        takes=tuple(Take.model_validate_json(unpack(body)) for (body,) in takes),
        history=History(edits=tuple(Edit.model_validate_json(b) for (b,) in edits), at=row[1]),
    )


def _add(db: sqlite3.Connection, id: str, entry: Entry) -> Entry:
    _sitting(db, id)
    row = db.execute("SELECT MAX(number) FROM entries WHERE sitting = ?", (id,)).fetchone()
    entry = entry.model_copy(update={"number": (row[0] or 0) + 1})
    db.execute(
        "INSERT INTO entries (sitting, number, sha256, path, body) VALUES (?,?,?,?,?)",
        (id, entry.number, entry.sha256, entry.path, entry.model_dump_json()),
    )
    return entry


def _keep_take(db: sqlite3.Connection, id: str, take: Take) -> None:
    body = pack(take.model_dump_json())
    db.execute(
        "INSERT OR REPLACE INTO takes (sitting, entry, number, state, process, trace, body)"
        " VALUES (?,?,?,?,?,?,?)",
        (id, take.entry, take.number, take.state.value, take.process, take.trace, body),
    )


def _point(db: sqlite3.Connection, id: str, entry: int, at: int) -> None:
    db.execute("UPDATE entries SET at = ? WHERE sitting = ? AND number = ?", (at, id, entry))
