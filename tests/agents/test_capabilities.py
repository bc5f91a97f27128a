"""What a model or server lacks is told in result and trace, and is an error under strict."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from skimage import data

from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.record import MemoryTrace
from cropsmith.errors import CropsmithError
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Target
from tests.agents.backends.odd import completion
from tests.stubs.faults import THOUGHT
from tests.stubs.odd_stub import OddStub
from tests.stubs.openai_stub import OpenaiStub
from tests.stubs.stub_server import StubServer, point_at, stop

pytest.importorskip("openai")

PHOTO = data.astronaut()
REQUEST = CropRequest(targets=(Target(name="4:5", ratio=Ratio(width=4, height=5)),))
ANSWER = {
    "thoughts": "calm",
    "crops": [{"element": "center", "reason": "calm", "bbox_2d": [100, 100, 700, 900]}],
    "keep": False,
}
VLLM, OLLAMA = "vllm/Qwen/Qwen3.6-35B-A3B", "openai-compatible/qwen3-vl:8b"

Serve = Callable[..., Any]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Return a function that starts a server of chat completions."""
    started: list[StubServer] = []

    def start(server: StubServer) -> Any:
        started.append(server.start())
        point_at(server, monkeypatch)
        return server

    yield start
    stop(started)


def parts_of(model: str, **settings: Any) -> Any:
    chosen = {"model": model, "effort": "quick", "cache_replies": False, "index": "off", **settings}
    return build_parts(
        RunSettings.checked({**chosen, "detector": "off", "clip": "off"}), recorder=MemoryTrace()
    )


LACKING = [
    # what the server lacks, the model, settings, what is told
    ({"lacks": ("schema",)}, OLLAMA, {}, "does not hold answers to a schema"),
    ({"faults": "fenced"}, OLLAMA, {}, "does not enforce it"),
    ({"lacks": ("budget",)}, VLLM, {"thinking": "low"}, "reasoning_config"),
    ({}, VLLM, {"thinking": "medium"}, "--reasoning-parser qwen3"),
    ({"max_images": 0}, VLLM, {}, "At most 0 image"),
    ({"context": 10}, VLLM, {}, "maximum context length"),
    (
        {"lacks": ("tools",), "fills": True},
        VLLM,
        {"agentic": True, "effort": "standard"},
        "takes no tools",
    ),
]


@pytest.mark.parametrize(("server", "model", "settings", "told"), LACKING)
async def test_what_is_lacking_is_in_result_and_trace(
    serve: Serve, server: dict[str, Any], model: str, settings: dict[str, Any], told: str
) -> None:
    serve(OpenaiStub(dialect="vllm", answer=ANSWER, **server))
    parts = parts_of(model, **settings)
    result = await run(PHOTO, REQUEST, parts)
    size = result.crops[0].pixels.size
    assert size.width * 5 == size.height * 4
    notes = [note for note in result.notes if told in note]
    assert len(notes) == 1  # once, however many calls were made
    assert any(told in note for step in parts.recorder.steps for note in step.notes)


@pytest.mark.parametrize(("server", "model", "settings", "told"), LACKING)
async def test_what_is_lacking_is_an_error_under_strict(
    serve: Serve, server: dict[str, Any], model: str, settings: dict[str, Any], told: str
) -> None:
    serve(OpenaiStub(dialect="vllm", answer=ANSWER, **server))
    with pytest.raises(CropsmithError, match=told) as caught:
        await run(PHOTO, REQUEST, parts_of(model, strict=True, **settings))
    assert caught.value.exit_code != 0


async def test_a_server_that_lacks_nothing_is_not_blamed(serve: Serve) -> None:
    server = serve(OpenaiStub(dialect="vllm", answer=ANSWER, faults="thoughtful"))
    parts = parts_of(VLLM, strict=True, thinking="high")
    result = await run(PHOTO, REQUEST, parts)
    assert not result.failures and not result.notes
    (call,) = [call for step in parts.recorder.steps for call in step.calls]
    assert call.thoughts == THOUGHT and call.thinking == "high" and call.reasoning_tokens == 64
    assert THOUGHT not in call.raw and call.parsed and not call.lacking
    assert len(server.requests) == 1


async def test_a_schema_with_bounds_by_place_is_made_simpler_before_it_is_given_up(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(OpenaiStub(dialect="vllm", answer=pixels()))
    handler = server.RequestHandlerClass
    normal = handler.call

    def without(self: Any, method: str, path: str, body: dict[str, Any]) -> Any:
        if "prefixItems" in json.dumps(body.get("response_format")):
            return self.fail(400, "Invalid schema for response_format: prefixItems is unsupported")
        return normal(self, method, path, body)

    monkeypatch.setattr(handler, "call", without)
    result = await run(PHOTO, REQUEST, parts_of("openai-compatible/qwen2.5-vl", strict=True))
    assert not result.notes and "response_format" in server.requests[0].parameters


def pixels() -> dict[str, Any]:
    """Return the answer of a family that counts pixels."""
    idea = {"element": "center", "reason": "calm", "bbox_2d": [50, 50, 350, 450]}
    return {**ANSWER, "crops": [idea]}


@pytest.mark.parametrize(
    "body",
    [
        {"choices": None},
        completion({"content": '{"crops": [{"bbox_2d": [' + "9" * 401 + "]}]}"}),
        completion({"content": "[" * 1000}),
        completion({"content": "<think>" * 20_000}),
        completion({"content": [{"type": "text", "text": "\ud800"}]}),
        completion({"content": None, "tool_calls": [{"function": {"arguments": "[1]," * 9999}}]}),
        {"error": {"message": "upstream", "code": 502}},
        "x" * 6_000_000,
    ],
    ids=range(8),
)  # fmt: skip
@pytest.mark.parametrize("agentic", [False, True])
async def test_whatever_comes_the_run_ends_with_a_crop(
    serve: Serve, body: Any, agentic: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cropsmith.agents.backends.calls import retry

    monkeypatch.setattr(retry, "POLICY", {k: retry.Rule(1, 0.01, True) for k in retry.POLICY})
    serve(OddStub()).says(json.dumps(body).encode())
    effort = "standard" if agentic else "quick"
    result = await run(PHOTO, REQUEST, parts_of(OLLAMA, agentic=agentic, effort=effort))
    size = result.crops[0].pixels.size
    assert size.width * 5 == size.height * 4
    proposal = next(f for f in result.failures if f.node == "proposal")
    assert proposal.status in ("invalid", "unavailable")
