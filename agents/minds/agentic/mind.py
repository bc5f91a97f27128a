"""The VLM mind with hands: it may call the tools itself before it proposes and decides.

Each turn the model gets the results of its calls; the last turn offers no tools and asks for the
same answer as the fixed path does, so that everything behind is the same. Turns, calls and cost are
bounded. A model or server that takes no tools falls back to the fixed path, and that is noted.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from pydantic import BaseModel

from cropsmith.agents.backends.protocol.backend import (
    Ask,
    Backend,
    Boxes,
    Called,
    Message,
    Part,
    Picture,
    Reply,
    Status,
    ToolCall,
    ToolOutcome,
    ToolSpec,
)
from cropsmith.agents.minds.agentic.hands import HANDS, Bench, Findings, use
from cropsmith.agents.minds.base.mind import Brief, Mind, MindFailed
from cropsmith.agents.minds.vlm.answers import Proposals, choice_among
from cropsmith.agents.minds.vlm.messages import Script, Shown
from cropsmith.agents.minds.vlm.mind import VlmMind
from cropsmith.agents.minds.vlm.parse import candidates_from, merged, settled
from cropsmith.agents.minds.vlm.pictures import COMPARED
from cropsmith.agents.trace.record import ToolRecord, current_step
from cropsmith.errors import BudgetSpent, Misconfigured, UsageError
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.result import Decision

A = TypeVar("A", bound=BaseModel)

TURNS = 5
"""Turns with tools, per question."""

CALLS = 4
"""Calls of one turn that are carried out; more are refused in words."""

SHARE = 0.6
"""Part of the cost limit that turns with tools may use: the rest is for the answers."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

SPECS = tuple(ToolSpec(hand.name, hand.description, hand.arguments) for hand in HANDS.values())


@dataclass
class Inquiry:
    """One question under way: the conversation so far, and what it may still use."""

    purpose: str
    messages: list[Message]
    photo: Picture
    bench: Bench
    answer: type[BaseModel]
    hashes: list[str] = field(default_factory=list)


