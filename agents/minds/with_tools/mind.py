"""Tools around any way of asking: the model may call them before it proposes and decides.

Each turn the model gets the results of its calls; the answers are asked without tools and read as
ever. Turns, calls and cost are bounded. A model or server that takes no tools falls back to the
way itself, and that is noted.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

from cropsmith.agents.backends.protocol.backend import Message
from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.asking.question import Question
from cropsmith.agents.minds.asking.way import Way
from cropsmith.agents.minds.base.mind import Brief, MindFailed
from cropsmith.agents.minds.with_tools.hands import Bench
from cropsmith.agents.minds.with_tools.inquiry import opened
from cropsmith.agents.minds.with_tools.loop import Limits, Talk, tool_loop
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import Analysis, Evidence
from cropsmith.tools.schema.request import CropRequest, Intent
from cropsmith.tools.schema.result import Decision

TURNS = 5
"""Turns with tools, per question."""


class WithTools:
    """Asks as `inner` does, with tools at hand in the proposal and the decision."""

    def __init__(
        self,
        inner: Way,
        bench: Callable[[Brief], Bench],
        *,
        openings: Sequence[str] = (),
        turns: int = TURNS,
        max_cost: float | None = None,
    ) -> None:
        """`openings` are the tools that the first turns must call; later ones are the model's."""
        self.inner = inner
        self._bench = bench
        self._openings = tuple(openings)
        self._limits = Limits(turns, max_cost)
        self._toolless = False

    @property
    def asker(self) -> Asker:
        """Who asks."""
        return self.inner.asker

    @property
    def name(self) -> str:
        """`provider/model`."""
        return self.inner.name

    async def understand(self, view: View, request: CropRequest) -> Intent:
        """Ask as the way within does."""
        return await self.inner.understand(view, request)

    async def analyse(self, view: View, intent: Intent) -> Analysis:
        """Ask as the way within does."""
        return await self.inner.analyse(view, intent)

    async def locate(self, view: View, intent: Intent) -> Sequence[Evidence]:
        """Ask as the way within does."""
        return await self.inner.locate(view, intent)

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        """Propose after as many tool calls as the model wants, within the bounds."""
        if not self._toolless:
            answers = await self._answers(await self.inner.proposal(brief), brief)
            if answers is not None:
                return self.inner.proposed(brief, answers)
        return await self.inner.propose(brief)

    async def decide(self, brief: Brief, leaders: Sequence[Candidate]) -> Decision:
        """Decide after tool calls, where the model is asked for the decision at all."""
        question = None if self._toolless else await self.inner.decision(brief, leaders)
        if question is not None:
            answers = await self._answers(question, brief)
            if answers is not None:
                return self.inner.decided(brief, leaders, answers)
        return await self.inner.decide(brief, leaders)

    async def _answers(
        self, question: Question[Any], brief: Brief
    ) -> Sequence[BaseModel | None] | None:
        """Return an answer per ending, None for one that failed; None if tools cannot be used."""
        script = question.script
        offer = script.text("vlm/tools", steps=self._limits.turns)
        *before, last = script.messages()
        now = script.text("vlm/answer_now")
        talk = Talk(
            asker=self.asker,
            question=question,
            opening=[*before, Message(last.role, [*last.parts, offer])],
            endings=[[*ending, now] for ending in question.endings],
            bench=await asyncio.to_thread(self._bench, brief),
            limits=self._limits,
            openings=self._openings,
        )
        start = opened(question.purpose, len(question.endings))
        ended = await tool_loop().ainvoke(start, context=talk)
        if ended["refused"]:
            self._toolless = True
            return None
        given = ended["answers"]
        if all(one.answer is None for one in given):
            raise MindFailed(given[-1].reason, status=given[-1].status, source=self.name)
        read = question.answer.model_validate
        return [None if one.answer is None else read(one.answer) for one in given]
