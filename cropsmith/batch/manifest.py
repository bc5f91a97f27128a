"""The manifest of a batch: what was asked, and every photo's state and result, in one SQLite file.

One process writes it, each change at once, so that a batch that was cut short goes on where it was.
Paths are kept as the bytes that they are.
"""

import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cropsmith.batch.database import aside, damaged, move, opened, remove, told
from cropsmith.batch.inputs import Found
from cropsmith.batch.layout import lay_out, real_of, row_of
from cropsmith.batch.work import Job, Outcome, State
from cropsmith.batch.writing import Place
from cropsmith.errors import OutputError, UsageError, why
from cropsmith.tools.images.output import clear_unfinished, lasting
from cropsmith.tools.schema.plain_text import plain_unicode

NAME = "cropsmith-batch.sqlite"
VERSION = 1
AT_ONCE = 200
"""Photos read from the file at a time."""

TABLES = """
CREATE TABLE batch (version INTEGER NOT NULL, asked TEXT NOT NULL);
CREATE TABLE photos (
    number INTEGER PRIMARY KEY,
    argument INTEGER NOT NULL,
    photo BLOB NOT NULL,
    place BLOB NOT NULL UNIQUE, -- its absolute path
    real BLOB NOT NULL,         -- the same without links
    source BLOB NOT NULL,       -- the folder that it lies in
    below BLOB,                 -- that, relative to the folder that was named
    folder BLOB,                -- where its crops go; NULL for beside it
    stem BLOB NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    problem TEXT NOT NULL DEFAULT '',
    exit_code INTEGER NOT NULL DEFAULT 0,
    trace TEXT
);
CREATE INDEX by_state ON photos (state, argument, place);
CREATE INDEX by_real ON photos (real);
CREATE TABLE files (path BLOB PRIMARY KEY, photo INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX by_photo ON files (photo);
"""
UNDONE = (State.WAITING, State.AGAIN, State.FAILED)
"""What a batch that goes on does anew."""


