"""What people said of crops: accepted (perhaps corrected by hand) or rejected."""

import time
from collections.abc import Sequence
from contextlib import closing
from operator import not_
from pathlib import Path

from pydantic import Field

from cropsmith.agents.trace.database import connect, file_of
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.values import Value


class Verdict(Value):
    """One person's word on one crop of one trace."""

    trace: str
    target: int
    sha256: str
    """Of the photo."""
    box: Box
    """The crop that was judged, as it stood when it was."""
    proposed: Box
    """The crop that the run had answered; the same unless it was corrected."""
    angle: float = Field(default=0.0, exclude_if=not_)
    """Degrees that the photo was turned by, clockwise, for `box`."""
    proposed_angle: float = Field(default=0.0, exclude_if=not_)
    """The same for `proposed`."""
    accepted: bool
    at: float
    """Unix time, seconds."""

    @property
    def corrected(self) -> bool:
        """Whether a person moved the box, or turned the photo, first."""
        return (self.box, self.angle) != (self.proposed, self.proposed_angle)


def keep_verdict(home: Path, verdict: Verdict) -> None:
    """Keep a verdict; a later one on the same crop replaces it."""
    with closing(connect(home)) as db:
        db.execute(
            "INSERT OR REPLACE INTO verdicts (trace, target, at, body) VALUES (?, ?, ?, ?)",
            (verdict.trace, verdict.target, verdict.at or time.time(), verdict.model_dump_json()),
        )


def drop_verdict(home: Path, trace: str, target: int) -> None:
    """Forget a verdict that was taken back."""
    with closing(connect(home)) as db:
        db.execute("DELETE FROM verdicts WHERE trace = ? AND target = ?", (trace, target))


def verdicts(home: Path) -> Sequence[Verdict]:
    """Return all verdicts, oldest first. They outlive the traces they are about."""
    if not file_of(home).is_file():
        return ()
    with closing(connect(home)) as db:
        rows = db.execute("SELECT body FROM verdicts ORDER BY at").fetchall()
    return tuple(Verdict.model_validate_json(row[0]) for row in rows)
