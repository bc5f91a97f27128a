"""Traces as JSON Lines: one line for the trace, one for each step. Schema: docs/traces.md."""

import json
from collections.abc import Iterator
from typing import Any, Literal

from cropsmith.agents.trace.record import Facts, Step, StepMark
from cropsmith.agents.trace.values import PictureUse, Trace, TraceHead
from cropsmith.tools.schema.values import Value

FORMAT = 1
"""Raised when a line changes its meaning; new optional fields do not raise it."""


class TraceLine(Value):
    """The first line of a trace."""

    kind: Literal["trace"] = "trace"
    format: int = FORMAT
    head: TraceHead
    facts: Facts
    unfinished: tuple[StepMark, ...] = ()
    """Steps that began and never ended."""
    pictures: tuple[PictureUse, ...] = ()
    result: Any = None
    """The report, as `cropsmith crop --json` prints it."""


class StepLine(Value):
    """One step of the trace named by `trace`."""

    kind: Literal["step"] = "step"
    trace: str
    position: int
    """From 0, in the order in which the steps began."""
    step: Step


def lines(trace: Trace) -> Iterator[str]:
    """Yield a trace as JSON lines, ASCII only, so that no reader can trip over a sign."""
    first = TraceLine(
        head=trace.head,
        facts=trace.facts,
        unfinished=trace.unfinished,
        pictures=trace.pictures,
        result=trace.result,
    )
    yield _line(first)
    for position, step in enumerate(trace.steps):
        yield _line(StepLine(trace=trace.head.id, position=position, step=step))


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a line."""
    from pydantic import TypeAdapter

    adapter: TypeAdapter[TraceLine | StepLine] = TypeAdapter(TraceLine | StepLine)
    return adapter.json_schema(mode="serialization")


def _line(value: Value) -> str:
    return json.dumps(value.model_dump(mode="json"), separators=(",", ":"))