class Manifest:
    """The manifest of one batch, held open and to ourselves."""

    def __init__(self, db: sqlite3.Connection, file: Path | None, note: str = "") -> None:
        self._db = db
        self.file = file
        """None for one that ends with the process."""
        self.note = note
        """What a person should know of how it began."""

    @classmethod
    def begin(
        cls, file: Path | None, asked: str, *, resume: bool, force: bool, skip: bool = False
    ) -> "Manifest":
        """Open the manifest of a batch, or begin one; without a file, one that nobody goes on with.

        A manifest of another request is set aside, and comes back when that is asked again; one
        that is damaged is set aside for good. UsageError where another batch is under way there,
        one is unfinished and neither gone on with nor done anew by `force`, or this very one is
        done and neither that nor `skip` says what to do with what is there. OutputError where it
        cannot be written.
        """
        try:
            if file is None:
                return cls._made(None, asked)
            file.parent.mkdir(parents=True, exist_ok=True)
            note = ""
            try:
                if found := cls._there(file, asked, resume=resume, force=force, skip=skip):
                    return found
            except sqlite3.DatabaseError as error:
                if not damaged(error):
                    raise
                spare = file.with_name(f"{file.name}.damaged")
                move(file, spare)
                note = f"The manifest {file} is damaged: it was set aside as {spare.name}."
            return cls._made(file, asked, note)
        except sqlite3.Error as error:
            raise told(error, file) from error
        except OSError as error:
            raise OutputError(f"The manifest {file} cannot be written: {why(error)}.") from error

    @classmethod
    def _there(
        cls, file: Path, asked: str, *, resume: bool, force: bool, skip: bool
    ) -> "Manifest | None":
        """Return the manifest to go on with, its place free where there is none."""
        mine = aside(file, asked)
        found = cls(opened(file), file) if file.exists() else None
        if found is not None and (other := found._asked()) != asked:
            found._give_way(resume and not mine.exists(), force)
            move(file, aside(file, other))
            found = None
        if found is None:
            if not mine.exists():
                return None
            move(mine, file)
            found = cls(opened(file), file)
        if found._goes_on(resume=resume, force=force, skip=skip):
            return found
        found.close()
        remove(file)
        return None

    @classmethod
    def _made(cls, file: Path | None, asked: str, note: str = "") -> "Manifest":
        db = opened(file)
        with db:
            db.executescript(TABLES)
            db.execute("INSERT INTO batch VALUES (?, ?)", (VERSION, asked))
        return cls(db, file, note)

    def _asked(self) -> str:
        """Return what the batch was asked; "" where it was not yet noted, or is read no longer."""
        row = self._db.execute("SELECT version, asked FROM batch").fetchone()
        return str(row[1]) if row and row[0] == VERSION else ""

    def _left(self) -> int:
        """Return how many photos were never finished."""
        waiting = "SELECT count(*) FROM photos WHERE state IN ('waiting', 'again')"
        return int(self._db.execute(waiting).fetchone()[0])

    def _give_way(self, resumed: bool, force: bool) -> None:
        """Close, since another request is asked. UsageError where this one comes first."""
        left = self._left()
        self.close()
        if resumed:
            raise UsageError(
                f"{self.file} is of a batch with another request or other options.",
                hint="State the same again, or write to another folder.",
            )
        if left and not force:
            raise _cut_short(self.file, left)

    def _goes_on(self, *, resume: bool, force: bool, skip: bool) -> bool:
        """Tell whether this is to be gone on with, rather than to be begun anew."""
        if resume:
            with self._db:
                self._db.execute(
                    "UPDATE photos SET state = 'waiting', problem = '', exit_code = 0"
                    " WHERE state IN (?, ?)",
                    (State.AGAIN, State.FAILED),
                )
            return True
        if force:
            return False
        if left := self._left():
            self.close()
            raise _cut_short(self.file, left)
        if not skip and (done := self._finished()):
            self.close()
            raise UsageError(
                f"The crops of {done} photos are there: {self.file} is of this very batch.",
                hint="Give <resume=True> to add new photos and try again what failed,"
                " <skip_existing=True> to look at the files alone, or <force=True> to begin anew.",
            )
        return False

    def _finished(self) -> int:
        """Return how many photos have files."""
        return int(self._db.execute("SELECT count(DISTINCT photo) FROM files").fetchone()[0])

    def add(self, photos: Iterable[Found], out: Path | None) -> None:
        """Note photos that are not known yet, and where the crops of each go.

        UsageError from whoever finds them; nothing is noted then.
        """
        insert = (
            "INSERT OR IGNORE INTO photos (argument, photo, place, real, source, below, stem)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        with self._changing():
            self._db.executemany(insert, map(row_of, photos))
            lay_out(self._db, out)

    def counts(self) -> Counter[State]:
        """Return how many photos are in each state."""
        rows = self._db.execute("SELECT state, count(*) FROM photos GROUP BY state")
        return Counter({State(state): count for state, count in rows})

    def jobs(self, state: State) -> Iterator[Job]:
        """Yield the photos that are in a state, in order; each once, whatever becomes of them."""
        last: tuple[int, bytes] = (-1, b"")
        while rows := self._db.execute(
            "SELECT number, photo, folder, stem, argument, place FROM photos"
            " WHERE state = ? AND (argument, place) > (?, ?) ORDER BY argument, place LIMIT ?",
            (state, *last, AT_ONCE),
        ).fetchall():
            for number, photo, folder, stem, argument, place in rows:
                last = (argument, place)
                mine = tuple(self._claimed(number))
                for path in mine:
                    clear_unfinished(path)
                where = None if folder is None else Path(os.fsdecode(folder))
                yield Job(
                    number,
                    os.fsdecode(photo),
                    Place(folder=where, stem=os.fsdecode(stem), many=True, mine=mine),
                )

    def claim(self, number: int, paths: Sequence[Path]) -> str:
        """Note the files that are about to be written for a photo; return why they may not be.

        OutputError when that cannot be noted.
        """
        with self._changing():
            for path in paths:
                real, place = (os.fsencode(p) for p in (real_of(path), lasting(path)))
                if self._db.execute("SELECT 1 FROM photos WHERE real = ?", (real,)).fetchone():
                    return f"{path} is one of the photos, which are never overwritten."
                whose = self._db.execute(
                    "SELECT photo FROM files WHERE path = ?", (place,)
                ).fetchone()
                if whose is not None and whose[0] != number:
                    other = self._db.execute(
                        "SELECT photo FROM photos WHERE number = ?", whose
                    ).fetchone()
                    return f"{path} has the crop of {os.fsdecode(other[0])}."
                self._db.execute("INSERT OR IGNORE INTO files VALUES (?, ?)", (place, number))
        return ""

    def record(self, number: int, outcome: Outcome) -> None:
        """Note what became of a photo. OutputError when that cannot be written."""
        written = {os.fsencode(lasting(path)) for path in outcome.files}
        with self._changing():
            for path in self._claimed(number):
                if os.fsencode(path) not in written:  # it failed: the file may be another's
                    self._db.execute("DELETE FROM files WHERE path = ?", (os.fsencode(path),))
            self._db.execute(
                "UPDATE photos SET state = ?, problem = ?, exit_code = ?, trace = ?"
                " WHERE number = ?",
                (
                    outcome.state,
                    plain_unicode(outcome.problem),
                    outcome.exit_code,
                    outcome.trace_id,
                    number,
                ),
            )

    def died(self, job: Job) -> None:
        """Note that the process which cropped a photo died, and clear what it left half-written."""
        for path in self._claimed(job.number):
            clear_unfinished(path)
        with self._changing():
            self._db.execute(
                "UPDATE photos SET state = ? WHERE number = ?", (State.AGAIN, job.number)
            )

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Change the file all at once, or not at all. OutputError where it cannot be written."""
        try:
            with self._db:
                yield
        except sqlite3.Error as error:
            raise told(error, self.file) from error

    def _claimed(self, number: int) -> list[Path]:
        rows = self._db.execute("SELECT path FROM files WHERE photo = ?", (number,))
        return [Path(os.fsdecode(path)) for (path,) in rows]


def _cut_short(file: Path | None, left: int) -> UsageError:
    return UsageError(
        f"{file} is of a batch that was cut short, with {left} photos to go.",
        hint="Give <resume=True> to go on with it, or <force=True> to begin anew.",
    )
