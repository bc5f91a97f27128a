"""Crops around the subjects that were found."""

from collections.abc import Sequence

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.sources.source import draft
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import EvidenceKind
from cropsmith.tools.schema.geometry import Box

ROOMS = (0.0, 0.15, 3 * 0.15, 5 * 0.15)
"""Room around the subjects in each draft, as a share of their own width and height."""


class Grounded:
    """Proposes all found subjects together, tightly and with more and more room."""

    name = "grounded"

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        """Return a draft for each of ROOMS; none where nothing was found."""
        subjects = [e for e in brief.grounding.found if e.kind is EvidenceKind.SUBJECT]
        if not subjects:
            return []
        union = subjects[0].box.union(*(e.box for e in subjects[1:]))
        detail = ", ".join(dict.fromkeys(e.phrase for e in subjects if e.phrase))
        return [draft(brief, roomy(union, room), self.name, detail) for room in ROOMS]


def roomy(box: Box, room: float) -> Box:
    """Return the box with room on every side, within the photo."""
    x, y = room * box.width, room * box.height
    return Box.of((box.x1 - x, box.y1 - y, box.x2 + x, box.y2 + y))
