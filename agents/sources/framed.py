"""Crops that frame as was asked: a shot of a person, a place for the subject, how close to go."""

from collections.abc import Sequence

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.sources.known import known_of
from cropsmith.agents.sources.source import draft
from cropsmith.tools.framing.framing import asks, framing_of
from cropsmith.tools.framing.wish import Framing
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import Evidence


class Framed:
    """Proposes the asked framing, as well as the photo allows."""

    name = "framed"

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        """Return the drafts of the framing; none for a request that asks for none."""
        if not asks(brief.intent):
            return []
        framing = framing_for(brief, known_of(brief))
        return [draft(brief, one.box, self.name, one.detail) for one in framing.drafts]


def framing_for(brief: Brief, known: Sequence[Evidence]) -> Framing:
    """Return what the asked framing comes to on this photo, of which all this is `known`."""
    placed = brief.intent.placement.horizon is not None
    horizon = brief.view.sight.horizon if placed else None
    return framing_of(brief.intent, brief.target, known, brief.view.size, horizon)
