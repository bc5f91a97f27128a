"""A source of candidates, and how it drafts one."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.geometry import Box


@runtime_checkable
class Source(Protocol):
    """Proposes crops for one target. Every mind is a source as it stands."""

    @property
    def name(self) -> str:
        """What its candidates' provenance says."""
        ...

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        """Return drafts, any box in [0, 1]: the proposal node solves them within the constraints.

        Raises CropsmithError when it cannot do its work: that is recorded, and the others remain.
        """
        ...


def draft(brief: Brief, box: Box, source: str, detail: str = "") -> Candidate:
    """Return a candidate that is not solved yet."""
    return Candidate(
        id="",
        target=brief.target_index,
        box=box,
        provenance=Provenance(source=source, round=brief.round, detail=detail),
    )
