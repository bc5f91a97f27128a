"""The tool loop as a graph of two nodes, `model` and `tools`, asked within the node that asks.

Under a parent with a checkpointer each turn is kept, so that a run that was killed asks no answered
turn again; without one, and outside of any graph, it works as well.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from pydantic import BaseModel

from cropsmith.agents.backends.protocol.backend import (
    Boxes,
    Called,
    Message,
    Part,
    Status,
    ToolCall,
    ToolOutcome,
    ToolSpec,
)
from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.asking.darkroom import COMPARED
from cropsmith.agents.minds.asking.question import Question
from cropsmith.agents.minds.base.mind import MindFailed
from cropsmith.agents.minds.with_tools.hands import HANDS, Bench, use
from cropsmith.agents.minds.with_tools.inquiry import Findings, Given, Inquiry, Turn
from cropsmith.agents.trace.record import ToolRecord, current_step, note
from cropsmith.errors import BudgetSpent, Misconfigured, UsageError

CALLS = 4
"""Calls of one turn that are carried out; more are refused in words."""

SHARE = 0.6
"""Part of the cost limit that turns with tools may use: the rest is for the answers."""

SPECS = tuple(ToolSpec(hand.name, hand.description, hand.arguments) for hand in HANDS.values())


@dataclass
class Limits:
    """What the questions of a run may use."""

    turns: int
    """With tools, per question."""
    cost: float | None
    """US dollars, over all questions; None for no limit."""
    paid: float = 0.0
    """What they have cost in this process."""


@dataclass(frozen=True)
class Talk:
    """What the two nodes work with: it lives in the process alone, the state is kept."""

    asker: Asker
    question: Question[Any]
    opening: Sequence[Message]
    """What is said before the first turn."""
    endings: Sequence[Sequence[Part]]
    """What is said before each answer."""
    bench: Bench
    limits: Limits
    openings: Sequence[str]
    """The tools that the first turns must call, in order; later ones are left to the model."""


async def model(state: Inquiry, runtime: Runtime[Talk]) -> dict[str, Any]:
    """Ask for a turn with tools while they are wanted and allowed, then for the answers."""
    talk = runtime.context
    said = [*talk.opening]
    for turn in state["turns"]:
        calls = tuple(_typed(call) for call in turn.calls)
        said.append(Message("assistant", [Called(calls)]))
        said.append(Message("user", await _outcomes(talk, calls, turn.findings)))
    if not state["enough"] and _allowed(talk, state):
        return await _turn(talk, state, said)
    return await _answer(talk, state, said)


async def tools(state: Inquiry, runtime: Runtime[Talk]) -> dict[str, Any]:
    """Carry out the calls of the last turn, one after another."""
    *before, turn = state["turns"]
    refusal = Findings(text=f"At most {CALLS} calls in one turn.")
    found = [await _carried_out(runtime.context, _typed(call)) for call in turn.calls[:CALLS]]
    found += [refusal for _ in turn.calls[CALLS:]]
    return {"turns": (*before, turn.model_copy(update={"findings": tuple(found)}))}


def after_model(state: Inquiry) -> Literal["model", "tools", "__end__"]:
    """Choose the next node."""
    if state["refused"]:
        return "__end__"
    if state["turns"] and not state["turns"][-1].findings:
        return "tools"
    return "model" if state["due"] else "__end__"


@cache
def tool_loop() -> CompiledStateGraph[Inquiry, Any, Inquiry, Inquiry]:
    """Return the loop; invoke it with `opened(...)` and a Talk as the context."""
    graph: StateGraph[Inquiry, Any, Inquiry, Inquiry] = StateGraph(Inquiry)
    graph.add_node("model", model)
    graph.add_node("tools", tools)
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", after_model)
    graph.add_edge("tools", "model")
    return graph.compile(name="tool loop")


def _allowed(talk: Talk, state: Inquiry) -> bool:
    limits = talk.limits
    if len(state["turns"]) >= limits.turns:
        return False
    # What an earlier process paid for this question stands in the state alone.
    if limits.cost is not None and max(limits.paid, state["cost"]) >= SHARE * limits.cost:
        note("The tools' share of the cost limit is used up.")
        return False
    return True


async def _turn(talk: Talk, state: Inquiry, said: Sequence[Message]) -> dict[str, Any]:
    asker, turns = talk.asker, len(state["turns"])
    ask = replace(
        asker.ask_of(talk.question),
        purpose=f"{talk.question.purpose} with tools",
        messages=said,
        tools=SPECS,
        tool_choice=talk.openings[turns] if turns < len(talk.openings) else "auto",
    )
    try:
        reply = await asker.ask(ask)
    except BudgetSpent as spent:
        note(f"A turn with tools ended as unavailable: {spent}")
        return {"enough": True}
    except (Misconfigured, UsageError) as error:
        if state["turns"]:
            raise MindFailed(str(error), status="error", source=asker.name) from error
        note(f"{asker.name} takes no tools ({error}); the fixed path was taken.", lacking=True)
        return {"refused": True}
    talk.limits.paid += reply.cost or 0.0
    cost = state["cost"] + (reply.cost or 0.0)
    if not turns:
        for told in reply.notes:
            note(told)
    if reply.status is not Status.OK:
        note(f"A turn with tools ended as {reply.status}: {reply.reason}")
    if reply.status is not Status.OK or not reply.tool_calls:
        return {"enough": True, "cost": cost}
    return {"turns": (*state["turns"], Turn(calls=reply.tool_calls)), "cost": cost}


async def _answer(talk: Talk, state: Inquiry, said: Sequence[Message]) -> dict[str, Any]:
    ending = Message("user", talk.endings[len(state["answers"])])
    ask = replace(talk.asker.ask_of(talk.question), messages=[*said, ending])
    cost = 0.0
    try:
        reply = await talk.asker.reply(ask)
        cost = reply.cost or 0.0
        if reply.status is not Status.OK or not isinstance(reply.value, talk.question.answer):
            raise talk.asker.failure(reply)
        given = Given(answer=reply.value.model_dump(mode="json"))
    except MindFailed as failed:
        given = Given(status=failed.status, reason=failed.message)
    talk.limits.paid += cost
    return {
        "enough": True,
        "due": state["due"] - 1,
        "answers": (*state["answers"], given),
        "cost": state["cost"] + cost,
    }


async def _outcomes(talk: Talk, calls: Sequence[ToolCall], found: Sequence[Findings]) -> list[Part]:
    """Return outcomes first, then boxes and pictures, as providers want them."""
    outcomes: list[Part] = []
    shown: list[Part] = []
    frame = talk.question.frame
    assert frame is not None  # a way names the picture that boxes are told in
    for call, findings in zip(calls, found, strict=True):
        outcomes.append(ToolOutcome(call, findings.text))
        if findings.boxes:
            shown += [f"Boxes from {call.name}:", Boxes(findings.boxes, frame)]
        if findings.show is not None:
            crop = await talk.asker.darkroom.crop(talk.bench.view, findings.show, COMPARED)
            shown += [f"Crop from {call.name}:", crop]
    return [*outcomes, *shown]


async def _carried_out(talk: Talk, call: ToolCall) -> Findings:
    """Carry out one call and write it to the trace, whatever comes of it."""
    started = time.perf_counter()
    given = call.value if isinstance(call.value, BaseModel) else None
    if given is not None:
        findings = await asyncio.to_thread(use, talk.bench, call.name, given)
    else:
        problem = call.problem or "the arguments are missing"
        findings = Findings(text=f"The call could not be used: {problem}.", error=problem)
    if (step := current_step.get()) is not None:
        step.tools.append(
            ToolRecord(
                name=call.name,
                by=talk.asker.name,
                arguments=call.arguments if given is None else given.model_dump(mode="json"),
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


def _typed(call: ToolCall) -> ToolCall:
    """Return a call with its arguments as the tool takes them: a checkpoint keeps bare JSON."""
    if call.value is None:
        return call
    value = HANDS[call.name].arguments.model_validate(call.value)
    return call.model_copy(update={"value": value})
