"""Native tool calling: what goes on the wire, and boxes in arguments converted on the way back."""

import base64
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

from cropsmith.agents.backends.boxes.families import FAMILIES
from cropsmith.agents.backends.boxes.rendering import Renderer
from cropsmith.agents.backends.calls.retry import Retried
from cropsmith.agents.backends.model import Model
from cropsmith.agents.backends.protocol.backend import (
    Ask,
    Called,
    Message,
    Status,
    Tokens,
    ToolCall,
    ToolOutcome,
    ToolSpec,
)
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.backends.protocol.wire import Finish, WireReply, WireRequest
from cropsmith.agents.backends.registry import make_wire
from cropsmith.tools.schema.geometry import Box


class Look(BaseModel):
    box: Box


class Done(BaseModel):
    word: str


PICTURE = picture_of(np.zeros((480, 640, 3), np.uint8))
CALL = ToolCall(id="c1", name="look", arguments='{"bbox_2d": [100, 200, 300, 400]}')
ASK = Ask(
    purpose="work",
    messages=[
        Message("system", ["You may look closer."]),
        Message("user", [PICTURE, "Go."]),
        Message("assistant", [Called([CALL])]),
        Message("user", [ToolOutcome(CALL, "a dog"), PICTURE]),
    ],
    answer=Done,
    frame=PICTURE,
    tools=[ToolSpec("look", "Look closer at a box.", Look)],
    tool_choice="auto",
)


def rendered(family: str, name: str, ask: Ask = ASK) -> WireRequest:
    return Renderer(FAMILIES[family], make_wire(name).dialect).render(ask, 60).request


