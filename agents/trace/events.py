"""What a run tells of its steps as they happen."""

from typing import Literal

from cropsmith.agents.trace.record import Step, StepMark
from cropsmith.tools.schema.values import Value


class StepBegan(StepMark):
    """A node starts to work; `node`, `shape` and `started` name the step."""

    kind: Literal["step_began"] = "step_began"


class StepEnded(Value):
    """A node has ended, perhaps with an error."""

    kind: Literal["step_ended"] = "step_ended"
    step: Step


def event_of(mark: StepMark) -> StepBegan | StepEnded:
    """Return the event that a step began, or that it has ended."""
    if isinstance(mark, Step):
        return StepEnded(step=mark)
    return StepBegan(**dict(mark))
