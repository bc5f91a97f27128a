"""What a question with tools has come to: small values that a checkpoint keeps, no pixels.

Pictures are named by the crops that they show; the messages are made from this anew.
"""

from collections.abc import Sequence

from pydantic import JsonValue

# Not typing's own: before Python 3.12 pydantic cannot make a schema of that.
from typing_extensions import TypedDict

from cropsmith.agents.backends.protocol.backend import ToolCall
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.values import Value


class Findings(Value):
    """What a tool answers."""

    text: str
    boxes: tuple[Box, ...] = ()
    """In the order that the text speaks of them."""
    show: Box | None = None
    """A crop that the model asked to see."""
    error: str = ""
    """Why nothing came of the call; the text says it to the model."""


class Turn(Value):
    """One turn of the model that called tools."""

    calls: tuple[ToolCall, ...]
    findings: tuple[Findings, ...] = ()
    """One for each call; none while they are not carried out."""


class Given(Value):
    """One answer, or why there is none."""

    answer: JsonValue = None
    """The answer's fields; None without an answer."""
    status: str = "ok"
    reason: str = ""


class Inquiry(TypedDict):
    """One question under way."""

    purpose: str
    """"propose" or "decide"."""
    turns: Sequence[Turn]
    """Those with tool calls, in order."""
    enough: bool
    """No more tools are wanted, or to be had."""
    refused: bool
    """The model takes no tools."""
    due: int
    """Answers that are still to be given."""
    answers: Sequence[Given]
    cost: float
    """US dollars so far, as far as prices are known."""


def opened(purpose: str, due: int) -> Inquiry:
    """Return a question that was not asked yet."""
    return Inquiry(
        purpose=purpose, turns=(), enough=False, refused=False, due=due, answers=(), cost=0.0
    )
