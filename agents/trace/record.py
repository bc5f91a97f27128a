"""Typed steps of a run, and the recorder that collects them. No pixels, no secrets."""

import contextvars
import hashlib
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, Protocol

from langgraph.errors import GraphBubbleUp
from pydantic import BeforeValidator, Field, JsonValue

from cropsmith.agents.backends.protocol.attempt import Attempt
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.plain_text import plain_unicode
from cropsmith.tools.schema.values import Value

Text = Annotated[str, BeforeValidator(plain_unicode)]
"""Text from outside; undecodable bytes (of a file name) become visible escapes."""


class Origin(Value):
    """The run that another one repeats, or goes on from."""

    trace: str
    since: str = ""
    """The step from which on the model was asked anew: "decision", "proposal:1"; empty: none."""
    changed: dict[str, JsonValue] = Field(default_factory=dict)
    """Settings that hold from that step on and were others before."""
    settings: dict[str, JsonValue] = Field(default_factory=dict)
    """All settings of the steps before it."""
    origin: "Origin | None" = None
    """The run that the origin went on from itself."""


class Facts(Value):
    """What a run starts from."""

    source: Text
    """File name, path, URL or "bytes", as given."""
    path: Text = ""
    """Absolute path of a local photo; empty for anything else."""
    sha256: str = ""
    """Of the photo's bytes; empty while unknown (the first step that opens it says it)."""
    size: Size | None = None
    text: Text = ""
    """The request in words, as given."""
    request: JsonValue = None
    """The whole request."""
    model: str = "builtin"
    settings: dict[str, Any] = Field(default_factory=dict)
    """The fields of the Context."""
    versions: dict[str, str] = Field(default_factory=dict)
    """Package -> version, of what the answer may depend on."""
    origin: Origin | None = None
    """Where it is no run of its own."""


class CallRecord(Value):
    """One model call of a step, also when it failed."""

    purpose: str
    model: str
    status: str
    reason: str = ""
    asked: float = 0.0
    """Unix time, seconds; calls of a step are in this order."""
    raised: str = ""
    """Class of the error that came instead of a reply; the status is then "error"."""
    prompt: str
    """The question as we put it, boxes in our numbers; `wire` has it as it was sent."""
    prompt_hashes: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    """sha256 of each picture shown, in order."""
    raw: str = ""
    """The answer as written; `thoughts` came before it."""
    thoughts: str = ""
    parsed: JsonValue = None
    convention: str = ""
    tool_calls: tuple[JsonValue, ...] = ()
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    """Share of the completion's that the thoughts took, where the provider tells."""
    cost: float | None = None
    seconds: float = 0.0
    attempts: int = 1
    temperature: float | None = None
    seed: int | None = None
    thinking: str | None = None
    """How much the model was told to think; None where nothing was said."""
    from_cache: bool = False
    frame: int | None = None
    """Which of `pictures` the answer's boxes refer to."""
    sent: tuple[Size, ...] = ()
    """Size of each picture on the wire; boxes of the answer refer to one of them."""
    seen: tuple[Size, ...] = ()
    """Size of each picture after the model's own resize."""
    notes: tuple[str, ...] = ()
    """What was done to the answer: clamped boxes, a repair round."""
    lacking: tuple[str, ...] = ()
    """What the server or model was asked for and cannot do."""
    wire: tuple[Attempt, ...] = ()
    """Every request that was sent and what came back; none where the cache answered."""


class ToolRecord(Value):
    """One tool call of a step: by the node, or by the model itself."""

    name: str
    by: str
    arguments: JsonValue = None
    result: JsonValue = None
    seconds: float = 0.0
    error: str = ""


class StepMark(Value):
    """A step that has begun."""

    node: str
    round: int = 0
    shape: int | None = None
    """Which of several shapes it is for, from 0; None for all of them, or the only one."""
    started: float
    """Unix time, seconds."""

    @property
    def name(self) -> str:
        """Node, round and shape for people, who count shapes from 1: "proposal round 1 shape 2"."""
        shape = "" if self.shape is None else f" shape {self.shape + 1}"
        return f"{self.node} round {self.round}{shape}" if self.round else f"{self.node}{shape}"


class Step(StepMark):
    """One node's run. The order of steps is the order in which they were written."""

    seconds: float
    cpu_seconds: float
    superstep: int | None = None
    """Number of the graph's superstep; nodes that share it ran side by side."""
    inputs: Any = None
    """What the node got beside the state; the state is the fold of the earlier steps' outputs."""
    outputs: Any = None
    """The part of the state that the node changed: Values, or JSON when read back."""
    calls: tuple[CallRecord, ...] = ()
    tools: tuple[ToolRecord, ...] = ()
    notes: tuple[str, ...] = ()
    error: str = ""


