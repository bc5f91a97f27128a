"""What framing asks of a crop: constraints that may yield, each with what to say when they do."""

from dataclasses import dataclass
from typing import Protocol, Self, runtime_checkable

from cropsmith.errors import Infeasible
from cropsmith.tools.constraints.kinds import Constraint
from cropsmith.tools.schema.evidence import Evidence
from cropsmith.tools.schema.geometry import Box


@runtime_checkable
class Yielding(Constraint, Protocol):
    """A constraint with weaker forms, from as asked to asking for nothing."""

    def looser(self, slack: float) -> Self:
        """Return the form weakened by `slack`: 0 as asked, 1 asking for nothing."""
        ...


@dataclass(frozen=True)
class Wish:
    """One constraint, and the sentence for when it cannot hold as asked."""

    constraint: Yielding
    yielded: str
    """Empty where a weaker form is as good to the eye, and nobody needs to hear of it."""
    firm: bool = False
    """Whether nothing less will do: then `yielded` is why the request is refused."""
    instead: str = ""
    """What to say works instead of a firm one."""


@dataclass(frozen=True)
class Draft:
    """A box worth proposing, on the photo, and what it shows."""

    box: Box
    detail: str


@dataclass(frozen=True)
class Framing:
    """What the asked framing comes to on this photo."""

    evidence: tuple[Evidence, ...]
    """What was found, with what the asked shot leaves out of a subject taken off its box."""
    wishes: tuple[Wish, ...] = ()
    """The most important first."""
    drafts: tuple[Draft, ...] = ()
    notes: tuple[str, ...] = ()
    refused: Infeasible | None = None
    """Why the photo cannot give what was asked and nothing less will do; None where it can."""
