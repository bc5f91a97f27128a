"""A run as a stream of typed events: `async for event in cropsmith.stream(...)`."""

from typing import Literal

from cropsmith.agents.trace.events import StepBegan, StepEnded
from cropsmith.tools.schema.approval import Question
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.result import CropReport
from cropsmith.tools.schema.values import Value

__all__ = ["Event", "Pending", "RunBegan", "RunEnded", "StepBegan", "StepEnded"]


class RunBegan(Value):
    """The photo is open and the run is under way."""

    kind: Literal["run_began"] = "run_began"
    trace_id: str | None
    source: str
    sha256: str
    size: Size | None
    model: str


class RunEnded(Value):
    """The answer. The last event; a run that fails raises instead."""

    kind: Literal["run_ended"] = "run_ended"
    report: CropReport


class Pending(Value):
    """The run waits for a person; `resume` goes on with it, in this process or another.

    The last event of a run that asks.
    """

    kind: Literal["pending"] = "pending"
    trace_id: str
    question: Question


Event = RunBegan | StepBegan | StepEnded | Pending | RunEnded
