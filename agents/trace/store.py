"""The recorder of every run that is not told otherwise: keeps its steps in the trace file."""

import json
import re
import threading
import time
import uuid
from hashlib import sha256 as sha256_of
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from cropsmith import settings
from cropsmith.agents.trace.database import connect, images_of, pack
from cropsmith.agents.trace.record import Facts, Origin, Step, StepMark
from cropsmith.agents.trace.scrub import scrub, secrets_of_environment
from cropsmith.agents.trace.writer import Job, Work, Writer, this_process, writer_of
from cropsmith.errors import UsageError
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.tools.schema.plain_text import plain_unicode

_ANY = TypeAdapter(Any)
_UNDECODED = re.compile("[\ud800-\udfff]")


def json_of(value: Any, *, sparse: bool = False) -> str:
    """Return JSON text of anything; undecodable bytes of a file name become visible escapes.

    `sparse` leaves out what has its default.
    """
    try:
        return _ANY.dump_json(value, exclude_defaults=sparse, fallback=repr).decode()
    except PydanticSerializationError:
        plain = _ANY.dump_python(value, mode="json", exclude_defaults=sparse, fallback=repr)
        text = json.dumps(plain, ensure_ascii=False)
        return _UNDECODED.sub(lambda sign: f"\\\\u{ord(sign.group()):04x}", text)


