"""The tool loop under a checkpointer: kept, seen, streamed, and never paid twice."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import TypeAdapter
from skimage import data

from cropsmith.agents.backends.protocol.backend import Ask, Called, Reply, ToolCall
from cropsmith.agents.backends.providers.scripted import Scripted, ScriptedAnswer
from cropsmith.agents.graph import Graph, build_graph
from cropsmith.agents.minds.with_tools.hands import HANDS
from cropsmith.agents.minds.with_tools.inquiry import Inquiry, Turn
from cropsmith.agents.minds.with_tools.loop import tool_loop
from cropsmith.agents.nodes.state import CropInput
from cropsmith.agents.parts.parts import RunContext, build_parts
from cropsmith.agents.runs.checkpoints import serializer
from cropsmith.agents.runs.langgraph_server import make_graph
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.tools.photographer.opened_photo import Views

PHOTO = data.astronaut()
BOX = {"x1": 0.1, "y1": 0.1, "x2": 0.7, "y2": 0.9}
WIDER = {"x1": 0.0, "y1": 0.0, "x2": 0.9, "y2": 0.8}
IDEAS = [{"element": "center", "reason": "It is calm.", "box": box} for box in (BOX, WIDER)]
ANALYSIS = {
    "scene": "s", "subjects": [], "elements": [], "lines": [], "distractions": [],
    "focal_point": {"x": 0.5, "y": 0.5}, "remark": "",
}  # fmt: skip
THREAD: Any = {"configurable": {"thread_id": "t"}}


def turns_in(ask: Ask) -> int:
    """How many turns with calls the conversation already has."""
    return sum(isinstance(part, Called) for message in ask.messages for part in message.parts)


def called(name: str, **arguments: Any) -> ScriptedAnswer:
    value = HANDS[name].arguments.model_validate(arguments)
    call = ToolCall(id="c1", name=name, arguments=value.model_dump_json(), value=value, opaque="x")
    return ScriptedAnswer(tool_calls=(call,))


def play(ask: Ask) -> Any:
    """Three turns with tools for each question, then its answer."""
    if ask.tools:
        turns = [
            called("show_crop", box=BOX),
            called("score_boxes", boxes=[BOX, WIDER]),
            called("measure_composition", box=BOX),
            ScriptedAnswer(),
        ]
        return turns[turns_in(ask)]
    if ask.purpose == "analyse":
        return ANALYSIS
    if ask.purpose == "propose":
        return {"crops": IDEAS, "keep": False}
    letters = ask.answer.model_json_schema()["properties"]["choice"]
    first = letters.get("const") or letters["enum"][0]
    return {"comparison": "x", "ranking": [first], "choice": first, "reasons": ["r"]}


class Killed(RuntimeError):
    """The process dies here."""


class Answering(Scripted):
    """Plays, and counts what it answered; dies at the chosen ask."""

    def __init__(self, dies: "Dies" = lambda *_: False) -> None:
        super().__init__(play)
        self.answered: Counter[tuple[str, int, str]] = Counter()
        self._dies = dies

    async def ask(self, ask: Ask) -> Reply:
        if self._dies(self, ask):
            raise Killed
        reply = await super().ask(ask)
        self.answered[ask.purpose, turns_in(ask), str(ask.messages[-1])] += 1
        return reply


Dies = Callable[[Answering, Ask], bool]


def context_of(backend: Answering) -> tuple[CropInput, RunContext]:
    """A run's input and its parts, as a new process builds them."""
    views = Views()
    settings = RunSettings(trace=False, agentic=True)
    view = views.open(PHOTO)
    parts = build_parts(settings, backend=backend, views=views)
    return {"photo": f"sha256:{view.sha256}", "request": ""}, RunContext.around(parts)


def kept() -> tuple[Graph, InMemorySaver]:
    saver = InMemorySaver(serde=serializer())
    return build_graph(saver), saver


async def unbroken() -> tuple[Any, Answering]:
    backend = Answering()
    start, context = context_of(backend)
    answer = await build_graph().ainvoke(start, context=context)
    return answer["report"], backend


def third_turn(backend: Answering, ask: Ask) -> bool:
    return ask.purpose == "propose with tools" and turns_in(ask) == 2


def second_order(backend: Answering, ask: Ask) -> bool:
    return ask.purpose == "decide" and any(purpose == "decide" for purpose, *_ in backend.answered)


@pytest.mark.parametrize("dies", [third_turn, second_order])
async def test_a_resumed_run_asks_no_answered_call_again(dies: Dies) -> None:
    report, whole = await unbroken()
    graph, _ = kept()
    before, after = Answering(dies), Answering()
    start, context = context_of(before)
    with pytest.raises(Killed):
        await graph.ainvoke(start, THREAD, context=context)
    _, context = context_of(after)
    answer = await graph.ainvoke(None, THREAD, context=context)
    assert answer["report"].crops == report.crops
    assert not before.answered.keys() & after.answered.keys()
    assert before.answered + after.answered == whole.answered
    assert before.answered and after.answered


async def test_what_is_kept_is_small_and_typed() -> None:
    graph, saver = kept()
    start, context = context_of(Answering())
    await graph.ainvoke(start, THREAD, context=context)
    states = [
        found.checkpoint["channel_values"]
        async for found in saver.alist({"configurable": {"thread_id": "t"}})
        if found.config["configurable"]["checkpoint_ns"].startswith("proposal")
    ]
    last = max(states, key=lambda state: len(state.get("turns", ())))
    assert [turn.calls[0].name for turn in last["turns"]] == [
        "show_crop", "score_boxes", "measure_composition",
    ]  # fmt: skip
    assert all(isinstance(turn, Turn) for turn in last["turns"])
    assert last["turns"][0].calls[0].opaque == "x"
    inquiry: Any = {name: last[name] for name in Inquiry.__annotations__}
    assert len(TypeAdapter(Inquiry).dump_json(inquiry)) < 5000


async def test_turns_are_streamed_under_the_node_that_asks() -> None:
    graph, _ = kept()
    start, context = context_of(Answering())
    seen: Counter[tuple[str, str]] = Counter()
    stream: Any = graph.astream(
        start,
        THREAD,
        context=context,
        stream_mode="updates",
        subgraphs=True,
    )
    async for space, update in stream:
        if space:
            seen.update((space[0].partition(":")[0], node) for node in update)
    assert seen["proposal", "tools"] == seen["decision", "tools"] == 3
    assert seen["proposal", "model"] == 5 and seen["decision", "model"] == 6


def test_studio_sees_the_loop_in_both_nodes() -> None:
    graph = make_graph()
    assert {"proposal", "decision"} <= dict(graph.get_subgraphs()).keys()
    assert {"proposal:tools", "decision:model"} <= graph.get_graph(xray=True).nodes.keys()
    assert {"turns", "answers"} <= tool_loop().get_output_jsonschema()["properties"].keys()
