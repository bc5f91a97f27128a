"""A way of asking a model: what it is asked for crops and for a choice, and what answers mean.

Every published method is one. `with_tools` puts tools before the answers of any of them.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.asking.question import Question
from cropsmith.agents.minds.base.mind import Brief, Locator, Mind
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.result import Decision


class Way(Mind, Locator, Protocol):
    """A mind that shows its questions, so that the model may use tools before it answers them."""

    @property
    def asker(self) -> Asker:
        """Who asks."""
        ...

    async def proposal(self, brief: Brief) -> Question[Any]:
        """Return the question for crops, or for better ones than `brief.earlier`."""
        ...

    def proposed(self, brief: Brief, answers: Sequence[Any]) -> Sequence[Candidate]:
        """Return the crops of one answer or several to `proposal`."""
        ...

    async def decision(self, brief: Brief, leaders: Sequence[Candidate]) -> Question[Any] | None:
        """Return the question for the choice; None where no model is asked, and `decide` tells."""
        ...

    def decided(
        self, brief: Brief, leaders: Sequence[Candidate], answers: Sequence[Any]
    ) -> Decision:
        """Return what the answers to `decision` choose, one per ending; None where one failed."""
        ...
