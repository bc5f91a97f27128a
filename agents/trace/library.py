"""Reads the trace file: lists, finds and loads traces."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydantic_core

from cropsmith import settings
from cropsmith.agents.trace.database import connect, file_of, images_of, unpack
from cropsmith.agents.trace.record import Facts, Step, StepMark
from cropsmith.agents.trace.values import PictureUse, Trace, TraceHead, TraceStatus
from cropsmith.agents.trace.writer import alive
from cropsmith.errors import OutputError, UsageError
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.tools.schema.geometry import Size

_COLUMNS = """id, started, ended, status, source, path, sha256, width, height, request, model,
    calls, failed_calls, prompt_tokens, completion_tokens, cost, error, parent, study, process"""


@dataclass(frozen=True, kw_only=True)
class TraceFilter:
    """Which traces to list; empty fields let everything pass."""

    photo: str = ""
    """Part of the photo's name, or the beginning of its sha256."""
    model: str = ""
    """Part of the model's name."""
    status: TraceStatus | None = None
    text: str = ""
    """Words of the request or of the error."""
    studies: bool = False
    """Whether runs of studies are listed too: a study has thousands."""
    limit: int = 20
    before: float | None = None
    """Only runs that began before this Unix time: the next page."""


class TraceLibrary:
    """The traces below `home`, newest first. Each call opens the file anew; safe in any thread."""

    def __init__(self, home: Path | None = None) -> None:
        self.home = home or settings.home()
        self.file = file_of(self.home)
        self.images = ImageStore(images_of(self.home))

    def list(self, wanted: TraceFilter | None = None) -> tuple[TraceHead, ...]:
        """Return the heads of the newest traces that pass."""
        wanted = wanted or TraceFilter()
        if not self.file.is_file():
            return ()
        where, values = _conditions(wanted)
        heads: list[TraceHead] = []
        with self._open() as db:
            for row in db.execute(
                f"SELECT {_COLUMNS} FROM traces {where} ORDER BY started DESC", values
            ):
                head = _head(row)
                # Killed and running look alike in the file: only the process table tells.
                if wanted.status is None or head.status is wanted.status:
                    heads.append(head)
                if len(heads) == wanted.limit:
                    break
        return tuple(heads)

    def children(self, name: str) -> tuple[TraceHead, ...]:
        """Return the runs that repeat a trace or went on from it, oldest first."""
        with self._open() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM traces WHERE parent = ? AND parent != '' ORDER BY started",
                (name,),
            ).fetchall()
        return tuple(map(_head, rows))

    def models(self) -> tuple[str, ...]:
        """Return the models of the newest thousand traces, the latest used first."""
        if not self.file.is_file():
            return ()
        with self._open() as db:
            rows = db.execute("SELECT model FROM traces ORDER BY started DESC LIMIT 1000")
            return tuple(dict.fromkeys(row[0] for row in rows))

    def resolve(self, name: str) -> str:
        """Return the id for an id, its unambiguous beginning, or "last". UsageError otherwise.

        The last one is the newest that belongs to no study.
        """
        hint = "cropsmith trace list shows what there is."
        with self._open() as db:
            if name == "last":
                row = db.execute(
                    "SELECT id FROM traces WHERE study = '' ORDER BY started DESC LIMIT 1"
                ).fetchone()
                if row is None:
                    raise UsageError("There is no trace yet.", hint="Crop a photo first.")
                return str(row[0])
            found: list[Any] = []
            if re.fullmatch(r"[0-9a-f]+", name):
                found = db.execute(
                    "SELECT id FROM traces WHERE id >= ? AND id < ? LIMIT 2", (name, name + "g")
                ).fetchall()
        if not found:
            raise UsageError(f"There is no trace '{name[:80]}'.", hint=hint)
        if len(found) > 1:
            raise UsageError(f"More than one trace begins with '{name}'.", hint=hint)
        return str(found[0][0])

    def head(self, name: str) -> TraceHead:
        """Return one line about a trace. UsageError if there is none of that name."""
        trace_id = self.resolve(name)
        with self._open() as db:
            return _head(
                db.execute(f"SELECT {_COLUMNS} FROM traces WHERE id = ?", (trace_id,)).fetchone()
            )

    def read(self, name: str) -> Trace:
        """Return a whole trace, also one of a run that was killed or is under way."""
        trace_id = self.resolve(name)
        with self._open() as db:
            db.execute("BEGIN")  # one snapshot, whatever is being written meanwhile
            row = db.execute(f"SELECT {_COLUMNS} FROM traces WHERE id = ?", (trace_id,)).fetchone()
            bodies = dict(
                db.execute("SELECT kind, body FROM bodies WHERE trace = ?", (trace_id,)).fetchall()
            )
            steps = db.execute(
                """SELECT node, round, shape, started, body FROM steps
                   WHERE trace = ? ORDER BY position""",
                (trace_id,),
            ).fetchall()
            pictures = db.execute(
                "SELECT sha256, role FROM pictures WHERE trace = ? ORDER BY role, sha256",
                (trace_id,),
            ).fetchall()
        return Trace(
            head=_head(row),
            facts=Facts.model_validate_json(unpack(bodies["facts"])),
            steps=tuple(
                Step.model_validate_json(unpack(body)) for *_, body in steps if body is not None
            ),
            unfinished=tuple(
                StepMark(node=node, round=round, shape=shape, started=started)
                for node, round, shape, started, body in steps
                if body is None
            ),
            result=pydantic_core.from_json(unpack(bodies["result"]))
            if "result" in bodies
            else None,
            pictures=tuple(PictureUse(sha256=sha256, role=role) for sha256, role in pictures),
        )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(connect(self.home)) as db:
            try:
                yield db
            except sqlite3.DatabaseError as error:
                raise OutputError(f"The trace file {self.file} is damaged: {error}.") from error


