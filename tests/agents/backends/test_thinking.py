"""Thinking as a setting: what each provider is told through its SDK, and what comes back."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

from cropsmith.agents.backends.calls.cache import key_of
from cropsmith.agents.backends.protocol.backend import Ask, Message, Reply, Status, Thinking
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.backends.providers.thinking import (
    HABITS,
    habit_of,
    thinking_compatible,
    thinking_gemini,
    thinking_openai,
    thinking_vllm,
)
from cropsmith.agents.backends.registry import build_backend
from cropsmith.tools.schema.geometry import Box
from tests.stubs.faults import THOUGHT
from tests.stubs.gemini_stub import GeminiStub
from tests.stubs.openai_stub import OpenaiStub
from tests.stubs.stub_server import StubServer, point_at, stop

pytest.importorskip("openai")
pytest.importorskip("google.genai")

PICTURE = picture_of(np.full((68, 102, 3), 128, np.uint8))


class Found(BaseModel):
    label: str
    box: Box


Serve = Callable[..., Any]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Return a function that starts the stub of a model's provider."""
    started: list[StubServer] = []

    def start(name: str, faults: str = "", **options: Any) -> StubServer:
        provider = name.split("/")[0]
        key = {"gemini": "box_2d", "openai": "box"}.get(provider, "bbox_2d")
        # Models of OpenAI's count pixels of what was sent.
        box = [10, 10, 90, 60] if provider == "openai" else [100, 100, 900, 900]
        answer = {"label": "dog", key: box}
        server: StubServer
        if provider == "gemini":
            server = GeminiStub(faults=faults, answer=answer)
        else:
            cloud = provider == "openai"
            server = OpenaiStub(
                faults=faults, answer=answer, dialect="openai" if cloud else "vllm", **options
            )
        started.append(server.start())
        for variable in ("OPENAI_API_KEY", "GEMINI_API_KEY"):
            monkeypatch.setenv(variable, "key")
        point_at(server, monkeypatch)
        return server

    yield start
    stop(started)


def question(level: Thinking | None = None) -> Ask:
    return Ask(
        purpose="find",
        messages=[Message("user", [PICTURE, "Where is the dog?"])],
        answer=Found,
        frame=PICTURE,
        thinking=level,
    )


async def asked(model: str, level: Thinking | None) -> Reply:
    return await build_backend(model, cache_replies=False, timeout=5).ask(question(level))


LEVELS: tuple[Thinking, ...] = ("off", "low", "medium", "high")


@pytest.mark.parametrize(
    ("model", "efforts"),
    [
        ("gpt-5", ("minimal", "low", "medium", "high")),
        ("gpt-5-mini", ("minimal", "low", "medium", "high")),
        ("gpt-5.4", ("none", "low", "medium", "high")),
        ("gpt-6", ("none", "low", "medium", "high")),
        ("o3", ("low", "low", "medium", "high")),
        ("gpt-5-pro", ("high", "high", "high", "high")),
    ],
)
def test_openai_models_are_told_an_effort_that_they_take(
    model: str, efforts: tuple[str, ...]
) -> None:
    for level, effort in zip(LEVELS, efforts, strict=True):
        told = thinking_openai(model, level)
        assert told.fields == {"reasoning_effort": effort} and not told.plain
        # What is not what was asked for is said.
        assert bool(told.lacking) is (effort != level and (level, effort) != ("off", "none"))
    assert thinking_openai(model, None).lacking == ""


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4.1-mini", "gpt-5-chat-latest"])
def test_openai_models_that_do_not_think_say_so(model: str) -> None:
    assert thinking_openai(model, None).fields == thinking_openai(model, "off").fields == {}
    assert thinking_openai(model, "off").lacking == ""
    assert "does not think" in thinking_openai(model, "low").lacking


@pytest.mark.parametrize(
    ("model", "off", "high"),
    [
        ("gemini-2.5-flash", {"thinking_budget": 0}, {"thinking_budget": 24576}),
        ("gemini-2.5-pro", {"thinking_budget": 128}, {"thinking_budget": 32768}),
        ("gemini-3-flash-preview", {"thinking_level": "minimal"}, {"thinking_level": "high"}),
        ("gemini-3.1-pro-preview", {"thinking_level": "low"}, {"thinking_level": "high"}),
        ("gemini-flash-latest", {"thinking_level": "minimal"}, {"thinking_level": "high"}),
    ],
)
def test_gemini_is_told_a_budget_or_a_level(
    model: str, off: dict[str, Any], high: dict[str, Any]
) -> None:
    from google.genai import types

    assert thinking_gemini(model, "off").fields == off
    assert thinking_gemini(model, "high").fields == {**high, "include_thoughts": True}
    assert bool(thinking_gemini(model, "off").lacking) is (off != {"thinking_budget": 0})
    for level in (None, *LEVELS):  # in the SDK's own words
        types.ThinkingConfig.model_validate(dict(thinking_gemini(model, level).fields))
    assert "medium" in thinking_gemini("gemini-3-pro-preview", "medium").lacking
    assert thinking_gemini("gemini-2.0-flash", "low").lacking