@dataclass
class OpenStep:
    """A step under way, filled by the node and by the calls made within it."""

    node: str
    round: int = 0
    shape: int | None = None
    superstep: int | None = None
    inputs: Any = None
    outputs: Any = None
    calls: list[CallRecord] = field(default_factory=list)
    tools: list[ToolRecord] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    """Notes on what the model or server cannot do."""


current_step: contextvars.ContextVar[OpenStep | None] = contextvars.ContextVar(
    "current_step", default=None
)
"""The step that calls made now belong to; per asyncio task, so side-by-side nodes stay apart."""


def note(text: str, *, lacking: bool = False) -> None:
    """Write a remark to the step under way, if there is one.

    What the model or server is `lacking` is told in the result, too, and is an error under strict.
    """
    if (step := current_step.get()) is None or lacking and text in step.lacking:
        return
    step.notes.append(text)
    if lacking:
        step.lacking.append(text)


class Recorder(Protocol):
    """Collects the steps of one run."""

    @property
    def trace_id(self) -> str | None:
        """Name of the trace; None when nothing is kept."""
        ...

    @property
    def problem(self) -> str:
        """Why the trace is incomplete, one sentence for the result's notes; empty if it is not."""
        ...

    def begin(self, facts: Facts) -> None:
        """Note what the run starts from."""
        ...

    def start(self, mark: StepMark) -> None:
        """Mark that a step is under way, so that a killed run says where it ended."""
        ...

    def write(self, step: Step) -> None:
        """Keep one finished step. Called from any thread; does no file work on the caller's."""
        ...

    def picture(self, data: bytes, role: str = "shown") -> str:
        """Keep an encoded picture, return its sha256. Roles: as in `PictureUse`."""
        ...

    def end(self, status: str, result: Any) -> None:
        """Note how the run ended: "ok" and the report, "error" and the message, or "waiting".

        Waits for the disk: in async code call it through `asyncio.to_thread`."""
        ...


class NoTrace:
    """The recorder of `--no-trace`: keeps nothing."""

    trace_id: str | None = None
    problem: str = ""

    def begin(self, facts: Facts) -> None:
        """Keep nothing."""

    def start(self, mark: StepMark) -> None:
        """Keep nothing."""

    def write(self, step: Step) -> None:
        """Keep nothing."""

    def picture(self, data: bytes, role: str = "shown") -> str:
        """Keep nothing, name the bytes."""
        return hashlib.sha256(data).hexdigest()

    def end(self, status: str, result: Any) -> None:
        """Keep nothing."""


class MemoryTrace(NoTrace):
    """Keeps the steps in a list, for tests and for callers that want them at hand."""

    def __init__(self) -> None:
        self.trace_id = uuid.uuid4().hex[:12]
        self.facts: Facts | None = None
        self.pictures: dict[str, bytes] = {}
        self.steps: list[Step] = []
        self.status = ""
        self.result: Any = None

    def begin(self, facts: Facts) -> None:
        """Keep the facts."""
        self.facts = facts

    def write(self, step: Step) -> None:
        """Keep the step."""
        self.steps.append(step)

    def picture(self, data: bytes, role: str = "shown") -> str:
        """Keep the bytes."""
        sha256 = super().picture(data, role)
        self.pictures[sha256] = data
        return sha256

    def end(self, status: str, result: Any) -> None:
        """Keep the ending."""
        self.status, self.result = status, result


@contextmanager
def record_step(
    recorder: Recorder,
    node: str,
    round: int = 0,
    shape: int | None = None,
    tell: Callable[[StepMark], object] | None = None,
) -> Iterator[OpenStep]:
    """Time a node, make it the current step, and write it even when the node fails.

    `tell` gets the mark when the step begins, and the whole `Step` when it has ended.
    """
    step = OpenStep(node=node, round=round, shape=shape)
    token = current_step.set(step)
    mark = StepMark(node=node, round=round, shape=shape, started=time.time())
    wall, cpu = time.perf_counter(), time.thread_time()
    error = ""
    recorder.start(mark)
    if tell:
        tell(mark)
    try:
        yield step
    except GraphBubbleUp:
        step.notes.append("Waits for a person.")  # an interrupt, which is no failure
        raise
    except BaseException as failure:
        error = plain_unicode(f"{type(failure).__name__}: {failure}")
        raise
    finally:
        current_step.reset(token)
        done = Step(
            node=node,
            round=step.round,
            shape=shape,
            started=mark.started,
            seconds=time.perf_counter() - wall,
            cpu_seconds=time.thread_time() - cpu,
            superstep=step.superstep,
            inputs=step.inputs,
            outputs=step.outputs,
            calls=tuple(sorted(step.calls, key=lambda call: call.asked)),
            tools=tuple(step.tools),
            notes=tuple(step.notes),
            error=error,
        )
        recorder.write(done)
        if tell:
            tell(done)
