"""Expert crops of similar photos, carried over to this one."""

from collections.abc import Sequence

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.sources.source import draft
from cropsmith.tools.examples.transfer import transferred
from cropsmith.tools.schema.candidate import Candidate

NEAREST = 3
"""Examples whose best crop is proposed as it is."""


class Retrieved:
    """Proposes where the examples' crops lie together, and those of the nearest."""

    name = "retrieved"

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        """Return the mean crop and the nearest ones; none without examples."""
        examples, target = brief.examples, brief.target
        mean = transferred(examples, target.ratio, brief.view.size)
        detail = f"{len(examples)} similar photos"
        together = [] if mean is None else [draft(brief, mean, self.name, detail)]
        nearest = [draft(brief, e.crops[0].box, self.name, e.source) for e in examples[:NEAREST]]
        return [*together, *nearest]
