"""The photo as it is, or its centre where another shape is asked."""

from collections.abc import Sequence

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.sources.source import draft
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.ratio import Ratio

CENTRE = "centre"
"""What its draft is called where a shape or a rule leaves less than the whole of it."""


class Original:
    """Proposes the whole frame; what a shape leaves of it lies in the centre."""

    name = "original"

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        """Return one draft, called "centre" where the shape is another than the photo's."""
        shape = brief.target.ratio
        same = shape is None or shape == Ratio.of_size(brief.view.size)
        return [draft(brief, Box.whole(), self.name if same else CENTRE)]
