"""The Responses API through OpenAI's SDK: tools with thinking, and thoughts that go back."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from cropsmith.agents.backends.protocol.backend import (
    Ask,
    Called,
    Message,
    Status,
    ToolOutcome,
    ToolSpec,
)
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.backends.providers.responses import read_response
from cropsmith.agents.backends.registry import build_backend
from cropsmith.tools.schema.geometry import Box
from tests.stubs.openai_stub import OpenaiStub

pytest.importorskip("openai")

PICTURE = picture_of(np.full((600, 1000, 3), 128, np.uint8))


class Look(BaseModel):
    box: Box


class Found(BaseModel):
    label: str
    box: Box


ASK = Ask(
    purpose="find",
    messages=[Message("system", ["Look."]), Message("user", [PICTURE, "Where is the dog?"])],
    answer=Found,
    frame=PICTURE,
    tools=[ToolSpec("look", "Look closer.", Look)],
    tool_choice="auto",
    thinking="medium",
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenaiStub]:
    stub = OpenaiStub(
        answer={"label": "dog", "box": [100, 60, 900, 540]},
        tool_call=("look", {"box": [0, 0, 500, 300]}),
    ).start()
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setenv("OPENAI_BASE_URL", f"{stub.url}/v1")
    yield stub
    stub.shutdown()
    stub.server_close()


async def test_a_thinking_model_calls_tools_and_answers(server: OpenaiStub) -> None:
    backend = build_backend("openai/gpt-5.4", cache_replies=False, timeout=5)
    first = await backend.ask(ASK)
    (call,) = first.tool_calls
    assert isinstance(call.value, Look) and call.value.box.corners == (0, 0, 0.5, 0.5)
    assert first.tokens.reasoning == 64 and first.tokens.cached == 20
    turns = [
        *ASK.messages,
        Message("assistant", [Called([call])]),
        Message("user", [ToolOutcome(call, "a dog"), PICTURE, "Answer now."]),
    ]
    last = await backend.ask(replace(ASK, messages=turns, tools=(), tool_choice=None))
    assert last.status is Status.OK and isinstance(last.value, Found), last.reason
    assert last.value.box.corners == pytest.approx((0.1, 0.1, 0.9, 0.9))
    asked, answered = (sent.parameters for sent in server.requests)
    assert asked["reasoning"] == {"effort": "medium", "summary": "auto"}
    assert asked["tool_choice"] == "auto"
    assert asked["tools"][0]["parameters"]["properties"]["box"] and asked["tools"][0]["strict"]
    assert answered["text"]["format"]["type"] == "json_schema" and "tools" not in answered
    # What the model thought before its call goes back before it, as it came.
    kinds = [item.get("type", item.get("role")) for item in answered["items"]]
    assert kinds == [
        "system", "user", "reasoning", "function_call", "function_call_output", "user",
    ]  # fmt: skip
    assert answered["items"][2]["encrypted_content"] == "gAAAA"
    assert answered["items"][3]["call_id"] == answered["items"][4]["call_id"] == "call_7"


async def test_who_may_not_see_thoughts_still_gets_them_thought(server: OpenaiStub) -> None:
    server.lacks = ("summaries",)
    backend = build_backend("openai/gpt-5.4", cache_replies=False, timeout=60)
    replies = await asyncio.gather(*(backend.ask(ASK) for _ in range(4)))
    assert all(reply.tool_calls and not reply.lacking for reply in replies)
    assert [sent.parameters["reasoning"] for sent in server.requests] == [{"effort": "medium"}] * 4


async def test_a_tool_can_be_forced(server: OpenaiStub) -> None:
    backend = build_backend("openai/gpt-5.4", cache_replies=False, timeout=5)
    reply = await backend.ask(replace(ASK, tool_choice="look"))
    assert reply.tool_calls
    assert server.requests[0].parameters["tool_choice"] == {"type": "function", "name": "look"}


@pytest.mark.parametrize(("model", "level"), [("gpt-5.4", "off"), ("gpt-4.1", None)])
async def test_models_that_do_not_think_call_tools_over_chat(
    server: OpenaiStub, model: str, level: Any
) -> None:
    backend = build_backend(f"openai/{model}", cache_replies=False, timeout=5)
    await backend.ask(replace(ASK, thinking=level))
    assert "items" not in server.requests[0].parameters


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("refused", Status.REFUSED),
        ("blocked", Status.BLOCKED),
        ("truncated*2", Status.TRUNCATED),
        ("prose*2", Status.INVALID),
        ("notjson*2", Status.UNAVAILABLE),
        ("thoughtful", Status.OK),
    ],
)
async def test_responses_end_as_their_status(
    server: OpenaiStub, fault: str, status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cropsmith.agents.backends.calls import retry
    from tests.stubs.faults import read_faults

    monkeypatch.setattr(retry, "POLICY", {k: retry.Rule(1, 0.01, True) for k in retry.POLICY})
    server._faults.extend(read_faults(fault))
    backend = build_backend("openai/gpt-5.4", cache_replies=False, timeout=5)
    call = (await backend.ask(ASK)).tool_calls[0]
    turns = [*ASK.messages, Message("assistant", [Called([call])])]
    turns.append(Message("user", [ToolOutcome(call, "a dog"), "Answer now."]))
    reply = await backend.ask(replace(ASK, messages=turns, tools=(), tool_choice=None))
    assert reply.status is status
    assert bool(reply.thoughts) is (fault == "thoughtful")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["type", "content", "text", "summary", "name", "arguments", "call_id", "refusal"]
            ),
            inner | st.sampled_from(["message", "reasoning", "function_call", "output_text"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON, JSON)
@settings(max_examples=150, deadline=None)
def test_no_json_is_an_error(output: Any, other: Any) -> None:
    for listed in (output, [output], [other, output]):
        answer = {"output": listed, "usage": other, "incomplete_details": other}
        reply = read_response(answer)
        assert all(isinstance(text, str) for text in (reply.text, reply.thoughts, reply.reason))
        f"{reply.text}{reply.thoughts}{reply.reason}".encode()  # no half of a surrogate pair
