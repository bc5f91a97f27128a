"""What does the jobs of a batch: an engine, and what it tells of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cropsmith.batch.work import Job, Outcome


@dataclass(frozen=True)
class Claimed:
    """A job is about to write files, and waits for the answer: "", or why it may not."""

    job: Job
    paths: Sequence[Path]
    answer: Callable[[str], None]


@dataclass(frozen=True)
class Finished:
    """A job has come to its outcome."""

    job: Job
    outcome: Outcome


@dataclass(frozen=True)
class Died:
    """The process that did a job is gone, and how it ended is all that is known."""

    job: Job
    how: str


Event = Claimed | Finished | Died


class Engine(Protocol):
    """Runs the work function. Used by one thread."""

    @property
    def under_way(self) -> int:
        """Jobs that were given and have not finished."""

    def give(self, job: Job) -> None:
        """Begin a job, at once."""

    def events(self) -> Sequence[Event]:
        """Return what has happened since, after waiting until something has."""

    def stop(self) -> Sequence[Event]:
        """Give up what has written nothing yet; return how those ended that were writing."""

    def close(self) -> None:
        """End what the engine holds."""