class AgenticMind(VlmMind):
    """Asks as VlmMind does, with tools at hand in the proposal and the decision."""

    def __init__(
        self,
        backend: Backend,
        builtin: Mind,
        *,
        bench: Callable[[Brief], Bench],
        opening: str | None = None,
        turns: int = TURNS,
        max_cost: float | None = None,
        **settings: Any,
    ) -> None:
        """`opening` names the tool that the first turn must call; None leaves it to the model."""
        super().__init__(backend, builtin, **settings)
        self._bench = bench
        self._opening = opening
        self._turns = turns
        self._max_cost = max_cost
        self._cost = 0.0
        self._toolless = False

    @classmethod
    def like(
        cls, mind: VlmMind, bench: Callable[[Brief], Bench], max_cost: float | None = None
    ) -> Self:
        """Return a mind with hands that asks as `mind` does, within a cost limit."""
        return cls(
            mind.backend,
            mind._builtin,
            bench=bench,
            max_cost=max_cost,
            effort=mind.effort,
            overlays=mind._overlays,
            temperature=mind._asked_temperature,
            seed=mind._seed,
            crops=mind._crops,
            example_data=mind._example_data,
        )

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        """Propose after as many tool calls as the model wants, within the bounds."""
        if self.effort == "quick" or self._toolless:
            return await super().propose(brief)
        script, photo = await self._proposal_script(brief)
        inquiry = await self._inquire("propose", script, photo, brief, Proposals)
        if inquiry is None:
            return await super().propose(brief)
        answer = await self._conclude(inquiry, [script.text("vlm/answer_now")], Proposals)
        return candidates_from([answer], brief, self.name)

    async def decide(self, brief: Brief, leaders: Sequence[Candidate]) -> Decision:
        """Decide after tool calls; the choice itself is asked in both orders, as ever."""
        if self.effort == "quick" or self._toolless:
            return await super().decide(brief, leaders)
        if len(leaders) == 1:
            return settled(brief, leaders[0], self.name)
        photo = await self._darkroom.photo(brief.view)
        script = Script()
        script.show(photo)
        script.say("vlm/leaders", wanted=brief.intent.read_back or "the best crop")
        script.parts.append(Boxes([leader.box for leader in leaders], photo))
        letters = LETTERS[: len(leaders)]
        inquiry = await self._inquire("decide", script, photo, brief, choice_among(letters))
        if inquiry is None:
            return await super().decide(brief, leaders)
        shown = [
            Shown(leader, await self._darkroom.crop(brief.view, leader.box, COMPARED))
            for leader in leaders
        ]
        ballots = []
        failed: MindFailed | None = None
        for order in (shown, shown[::-1]):
            parts: list[Part] = []
            for letter, item in zip(letters, order, strict=True):
                parts += [script.text("vlm/letter", letter=letter), item.picture]
            wanted = brief.intent.read_back or "the best crop"
            parts.append(script.text("vlm/decide", count=len(order), wanted=wanted))
            parts.append(script.text("vlm/answer_now"))
            try:
                ballots.append((order, await self._conclude(inquiry, parts, inquiry.answer)))
            except MindFailed as error:
                failed = error
        if not ballots and failed is not None:
            raise failed
        return merged(brief, leaders, ballots, self.name)

    async def _inquire(
        self, purpose: str, script: Script, photo: Picture, brief: Brief, answer: type[BaseModel]
    ) -> Inquiry | None:
        """Let the model use tools; None when it cannot, and the fixed path must be taken."""
        offer = script.text("vlm/tools", steps=self._turns)
        messages = script.messages()
        last = messages.pop()
        messages.append(Message(last.role, [*last.parts, offer]))
        bench = await asyncio.to_thread(self._bench, brief)
        inquiry = Inquiry(purpose, messages, photo, bench, answer, script.hashes)
        for turn in range(self._turns):
            if self._max_cost is not None and self._cost >= SHARE * self._max_cost:
                _note("The tools' share of the cost limit is used up.")
                break
            choice = self._opening if turn == 0 and self._opening else "auto"
            try:
                reply = await self._turn(inquiry, choice)
            except (Misconfigured, UsageError) as error:
                if turn > 0:
                    raise MindFailed(str(error), status="error", source=self.name) from error
                self._toolless = True
                _note(f"{self.name} takes no tools ({error}); the fixed path was taken.")
                return None
            if reply.status is not Status.OK:
                _note(f"A turn with tools ended as {reply.status}: {reply.reason}")
                break
            if not reply.tool_calls:
                break
            inquiry.messages.append(Message("assistant", [Called(reply.tool_calls)]))
            inquiry.messages.append(Message("user", await self._outcomes(inquiry, reply)))
        return inquiry

    async def _turn(self, inquiry: Inquiry, choice: str) -> Reply:
        ask = Ask(
            purpose=f"{inquiry.purpose} with tools",
            messages=inquiry.messages,
            answer=inquiry.answer,
            frame=inquiry.photo,
            tools=SPECS,
            tool_choice=choice,
            temperature=self._temperature,
            seed=self._seed,
            prompt_hashes=tuple(inquiry.hashes),
        )
        try:
            reply = await self.backend.ask(ask)
        except BudgetSpent as spent:
            return Reply(status=Status.UNAVAILABLE, reason=str(spent), model=self.name)
        self._cost += reply.cost or 0.0
        return reply

    async def _outcomes(self, inquiry: Inquiry, reply: Reply) -> list[Part]:
        """Carry out a turn's calls; outcomes first, then boxes and pictures, as providers want."""
        outcomes: list[Part] = []
        shown: list[Part] = []
        for number, call in enumerate(reply.tool_calls):
            if number >= CALLS:
                outcomes.append(ToolOutcome(call, f"At most {CALLS} calls in one turn."))
                continue
            findings = await self._call(inquiry, call)
            outcomes.append(ToolOutcome(call, findings.text))
            if findings.boxes:
                shown += [f"Boxes from {call.name}:", Boxes(findings.boxes, inquiry.photo)]
            if findings.show is not None:
                crop = await self._darkroom.crop(inquiry.bench.view, findings.show, COMPARED)
                shown += [f"Crop from {call.name}:", crop]
        return [*outcomes, *shown]

    async def _call(self, inquiry: Inquiry, call: ToolCall) -> Findings:
        """Carry out one call and write it to the trace, whatever comes of it."""
        started = time.perf_counter()
        if isinstance(call.value, BaseModel):
            findings = await asyncio.to_thread(use, inquiry.bench, call.name, call.value)
        else:
            problem = call.problem or "the arguments are missing"
            findings = Findings(f"The call could not be used: {problem}.", error=problem)
        if (step := current_step.get()) is not None:
            valid = isinstance(call.value, BaseModel)
            step.tools.append(
                ToolRecord(
                    name=call.name,
                    by=self.name,
                    arguments=call.value.model_dump(mode="json") if valid else call.arguments,
                    result={
                        "text": findings.text,
                        "boxes": [list(box.corners) for box in findings.boxes],
                        "shown": findings.show and list(findings.show.corners),
                    },
                    seconds=time.perf_counter() - started,
                    error=findings.error,
                )
            )
        return findings

    async def _conclude(self, inquiry: Inquiry, parts: Sequence[Part], answer: type[A]) -> A:
        """Ask for the answer itself, without tools."""
        ask = Ask(
            purpose=inquiry.purpose,
            messages=[*inquiry.messages, Message("user", parts)],
            answer=answer,
            frame=inquiry.photo,
            temperature=self._temperature,
            seed=self._seed,
            prompt_hashes=tuple(inquiry.hashes),
        )
        try:
            reply = await self.backend.ask(ask)
        except (BudgetSpent, Misconfigured, UsageError) as error:
            raise MindFailed(str(error), status="error", source=self.name) from error
        self._cost += reply.cost or 0.0
        if reply.status is not Status.OK or not isinstance(reply.value, answer):
            raise self._failure(reply)
        return reply.value


def _note(text: str) -> None:
    if (step := current_step.get()) is not None:
        step.notes.append(text)
