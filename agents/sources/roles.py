"""Drafts for answers that differ: wide, nearer, close, the subject on either side."""

from collections.abc import Sequence

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.sources.source import draft
from cropsmith.tools.photographer.preference import shape_of
from cropsmith.tools.photographer.roles import drafts
from cropsmith.tools.photographer.subject import subject_of
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import Box

SPOT = 0.1
"""Sides of what is taken for the subject where nothing stands out, as shares of the photo's."""


class Roles:
    """Proposes a draft for every role where several answers were asked for."""

    name = "roles"

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        """Return the drafts; none where one answer is enough."""
        if brief.intent.alternatives < 2:
            return []
        sight = brief.view.sight
        subject = subject_of(brief.seen, sight)
        boxes = drafts(
            shape_of(sight, brief.target.ratio), spot(brief) if subject is None else subject.box
        )
        return [draft(brief, box, self.name) for box in boxes]


def spot(brief: Brief) -> Box:
    """Return a small box about the point that the eye goes to."""
    at = brief.view.sight.focal_point
    return Box.of((at.x - SPOT / 2, at.y - SPOT / 2, at.x + SPOT / 2, at.y + SPOT / 2))
