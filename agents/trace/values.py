"""A trace as its readers get it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from cropsmith.agents.trace.record import Facts, Step, StepMark
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.values import Value


class TraceStatus(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    OK = "ok"
    ERROR = "error"
    WAITING = "waiting"
    """Paused for a person's word; can be resumed."""
    KILLED = "killed"
    """Its process is gone, and it never said how it ended."""


class TraceHead(Value):
    """One line of a list of traces."""

    id: str
    started: float
    """Unix time, seconds."""
    seconds: float | None = None
    """None while it runs, or if it was killed."""
    status: TraceStatus
    source: str
    path: str = ""
    sha256: str = ""
    size: Size | None = None
    """Of the photo that the boxes lie on: upright, and level where it was straightened. Pixels."""
    request: str = ""
    model: str
    calls: int = 0
    failed_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    """US dollars; None when there was no call, or one did not tell its price."""
    error: str = ""
    parent: str = ""
    """The trace that this one repeats or goes on from."""
    study: str = ""
    """The study that the run belongs to; empty for a run of its own."""


class PictureUse(Value):
    """A picture of the image store, and what this trace has it for."""

    sha256: str
    role: str
    """"shown" to a model, "preview" of the photo, "photo" (its own bytes)."""


class Trace(Value):
    """All that is kept of one run."""

    head: TraceHead
    facts: Facts
    steps: tuple[Step, ...]
    """In the order in which they began."""
    unfinished: tuple[StepMark, ...] = ()
    """Steps that began and never ended."""
    result: Any = None
    """JSON of the report; None when the run did not get so far."""
    pictures: tuple[PictureUse, ...] = ()

    @property
    def angle(self) -> float:
        """Degrees that the photo was turned by, clockwise: all boxes lie on the level photo."""
        for step in self.steps:
            image = step.outputs.get("image") if isinstance(step.outputs, Mapping) else None
            if isinstance(image, Mapping):
                return float(image.get("angle", 0.0))
        return 0.0
