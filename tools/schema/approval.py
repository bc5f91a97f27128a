"""What a person is asked before the decision, and what they may answer."""

from pydantic import Field

from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Target
from cropsmith.tools.schema.values import Value


class Shape(Value):
    """The best candidates for one target."""

    index: int
    target: Target
    leaders: tuple[Candidate, ...]
    """Best first."""


class Question(Value):
    """What stands to be decided."""

    words: str
    shapes: tuple[Shape, ...]
    problem: str = ""
    """What was wrong with the last answer; empty at first."""


class Choice(Value):
    """A person's choice for one target: a candidate, or a box of their own."""

    target: int = Field(default=0, ge=0)
    candidate: str | None = None
    box: Box | None = None


class Approval(Value):
    """A person's word. Targets without a choice are left to the mind."""

    choices: tuple[Choice, ...] = ()
