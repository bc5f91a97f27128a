"""Tools at servers as they are: calls side by side, and where none are taken."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cropsmith.agents.backends.registry import build_backend
from cropsmith.agents.minds.argued.mind import Argued
from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.base.mind import Brief, MindFailed
from cropsmith.agents.minds.builtin import BuiltinMind
from cropsmith.agents.minds.recorded_backend import Recorded
from cropsmith.agents.minds.with_tools.mind import WithTools
from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.record import OpenStep, current_step
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent, Target
from tests.stubs.calling_stub import Calling, CallingStub
from tests.stubs.stub_server import point_at, stop

pytest.importorskip("openai")

QWEN = "vllm/Qwen/Qwen3-VL-8B-Instruct"
MakeServer = Callable[..., CallingStub]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeServer]:
    running: list[CallingStub] = []

    def start(**options: Any) -> CallingStub:
        server = CallingStub(**options).start()
        running.append(server)
        point_at(server, monkeypatch)
        monkeypatch.setenv("OPENAI_API_KEY", "secret-openai-key")
        return server

    yield start
    stop(running)


@pytest.fixture
def brief(photos: Path) -> Brief:
    return Brief(
        view=View(open_photo(photos / "astronaut.jpg")),
        intent=Intent(task="free", targets=(Target(),), keep=False, words="the astronaut"),
        target=Target(),
        target_index=0,
        analysis=None,
        grounding=Grounding(),
        evidence=(),
    )


def idea(box: list[int], key: str) -> dict[str, Any]:
    crop = {"role": "medium", "element": "center", "reason": "calm", key: box}
    return {"crops": [crop], "keep": False}


def look(box: list[int], key: str = "bbox_2d") -> Calling:
    return Calling("show_crop", json.dumps({key: box}))


async def proposed(model: str, brief: Brief, **more: Any) -> tuple[list[Box], OpenStep]:
    parts = build_parts(RunSettings(trace=False, model=model))
    asker = Asker(Recorded(build_backend(model, cache_replies=False)))
    mind = WithTools(Argued(asker, BuiltinMind()), parts.bench, **more)
    step = OpenStep(node="proposal")
    token = current_step.set(step)
    try:
        made = await mind.propose(brief)
    finally:
        current_step.reset(token)
    return [candidate.box for candidate in made], step


async def test_calls_side_by_side_are_all_carried_out(serve: MakeServer, brief: Brief) -> None:
    measured = Calling("measure_composition", json.dumps({"bbox_2d": [0, 0, 900, 900]}))
    turns = [[look([0, 0, 800, 900]), measured], []]
    serve(dialect="vllm", turns=turns, answer=idea([100, 100, 700, 900], "bbox_2d"))
    _, step = await proposed(QWEN, brief)
    assert [record.name for record in step.tools] == ["show_crop", "measure_composition"]
    assert all(not record.error for record in step.tools)


@pytest.mark.parametrize("model", [QWEN, "openai-compatible/qwen3-vl"], ids=["vllm", "compatible"])
async def test_a_server_without_a_parser_calls_by_schema(
    serve: MakeServer, brief: Brief, model: str
) -> None:
    """The stub gives the same text to every question: calls first, then what no call can be."""
    calls = {"calls": [{"tool": "show_crop", "arguments": {"bbox_2d": [0, 0, 800, 900]}}]}
    server = serve(dialect="vllm", native_tools=False, answer=calls)
    parts = build_parts(RunSettings(trace=False, model=model))
    asker = Asker(Recorded(build_backend(model, cache_replies=False)))
    mind = WithTools(Argued(asker, BuiltinMind()), parts.bench, turns=2)
    step = OpenStep(node="proposal")
    token = current_step.set(step)
    try:
        with pytest.raises(MindFailed, match="crops"):
            await mind.propose(brief)
    finally:
        current_step.reset(token)
    assert [record.name for record in step.tools] == ["show_crop", "show_crop"], "two turns"
    assert step.tools[0].error == "" and any("held to a schema" in note for note in step.notes)
    native, first, second, last, *_ = server.requests
    assert native.parameters["tools"] and "tools" not in first.parameters
    schema = first.parameters["response_format"]["json_schema"]["schema"]
    options = schema["properties"]["calls"]["items"]["anyOf"]
    assert {one["properties"]["tool"]["enum"][0] for one in options} >= {"ground", "show_crop"}
    assert "- show_crop: Look at one crop" in first.prompt
    assert "show_crop answers: The crop as a picture:" in second.prompt
    assert second.prompt.startswith(first.prompt), "turns only append"
    assert "No more tools" in last.prompt and len(last.pictures) == 3
