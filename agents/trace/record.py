"""Typed steps of a run, and the recorder that collects them. No pixels, no secrets."""

import contextvars
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import JsonValue

from cropsmith.tools.values import Value


class CallRecord(Value):
    """One model call of a step, also when it failed."""

    purpose: str
    model: str
    status: str
    reason: str = ""
    prompt: str
    """Rendered text with pictures replaced by their hashes."""
    prompt_hashes: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    """sha256 of each picture shown, in order."""
    raw: str = ""
    parsed: JsonValue = None
    convention: str = ""
    tool_calls: tuple[JsonValue, ...] = ()
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None
    cost: float | None = None
    seconds: float = 0.0
    attempts: int = 1
    temperature: float | None = None
    seed: int | None = None
    from_cache: bool = False


class ToolRecord(Value):
    """One tool call of a step: by the node, or by the model itself."""

    name: str
    by: str
    arguments: JsonValue = None
    result: JsonValue = None
    seconds: float = 0.0
    error: str = ""


class Step(Value):
    """One node's run. The order of steps is the order in which they were written."""

    node: str
    round: int = 0
    started: float
    """Unix time, seconds."""
    seconds: float
    cpu_seconds: float
    inputs: JsonValue = None
    outputs: JsonValue = None
    calls: tuple[CallRecord, ...] = ()
    tools: tuple[ToolRecord, ...] = ()
    notes: tuple[str, ...] = ()
    error: str = ""


@dataclass
class OpenStep:
    """A step under way, filled by the node and by the calls made within it."""

    node: str
    round: int = 0
    inputs: Any = None
    outputs: Any = None
    calls: list[CallRecord] = field(default_factory=list)
    tools: list[ToolRecord] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


current_step: contextvars.ContextVar[OpenStep | None] = contextvars.ContextVar(
    "current_step", default=None
)
"""The step that calls made now belong to; per asyncio task, so side-by-side nodes stay apart."""


class Recorder(Protocol):
    """Collects the steps of one run."""

    @property
    def trace_id(self) -> str | None:
        """Name of the trace; None when nothing is kept."""
        ...

    def begin(self, facts: Any) -> None:
        """Note what the run starts from (a JSON value): photo, request, settings, versions."""
        ...

    def write(self, step: Step) -> None:
        """Keep one finished step. Called from any thread."""
        ...

    def picture(self, data: bytes) -> str:
        """Keep an encoded picture, return its sha256."""
        ...

    def end(self, status: str, result: Any) -> None:
        """Note how the run ended: "ok" or "error", and the report or message."""
        ...


class NoTrace:
    """The recorder of `--no-trace`: keeps nothing."""

    trace_id: str | None = None

    def begin(self, facts: Any) -> None:
        """Keep nothing."""

    def write(self, step: Step) -> None:
        """Keep nothing."""

    def picture(self, data: bytes) -> str:
        """Keep nothing, name the bytes."""
        import hashlib

        return hashlib.sha256(data).hexdigest()

    def end(self, status: str, result: Any) -> None:
        """Keep nothing."""


class MemoryTrace(NoTrace):
    """Keeps the steps in a list, for tests and for callers that want them at hand."""

    def __init__(self) -> None:
        self.trace_id = uuid.uuid4().hex[:12]
        self.facts: Any = None
        self.steps: list[Step] = []
        self.status = ""
        self.result: Any = None

    def begin(self, facts: Any) -> None:
        """Keep the facts."""
        self.facts = facts

    def write(self, step: Step) -> None:
        """Keep the step."""
        self.steps.append(step)

    def end(self, status: str, result: Any) -> None:
        """Keep the ending."""
        self.status, self.result = status, result


@contextmanager
def record_step(recorder: Recorder, node: str, round: int = 0) -> Iterator[OpenStep]:
    """Time a node, make it the current step, and write it even when the node fails."""
    step = OpenStep(node=node, round=round)
    token = current_step.set(step)
    started, wall, cpu = time.time(), time.perf_counter(), time.thread_time()
    error = ""
    try:
        yield step
    except BaseException as failure:
        error = f"{type(failure).__name__}: {failure}"
        raise
    finally:
        current_step.reset(token)
        recorder.write(
            Step(
                node=node,
                round=step.round,
                started=started,
                seconds=time.perf_counter() - wall,
                cpu_seconds=time.thread_time() - cpu,
                inputs=step.inputs,
                outputs=step.outputs,
                calls=tuple(step.calls),
                tools=tuple(step.tools),
                notes=tuple(step.notes),
                error=error,
            )
        )
