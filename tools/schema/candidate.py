"""A candidate crop: box, where it came from, how it scored, what it was checked for."""

from collections.abc import Mapping
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
    reason: str = ""
    """What its proposer said for it."""
    scores: Mapping[str, float] = Field(default_factory=dict)
    """Scorer name -> value, in the scorer's own range."""
    total: float | None = None
    """The task's weighted total; comparable within one photo and target only."""
    checks: tuple[Check, ...] = ()

    @property
    def legal(self) -> bool:
        """Whether every hard constraint holds."""
        return all(check.ok for check in self.checks)

    def scored(self, scores: Mapping[str, float], total: float | None) -> Self:
        """Return this candidate with its scores."""
        return self.model_copy(update={"scores": dict(scores), "total": total})
