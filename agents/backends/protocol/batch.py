"""Many requests at once, answered within a day at half the price: what a provider's batch API does.

Beside `Wire`: a wire that can be asked in batches puts the same bodies into jobs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

SHARE = 0.5
"""Of the list price: OpenAI, Google and Anthropic alike."""


@dataclass(frozen=True)
class Job:
    """One request of a batch."""

    id: str
    """Of letters, digits, - and _, at most 64 of them; the answer bears it too."""
    path: str
    """Of the API that would answer it alone; a batch has jobs of one path."""
    body: Mapping[str, Any]
    size: int
    """Bytes of the body as JSON."""


@dataclass(frozen=True)
class Answered:
    """What came of one job, as if it had been asked alone."""

    status: int
    """Of HTTP; 504 for a job that was never come to, which nobody is billed for."""
    body: Any
    """JSON as received."""


class State(StrEnum):
    """How far a batch is."""

    RUNNING = "running"
    ENDED = "ended"
    """All that will be answered is."""
    FAILED = "failed"
    """It was not taken: nothing was asked."""


@dataclass(frozen=True)
class Standing:
    """Where a batch stands."""

    state: State
    why: str = ""
    """Why it failed."""


@dataclass(frozen=True)
class Found:
    """What is known of a batch that may have been submitted."""

    remote: str = ""
    """The provider's name of it, where it is there for sure."""
    perhaps: bool = False
    """Whether it may turn out to be there: ask again later."""


class Desk(Protocol):
    """One provider's batch API. Raises as `Wire.send` does."""

    place: str
    """Provider, address and model: batches of one place know one another."""
    most_jobs: int
    most_bytes: int
    """Limits of one batch."""

    async def submit(self, label: str, jobs: Sequence[Job]) -> str:
        """Submit a batch, bearing a label if it can, and return the provider's name of it."""
        ...

    async def find(self, label: str, ids: Sequence[str], begun: float, known: set[str]) -> Found:
        """Look for a batch that was to be submitted at a Unix time; `known` ones are others."""
        ...

    async def standing(self, remote: str) -> Standing:
        """Return how far a batch is."""
        ...

    async def collect(self, remote: str) -> Mapping[str, Answered]:
        """Return the answers by the ids of their jobs; jobs never come to are left out."""
        ...


class Asking(Protocol):
    """What stands between a wire and a desk: gathers requests, and waits for their answers."""

    async def answer(self, path: str, body: Mapping[str, Any]) -> Answered:
        """Return what the provider answers to a request."""
        ...


@runtime_checkable
class BatchWire(Protocol):
    """A wire whose requests can be jobs."""

    batches: Asking | None
    """Where requests go instead of out at once."""

    def desk(self) -> Desk:
        """Return the provider's batch API. UsageError where it has none."""
        ...