def test_openai_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openai")
    wire: Any = make_wire("vllm/Qwen/Qwen3-VL-8B-Instruct")
    body = wire.body(rendered("qwen3-vl", "vllm/Qwen/Qwen3-VL-8B-Instruct"))
    roles = [message["role"] for message in body["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "user"]
    assert body["messages"][2]["tool_calls"][0]["function"]["name"] == "look"
    assert body["messages"][3] == {"role": "tool", "tool_call_id": "c1", "content": "a dog"}
    parameters = body["tools"][0]["function"]["parameters"]
    assert parameters["properties"]["bbox_2d"]["items"]["maximum"] == 1000
    assert body["tool_choice"] == "auto" and "response_format" not in body
    forced = wire.body(replace(rendered("qwen3-vl", "vllm/x"), tool_choice="look"))
    assert forced["tool_choice"]["function"]["name"] == "look"


def test_reasoning_models_take_no_temperature(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openai")
    monkeypatch.setenv("OPENAI_API_KEY", "k" * 20)
    for name, thinks in [("gpt-5", True), ("o3", True), ("gpt-4o", False)]:
        wire: Any = make_wire(f"openai/{name}")
        body = wire.body(rendered("gpt-4o", f"openai/{name}"))
        assert ("temperature" not in body) is thinks
        assert "max_tokens" not in body and body["max_completion_tokens"] >= 4096


def test_gemini_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    types: Any = pytest.importorskip("google.genai.types")
    from cropsmith.agents.backends.providers.gemini_body import gemini_parts

    monkeypatch.setenv("GEMINI_API_KEY", "k" * 20)
    wire: Any = make_wire("gemini/gemini-2.5-flash")
    signed = CALL.model_copy(update={"opaque": base64.b64encode(b"sign").decode()})
    turns = [*ASK.messages[:2], Message("assistant", [Called([signed])]), ASK.messages[3]]
    request = rendered("gemini-2", "gemini/gemini-2.5-flash", replace(ASK, messages=turns))
    config = types.GenerateContentConfig.model_validate(wire.config(request))
    declared = config.tools[0].function_declarations[0]
    assert declared.parameters_json_schema["properties"]["box_2d"]["minItems"] == 4
    assert config.thinking_config.thinking_budget == 0
    parts = [types.Part.model_validate(p) for m in request.messages[1:] for p in gemini_parts(m)]
    call = next(p for p in parts if p.function_call)
    assert call.thought_signature == b"sign"
    answer = next(p for p in parts if p.function_response)
    assert answer.function_response.response == {"result": "a dog"}


class Caller:
    """A wire whose model calls a tool."""

    provider, model, endpoint = "fake", "caller", "nowhere"

    def __init__(self, *calls: ToolCall, text: str = "") -> None:
        self._reply = WireReply(
            text=text, finish=Finish.STOP, tokens=Tokens(), tool_calls=list(calls)
        )
        self.dialect = make_wire("vllm/x").dialect

    async def models(self) -> list[str]:
        return []

    async def send(self, request: WireRequest) -> WireReply:
        return self._reply


async def test_arguments_arrive_in_our_frame() -> None:
    pytest.importorskip("openai")
    reply = await Model(Caller(CALL), FAMILIES["qwen3-vl"]).ask(ASK)
    assert reply.status is Status.OK and reply.value is None
    (call,) = reply.tool_calls
    assert isinstance(call.value, Look) and not call.problem
    assert call.value.box.corners == pytest.approx((0.1, 0.2, 0.3, 0.4))
    assert json.loads(call.arguments) == {"bbox_2d": [100, 200, 300, 400]}


@pytest.mark.parametrize(
    ("name", "arguments", "problem"),
    [
        ("look", '{"bbox_2d": [900, 200, 300, 400]}', "swapped"),
        ("look", "{", "JSON"),
        ("look", "{}", "required"),
        ("look", "", "required"),
        ("jump", "{}", "no tool named jump"),
    ],
)
async def test_unusable_arguments_say_why(name: str, arguments: str, problem: str) -> None:
    pytest.importorskip("openai")
    wrong = ToolCall(id="c2", name=name, arguments=arguments)
    reply = await Model(Caller(wrong), FAMILIES["qwen3-vl"]).ask(ASK)
    assert reply.tool_calls[0].value is None and problem in reply.tool_calls[0].problem


async def test_calls_left_in_the_text_show_that_the_server_has_no_parser() -> None:
    pytest.importorskip("openai")
    text = '<tool_call>{"name": "look", "arguments": {"bbox_2d": [1, 2, 3, 4]}}</tool_call>'
    reply = await Model(Caller(text=text), FAMILIES["qwen3-vl"]).ask(ASK)
    assert not reply.tool_calls and "no parser" in reply.lacking[0]


async def test_a_model_that_does_not_call_though_it_must_lacks_tools() -> None:
    pytest.importorskip("openai")
    told = replace(ASK, tool_choice="look")
    reply = await Model(Caller(text="It is a dog."), FAMILIES["qwen3-vl"]).ask(told)
    assert reply.status is Status.INVALID and "calls no tools" in reply.lacking[0]


async def test_a_wire_of_another_package_may_raise_anything() -> None:
    pytest.importorskip("openai")

    class Broken(Caller):
        async def send(self, request: WireRequest) -> WireReply:
            raise ZeroDivisionError("key=secret")

    backend = Retried(Model(Broken(), FAMILIES["qwen3-vl"]))
    reply = await backend.ask(ASK)
    assert reply.status is Status.UNAVAILABLE and "ZeroDivisionError" in reply.reason
    assert "secret" not in reply.model_dump_json()


async def test_a_context_that_was_cut_in_silence_is_told() -> None:
    pytest.importorskip("openai")

    class Short(Caller):
        async def send(self, request: WireRequest) -> WireReply:
            return replace(await super().send(request), tokens=Tokens(prompt=4096))

    model = Model(Short(text="Done."), FAMILIES["qwen3-vl"])
    told = replace(ASK, messages=[Message("user", [PICTURE, "word " * 10_000])])
    assert "context is too small" in (await model.ask(told)).lacking[0]
    assert not (await model.ask(ASK)).lacking


async def test_a_model_may_just_speak() -> None:
    pytest.importorskip("openai")
    reply = await Model(Caller(text="I am done."), FAMILIES["qwen3-vl"]).ask(ASK)
    assert reply.status is Status.OK and reply.raw == "I am done." and not reply.tool_calls