def _conditions(wanted: TraceFilter) -> tuple[str, list[Any]]:
    """Return the WHERE clause and its values."""
    clauses: list[str] = []
    values: list[Any] = []
    if wanted.photo:
        clauses.append("(source LIKE ? ESCAPE '\\' OR sha256 LIKE ? ESCAPE '\\')")
        values += [f"%{_literal(wanted.photo)}%", f"{_literal(wanted.photo)}%"]
    if wanted.model:
        clauses.append("model LIKE ? ESCAPE '\\'")
        values.append(f"%{_literal(wanted.model)}%")
    for word in wanted.text.split():
        clauses.append("(request LIKE ? ESCAPE '\\' OR error LIKE ? ESCAPE '\\')")
        values += [f"%{_literal(word)}%"] * 2
    if wanted.status is TraceStatus.KILLED:
        clauses.append("status = 'running'")
    elif wanted.status is not None:
        clauses.append("status = ?")
        values.append(wanted.status.value)
    if not wanted.studies:
        clauses.append("study = ''")
    if wanted.before is not None:
        clauses.append("started < ?")
        values.append(wanted.before)
    return ("WHERE " + " AND ".join(clauses) if clauses else ""), values


def _literal(text: str) -> str:
    return re.sub(r"([%_\\])", r"\\\1", text)


def _head(row: Any) -> TraceHead:
    (id, started, ended, status, source, path, sha256, width, height, request, model) = row[:11]
    calls, failed, prompt, completion, cost, error, parent, study, process = row[11:]
    if status == TraceStatus.RUNNING and not alive(process):
        status = TraceStatus.KILLED
    return TraceHead(
        id=id,
        started=started,
        seconds=None if ended is None else ended - started,
        status=TraceStatus(status),
        source=source,
        path=path,
        sha256=sha256,
        size=Size(width=width, height=height) if width else None,
        request=request,
        model=model,
        calls=calls,
        failed_calls=failed,
        prompt_tokens=prompt,
        completion_tokens=completion,
        cost=cost,
        error=error,
        parent=parent,
        study=study,
    )
