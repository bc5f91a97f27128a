"""A candidate crop: box, where it came from, how it scored, what it was checked for."""

from collections.abc import Mapping
from operator import not_
from typing import Self

from pydantic import Field

from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.values import Value


class Provenance(Value):
    """Where a candidate came from."""

    source: str
    """"builtin", "original", "centre", "grounded", "retrieved", "person", or a model's name."""
    round: int = 0
    """0 for first proposals, 1.. for refinement rounds."""
    detail: str = ""
    """The example, phrase or composition element it serves."""
    place: int | None = Field(default=None, exclude_if=lambda place: place is None)
    """The number that its draft would have had in an id; None where the candidate's is its own."""


class Check(Value):
    """One hard constraint, held against one candidate."""

    name: str
    ok: bool
    detail: str = ""


class Candidate(Value):
    """One way to crop for one target. Scores are absent, never zero, if a scorer did not run."""

    id: str
    """Short and unique within a run: "g1", "m2.0"."""
    target: int
    """Index into the intent's targets."""
    box: Box
    provenance: Provenance
    """The first source that proposed it."""
    also: tuple[Provenance, ...] = Field(default=(), exclude_if=not_)
    """The other sources whose drafts came to the same whole pixels, of the same round."""
    reason: str = ""
    """What a proposer said for it."""
    role: str = Field(default="", exclude_if=not_)
    """What it is among the answers: "establishing", "close-up", "subject on the left"."""
    scores: Mapping[str, float] = Field(default_factory=dict)
    """Scorer name -> value, in the scorer's own range."""
    total: float | None = None
    """The task's weighted total; comparable within one photo and target only."""
    checks: tuple[Check, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Everyone who proposed it, the first first."""
        return (self.provenance.source, *(other.source for other in self.also))

    def proposed_by(self, source: str) -> bool:
        """Tell whether this source is among those that proposed it."""
        return source in self.sources

    def arrival(self, source: str) -> tuple[int, ...]:
        """Return what puts a source's candidates into the order in which it proposed them."""
        for other in self.also:
            if other.source == source and other.place is not None:
                # Before the candidate that took the number in its stead.
                return (self.target, other.round, other.place, 0)
        return (*(int(part) for part in self.id.split(".") if part.isdigit()), 1)

    def joined(self, draft: "Candidate", place: int) -> Self:
        """Return this candidate with the source of another draft that came to the same box."""
        if self.proposed_by(draft.provenance.source):
            return self
        other = draft.provenance.model_copy(update={"place": place})
        return self.model_copy(
            update={"also": (*self.also, other), "reason": self.reason or draft.reason}
        )

    @property
    def legal(self) -> bool:
        """Whether every hard constraint holds."""
        return all(check.ok for check in self.checks)

    def scored(self, scores: Mapping[str, float], total: float | None) -> Self:
        """Return this candidate with its scores."""
        return self.model_copy(update={"scores": dict(scores), "total": total})
