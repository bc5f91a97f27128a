"""A source of candidates: two golden boxes, left and right."""

from collections.abc import Sequence

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.sources.source import draft
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import Box

GOLDEN = 0.618


class Golden:
    name = "golden"

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        left, right = Box.of((0, 0, GOLDEN, 1)), Box.of((1 - GOLDEN, 0, 1, 1))
        return [draft(brief, left, self.name, "left"), draft(brief, right, self.name, "right")]


SOURCE = Golden()
