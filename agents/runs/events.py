"""A run as a stream of typed events: `async for event in cropsmith.stream(...)`."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Any, Literal

from cropsmith.agents.graph import Graph
from cropsmith.agents.parts.parts import Parts, build_parts
from cropsmith.agents.runs.run import run
from cropsmith.agents.trace.record import Facts, Recorder, Step
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest
from cropsmith.tools.schema.result import CropReport
from cropsmith.tools.schema.values import Value


class RunBegan(Value):
    """The photo is open and the run is under way."""

    kind: Literal["run_began"] = "run_began"
    trace_id: str | None
    source: str
    sha256: str
    size: Size | None
    model: str


class StepBegan(Value):
    """A node starts to work."""

    kind: Literal["step_began"] = "step_began"
    node: str
    round: int
    started: float
    """Unix time, seconds; names the step together with `node`."""


class StepEnded(Value):
    """A node has ended, perhaps with an error."""

    kind: Literal["step_ended"] = "step_ended"
    step: Step


class RunEnded(Value):
    """The answer. The last event; a run that fails raises instead."""

    kind: Literal["run_ended"] = "run_ended"
    report: CropReport


Event = RunBegan | StepBegan | StepEnded | RunEnded


class Announcer:
    """A recorder that also tells each thing as it happens; the recorder within keeps it."""

    def __init__(self, inner: Recorder, tell: Callable[[Event], None]) -> None:
        self.inner = inner
        self._tell = tell

    @property
    def trace_id(self) -> str | None:
        """Of the trace within."""
        return self.inner.trace_id

    @property
    def problem(self) -> str:
        """Of the trace within."""
        return self.inner.problem

    def begin(self, facts: Facts) -> None:
        """Keep and tell the start."""
        self.inner.begin(facts)
        self._tell(
            RunBegan(
                trace_id=self.trace_id,
                source=facts.source,
                sha256=facts.sha256,
                size=facts.size,
                model=facts.model,
            )
        )

    def start(self, node: str, round: int, started: float) -> None:
        """Keep and tell that a step is under way."""
        self.inner.start(node, round, started)
        self._tell(StepBegan(node=node, round=round, started=started))

    def write(self, step: Step) -> None:
        """Keep and tell a finished step."""
        self.inner.write(step)
        self._tell(StepEnded(step=step))

    def picture(self, data: bytes, role: str = "shown") -> str:
        """Keep a picture."""
        return self.inner.picture(data, role)

    def end(self, status: str, result: Any) -> None:
        """Keep the ending."""
        self.inner.end(status, result)


async def events_of(
    photo: object, request: CropRequest, parts: Parts | None = None, graph: Graph | None = None
) -> AsyncGenerator[Event, None]:
    """Crop one photo and yield what happens as it happens. Raises what `run` raises.

    The recorder is made to tell as well as to keep. Leaving the loop early cancels the run.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Event | None] = asyncio.Queue()

    def tell(event: Event) -> None:
        loop.call_soon_threadsafe(queue.put_nowait, event)

    parts = parts or build_parts()
    parts = parts.but(recorder=Announcer(parts.recorder, tell))
    task = asyncio.create_task(run(photo, request, parts, graph))
    # After everything that the run's threads have told: they went the same way.
    task.add_done_callback(lambda _: loop.call_soon(queue.put_nowait, None))
    try:
        while (event := await queue.get()) is not None:
            yield event
        yield RunEnded(report=(await task).report)
    finally:
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