@pytest.mark.parametrize(
    ("model", "thinks", "parser"),
    [
        ("Qwen/Qwen3-VL-8B-Instruct", "never", ""),
        ("Qwen/Qwen3-VL-8B-Thinking", "always", "qwen3"),
        ("Qwen/Qwen3.6-35B-A3B", "as told", "qwen3"),
        ("Qwen/Qwen2.5-VL-7B-Instruct", "never", ""),
        ("zai-org/GLM-4.6V-Flash", "as told", "glm45"),
        ("google/gemma-4-26B-A4B-it", "as told", "gemma4"),
        ("google/gemma-3-27b-it", "never", ""),
        ("baidu/ERNIE-4.5-VL-28B-A3B-PT", "as told", "ernie45"),
        ("moonshotai/Kimi-K2.5", "as told", "kimi_k2"),
        ("mistralai/Magistral-Small-2509", "always", "mistral"),
    ],
)
def test_families_think_each_in_its_way(model: str, thinks: str, parser: str) -> None:
    habit = habit_of(model)
    assert habit is not None and (habit.thinks, habit.parser) == (thinks, parser)
    low, off = thinking_vllm(model, "low"), thinking_vllm(model, "off")
    switch = low.fields["chat_template_kwargs"]["enable_thinking"]
    assert switch is (thinks != "never") and bool(low.lacking) is (thinks == "never")
    assert off.fields["chat_template_kwargs"] == {"enable_thinking": False, "thinking": False}
    assert bool(off.lacking) is (thinks == "always")


def test_a_family_without_thoughts_needs_no_parser() -> None:
    assert all(not habit.parser for habit in HABITS if habit.thinks == "never")
    assert habit_of("acme/vision-1") is None


def test_other_servers_are_told_nothing_unless_asked() -> None:
    assert thinking_compatible("qwen3.6:27b", None).fields == {}
    assert thinking_compatible("qwen3.6:27b", "off").fields["reasoning_effort"] == "none"
    claude = thinking_compatible("anthropic/claude-sonnet-4.6", "medium")
    assert claude.fields["thinking"]["budget_tokens"] < claude.room + 1 and not claude.plain


CASES = [
    ("vllm/Qwen/Qwen3.6-35B-A3B", "thoughtful"),
    ("vllm/Qwen/Qwen3-VL-8B-Thinking", "aloud"),
    ("openai-compatible/qwen3.6:27b", "thoughtful"),
    ("openai-compatible/glm-4.6v", "aloud"),
    ("gemini/gemini-2.5-pro", "thoughtful"),
]


@pytest.mark.parametrize(("model", "how"), CASES)
async def test_thoughts_are_kept_apart_from_the_answer(serve: Serve, model: str, how: str) -> None:
    server = serve(model, how)
    reply = await asked(model, "high")
    assert reply.status is Status.OK and isinstance(reply.value, Found), reply.reason
    # The thoughts hold a draft, which is not the answer.
    assert reply.value.box.corners == pytest.approx((0.1, 0.1, 0.9, 0.9))
    assert reply.thoughts == THOUGHT and "Perhaps" not in reply.raw
    assert not reply.lacking
    (sent,) = server.requests
    told = str(dict(sent.parameters))
    assert "enable_thinking" in told or "thinkingConfig" in told


async def test_more_room_is_given_for_more_thoughts(serve: Serve) -> None:
    rooms = []
    for level in (None, *LEVELS):
        server = serve("vllm/Qwen/Qwen3.6-35B-A3B", "thoughtful")
        await asked("vllm/Qwen/Qwen3.6-35B-A3B", level)
        rooms.append(server.requests[0].parameters["max_tokens"])
    assert rooms[0] == rooms[1] < rooms[2] < rooms[3] < rooms[4]


async def test_openai_is_told_by_the_request(serve: Serve) -> None:
    server = serve("openai/gpt-5.4")
    reply = await asked("openai/gpt-5.4", "medium")
    assert server.requests[0].parameters["reasoning_effort"] == "medium"
    assert "temperature" not in server.requests[0].parameters
    assert reply.status is Status.OK and not reply.lacking


@pytest.mark.parametrize(
    ("model", "level", "faults", "lacks", "told"),
    [
        ("openai/gpt-4o", "high", "", (), "does not think"),
        ("vllm/Qwen/Qwen3-VL-8B-Instruct", "low", "", (), "does not think"),
        ("vllm/Qwen/Qwen3-VL-8B-Thinking", "off", "thoughtful", (), "cannot be told not to"),
        ("vllm/Qwen/Qwen3.6-35B-A3B", "low", "", (), "--reasoning-parser qwen3"),
        ("vllm/Qwen/Qwen3.6-35B-A3B", "off", "thoughtful", (), "was told not to think"),
        ("vllm/Qwen/Qwen3.6-35B-A3B", "low", "", ("budget",), "reasoning_config"),
        ("openai-compatible/qwen3.6:27b", "high", "", ("effort",), "does not support thinking"),
        ("gemini/gemini-2.5-pro", "off", "", (), "cannot be told not to think"),
    ],
)
async def test_what_cannot_be_is_told_and_answered_all_the_same(
    serve: Serve, model: str, level: Thinking, faults: str, lacks: tuple[str, ...], told: str
) -> None:
    serve(model, faults, **({"lacks": lacks} if lacks else {}))
    reply = await asked(model, level)
    assert reply.status is Status.OK and isinstance(reply.value, Found)
    (lacking,) = reply.lacking
    assert told in lacking


async def test_a_server_that_thought_once_may_skip_it(serve: Serve) -> None:
    serve("vllm/Qwen/Qwen3.6-35B-A3B", "thoughtful")
    backend = build_backend("vllm/Qwen/Qwen3.6-35B-A3B", cache_replies=False, timeout=5)
    for _ in range(2):
        assert not (await backend.ask(question("low"))).lacking


def test_another_level_is_another_question() -> None:
    keys = {key_of(question(level), "model") for level in (None, *LEVELS)}
    assert len(keys) == 5