class StoredTrace:
    """Keeps one run below `home`; cheap enough to be always on.

    The database is opened by the first thing to keep, on the writer's thread. After `end` the
    trace can go on: a run that waited for a person resumes with `trace_id`.
    """

    def __init__(
        self,
        home: Path | None = None,
        *,
        trace_id: str = "",
        origin: Origin | None = None,
        study: str = "",
    ) -> None:
        self.home = home or settings.home()
        self.trace_id: str | None = trace_id or uuid.uuid4().hex[:12]
        self._begun = bool(trace_id)
        self._bare = False
        self._origin = origin
        self._study = study
        self._images = ImageStore(images_of(self.home))
        self._secrets = secrets_of_environment()
        self._lock = threading.Lock()
        self._writer: Writer | None = None
        self._positions: dict[tuple[str, int | None, float], int] = {}
        self._next = 0
        self._problems: list[str] = []

    @classmethod
    def resume(cls, trace_id: str, home: Path | None = None) -> "StoredTrace":
        """Go on with a trace that exists. UsageError if it does not. Does file work."""
        trace = cls(home, trace_id=trace_id)
        db = connect(trace.home)
        try:
            if db.execute("SELECT 1 FROM traces WHERE id = ?", (trace_id,)).fetchone() is None:
                raise UsageError(f"There is no trace '{trace_id[:80]}' to go on with.")
            row = db.execute(
                "SELECT coalesce(max(position) + 1, 0) FROM steps WHERE trace = ?", (trace_id,)
            ).fetchone()
            trace._next = row[0]
        finally:
            db.close()
        trace._add(
            lambda db: db.execute(
                "UPDATE traces SET status = 'running', ended = NULL, process = ? WHERE id = ?",
                (this_process(), trace_id),
            )
        )
        return trace

    @property
    def problem(self) -> str:
        """Why the trace is incomplete; empty if it is not."""
        return self._problems[0] if self._problems else ""

    def begin(self, facts: Facts) -> None:
        """Note what the run starts from."""
        self._begun = True
        started, process = time.time(), this_process()

        def job(db: Connection) -> None:
            size = facts.size
            db.execute(
                """INSERT INTO traces (id, started, status, source, path, sha256, width, height,
                       request, model, parent, study, process)
                   VALUES (?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                (
                    self.trace_id,
                    started,
                    self._clean(facts.source),
                    self._clean(facts.path),
                    facts.sha256,
                    size and size.width,
                    size and size.height,
                    self._clean(facts.text),
                    self._clean(facts.model),
                    self._origin.trace if self._origin else "",
                    self._study,
                    process,
                ),
            )
            self._keep_body(db, "facts", facts.model_copy(update={"origin": self._origin}))

        self._add(job)

    def start(self, mark: StepMark) -> None:
        """Mark that a step is under way."""
        with self._lock:
            position = self._positions[mark.node, mark.shape, mark.started] = self._next
            self._next += 1
        if not self._begun:
            # A run of the bare graph, as LangGraph Studio starts it: nobody begins or ends it.
            self._bare = True
            self.begin(Facts(source=""))
        self._add(
            lambda db: db.execute(
                """INSERT INTO steps (trace, position, node, round, shape, started)
                   VALUES (?, ?, ?, ?, ?, ?)""",
                (self.trace_id, position, mark.node, mark.round, mark.shape, mark.started),
            )
        )

    def write(self, step: Step) -> None:
        """Keep one finished step."""
        with self._lock:
            position = self._positions.pop((step.node, step.shape, step.started))

        def job(db: Connection) -> None:
            body = scrub(json_of(step, sparse=True), self._secrets)
            db.execute(
                """UPDATE steps SET round = ?, seconds = ?, cpu_seconds = ?, error = ?, body = ?
                   WHERE trace = ? AND position = ?""",
                (
                    step.round,
                    step.seconds,
                    step.cpu_seconds,
                    self._clean(step.error),
                    pack(body),
                    self.trace_id,
                    position,
                ),
            )
            self._count(db, step)
            if isinstance(step.outputs, dict):
                self._learn(db, step.outputs)

        self._add(job)

    def picture(self, data: bytes, role: str = "shown") -> str:
        """Keep an encoded picture, return its sha256."""
        sha256 = sha256_of(data).hexdigest()

        def job(db: Connection) -> None:
            # The row first: a gc that runs now sees the reference before it sees the file.
            db.execute(
                "INSERT OR IGNORE INTO pictures (trace, sha256, role) VALUES (?, ?, ?)",
                (self.trace_id, sha256, role),
            )
            self._images.put(data, sha256)

        self._add(job)
        return sha256

    def end(self, status: str, result: Any) -> None:
        """Note how the run ended, and wait until everything is kept."""
        ended = time.time()
        job = self._add(lambda db: self._close(db, status, ended, result), hurry=True)
        job.done.wait()
        self._writer = None

    def _add(self, work: Work, *, hurry: bool = False) -> Job:
        job = Job(work, self._problems)
        # Held while the trace is open, so that all its jobs go through one queue, in order.
        self._writer = self._writer or writer_of(self.home)
        self._writer.add(job, hurry=hurry)
        return job

    def _clean(self, text: str) -> str:
        return scrub(plain_unicode(text), self._secrets)

    def _keep_body(self, db: Connection, kind: str, value: Any) -> None:
        body = scrub(json_of(value), self._secrets)
        db.execute(
            "INSERT OR REPLACE INTO bodies (trace, kind, body) VALUES (?, ?, ?)",
            (self.trace_id, kind, pack(body)),
        )

    def _close(self, db: Connection, status: str, ended: float, result: Any) -> None:
        if isinstance(result, str):
            result = plain_unicode(result)
        error = self._clean(str(result)) if status == "error" else ""
        db.execute(
            "UPDATE traces SET status = ?, ended = ?, error = ? WHERE id = ?",
            (status, ended, error, self.trace_id),
        )
        if result is not None:
            self._keep_body(db, "result", result)

    def _count(self, db: Connection, step: Step) -> None:
        if not step.calls:
            return
        prices = [call.cost for call in step.calls]
        # Unknown once is unknown in sum, as in the report: NULL plus anything is NULL.
        cost = None if None in prices else sum(price for price in prices if price is not None)
        db.execute(
            """UPDATE traces SET calls = calls + ?, failed_calls = failed_calls + ?,
                   prompt_tokens = prompt_tokens + ?, completion_tokens = completion_tokens + ?,
                   cost = CASE WHEN calls = 0 THEN ? ELSE cost + ? END
               WHERE id = ?""",
            (
                len(step.calls),
                sum(call.status != "ok" for call in step.calls),
                sum(call.prompt_tokens or 0 for call in step.calls),
                sum(call.completion_tokens or 0 for call in step.calls),
                cost,
                cost,
                self.trace_id,
            ),
        )

    def _learn(self, db: Connection, outputs: dict[str, Any]) -> None:
        """Take the photo's name and size from the step that opened it."""
        if image := outputs.get("image"):
            db.execute(
                """UPDATE traces SET sha256 = ?, width = ?, height = ?,
                       source = CASE source WHEN '' THEN ? ELSE source END WHERE id = ?""",
                (
                    image.sha256,
                    image.size.width,
                    image.size.height,
                    self._clean(image.source),
                    self.trace_id,
                ),
            )
        if self._bare and (report := outputs.get("report")):
            self._close(db, "ok", time.time(), report)
