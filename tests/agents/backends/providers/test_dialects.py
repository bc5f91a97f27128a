"""Each provider through its official SDK, against a stub that speaks its dialect."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydantic import BaseModel

from cropsmith.agents.backends.availability import standing
from cropsmith.agents.backends.calls import retry
from cropsmith.agents.backends.protocol.backend import Ask, Message, Status, Thinking, ToolSpec
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.backends.registry import build_backend
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.api import acrop
from cropsmith.errors import Misconfigured, NotAllowed
from cropsmith.tools.schema.geometry import Box
from tests.stubs.anthropic_stub import AnthropicStub
from tests.stubs.dialect_stub import DialectStub
from tests.stubs.faults import THOUGHT
from tests.stubs.odd_stub import OddStub
from tests.stubs.stub_server import StubServer, stop

pytest.importorskip("openai")
pytest.importorskip("anthropic")

KEY = "very-secret-key-0123456789abcdef"
PICTURE = picture_of(np.full((68, 102, 3), 128, np.uint8))
TRUTH = Box(x1=0.1, y1=0.2, x2=0.6, y2=0.9)
THOUSANDTHS = {"label": "dog", "bbox_2d": [100, 200, 600, 900]}
PIXELS = {"label": "dog", "box": [10, 14, 61, 61]}
ADDRESSES = {
    "azure": ("AZURE_OPENAI_ENDPOINT", ""),
    "anthropic": ("ANTHROPIC_BASE_URL", ""),
    "openrouter": ("CROPSMITH_OPENROUTER_URL", "/api/v1"),
    **{
        name: (f"CROPSMITH_{name.upper()}_URL", "/v1")
        for name in ("sglang", "ollama", "lmstudio", "llamacpp")
    },
}
KEYS = {
    "azure": "AZURE_OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "openrouter": "OPENROUTER_API_KEY",
    "sglang": "SGLANG_API_KEY",
    "ollama": "OLLAMA_API_KEY",
    "lmstudio": "LMSTUDIO_API_KEY",
    "llamacpp": "LLAMACPP_API_KEY",
}
MODELS: dict[str, dict[str, Any]] = {
    "azure/gpt-4o": PIXELS,
    "anthropic/claude-haiku-4-5": PIXELS,
    "openrouter/qwen/qwen3-vl-8b-instruct": THOUSANDTHS,
    "sglang/Qwen/Qwen3-VL-8B-Instruct": THOUSANDTHS,
    "ollama/qwen3-vl:8b": THOUSANDTHS,
    "lmstudio/qwen/qwen3-vl-8b": THOUSANDTHS,
    "llamacpp/qwen3-vl-8b": THOUSANDTHS,
}
PAID = {"azure", "anthropic", "openrouter"}


class Found(BaseModel):
    label: str
    box: Box


class Look(BaseModel):
    box: Box


Serve = Callable[..., Any]


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = {k: retry.Rule(r.retries, 0.01, r.at_once) for k, r in retry.POLICY.items()}
    monkeypatch.setattr(retry, "POLICY", rules)
    monkeypatch.delenv("OPENAI_API_VERSION", raising=False)
    for variable in KEYS.values():
        monkeypatch.setenv(variable, KEY)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Return a function that starts the stub of a model's provider."""
    started: list[StubServer] = []

    def start(model: str, faults: str = "", **options: Any) -> Any:
        provider = model.partition("/")[0]
        told = {"faults": faults, "answer": MODELS.get(model, THOUSANDTHS), "api_key": KEY}
        server: StubServer
        if provider == "anthropic":
            server = AnthropicStub(**{**told, **options})
        else:
            server = DialectStub(provider, **{**told, **options})  # type: ignore[arg-type]
        started.append(server.start())
        variable, path = ADDRESSES[provider]
        monkeypatch.setenv(variable, server.url + path)
        return server

    yield start
    stop(started)


def question(
    thinking: Thinking | None = None, tools: bool = False, choice: str | None = None
) -> Ask:
    return Ask(
        purpose="find",
        messages=[Message("system", ["Look."]), Message("user", [PICTURE, "Where is the dog?"])],
        answer=Found,
        frame=PICTURE,
        thinking=thinking,
        tools=[ToolSpec("look", "Look closer.", Look)] if tools else [],
        tool_choice=choice,
    )


async def asked(model: str, ask: Ask | None = None, **limits: Any) -> Any:
    told = {"cache_replies": False, "timeout": 30, "deadline": 30, **limits}
    return await build_backend(model, **told).ask(ask or question())


@pytest.mark.parametrize("model", MODELS)
async def test_an_answer_held_to_a_schema_with_usage_and_cost(serve: Serve, model: str) -> None:
    server = serve(model)
    reply = await asked(model)
    assert reply.status is Status.OK and not reply.lacking, (reply.reason, reply.lacking)
    assert reply.value.box.iou(TRUTH) > 0.9
    assert reply.tokens.prompt and reply.tokens.completion
    assert (reply.cost > 0) if model.partition("/")[0] in PAID else (reply.cost == 0)
    (sent,) = server.requests
    assert sent.pictures[0].format == "jpeg" and not sent.pictures[0].exif
    assert "label" in json.dumps(sent.parameters) and '"label"' in sent.prompt


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("fault", "status", "requests"),
    [
        ("blocked", Status.BLOCKED, 1),
        ("refused", Status.REFUSED, 1),
        ("truncated*2", Status.TRUNCATED, 2),
        ("prose*2", Status.INVALID, 2),
        ("429", Status.OK, 2),
        ("500", Status.OK, 2),
        ("429*6", Status.UNAVAILABLE, 6),
        ("notjson*2", Status.UNAVAILABLE, 2),
    ],
)
async def test_every_ending_is_a_status(
    serve: Serve, model: str, fault: str, status: Status, requests: int
) -> None:
    server = serve(model, fault)
    reply = await asked(model)
    # A filter's 400 at Azure is no try of its own.
    assert (reply.status, len(server.requests)) == (status, requests), reply.reason
    assert reply.reason if status is not Status.OK else reply.value
    assert KEY not in reply.model_dump_json()


@pytest.mark.parametrize("model", MODELS)
async def test_a_wrong_key_and_a_missing_model_are_one_sentence(serve: Serve, model: str) -> None:
    serve(model, api_key="another")
    with pytest.raises(NotAllowed, match="refused the key") as caught:
        await asked(model)
    assert KEY not in str(caught.value) and KEYS[model.partition("/")[0]] in str(caught.value)
    serve(model, "404")
    told = "no deployment 'gpt-4o'" if model.startswith("azure") else "It offers|has no model"
    with pytest.raises(Misconfigured, match=told):
        await asked(model)


@pytest.mark.parametrize("model", MODELS)
async def test_a_tool_is_called_where_it_may_be(serve: Serve, model: str) -> None:
    box = {name: value for name, value in MODELS[model].items() if name != "label"}
    server = serve(model, tool_call=("look", box))
    reply = await asked(model, question(tools=True, choice="auto"))
    assert reply.status is Status.OK and not reply.lacking, (reply.reason, reply.lacking)
    (call,) = reply.tool_calls
    assert call.name == "look" and call.value.box.iou(TRUTH) > 0.9
    assert server.requests[0].parameters["tool_choice"] in ("auto", {"type": "auto"})


FORCED: Mapping[str, Any] = {
    "azure/gpt-4o": {"type": "function", "function": {"name": "look"}},
    "sglang/Qwen/Qwen3-VL-8B-Instruct": {"type": "function", "function": {"name": "look"}},
    "anthropic/claude-haiku-4-5": {"type": "tool", "name": "look"},
    "lmstudio/qwen/qwen3-vl-8b": "required",
    "llamacpp/qwen3-vl-8b": "required",
}


@pytest.mark.parametrize("model", FORCED)
async def test_a_tool_is_forced_in_the_words_of_the_server(serve: Serve, model: str) -> None:
    box = {name: value for name, value in MODELS[model].items() if name != "label"}
    server = serve(model, tool_call=("look", box))
    reply = await asked(model, question(tools=True, choice="look"))
    assert reply.tool_calls[0].value is not None and not reply.lacking
    assert server.requests[0].parameters["tool_choice"] == FORCED[model]
    assert len(server.requests[0].parameters["tools"]) == 1


@pytest.mark.parametrize(
    ("model", "options"),
    [("ollama/qwen3-vl:8b", {}), ("anthropic/claude-opus-5-5", {"adaptive": True})],
)
async def test_where_no_tool_can_be_forced_a_schema_holds_the_call(
    serve: Serve, model: str, options: dict[str, Any]
) -> None:
    server = serve(model, fills=True, **options)
    reply = await asked(model, question(tools=True, choice="look"))
    assert reply.tool_calls[0].name == "look", reply
    assert "tools" not in server.requests[0].parameters
    assert any("held to a schema" in told for told in reply.lacking)
    # Tools that may be called are offered natively all the same.
    await asked(model, question(tools=True, choice="auto"))
    assert server.requests[-1].parameters["tools"]


async def test_llamacpp_without_its_flag_holds_calls_by_a_schema(serve: Serve) -> None:
    server = serve("llamacpp/qwen3-vl-8b", jinja=False, fills=True)
    reply = await asked("llamacpp/qwen3-vl-8b", question(tools=True, choice="look"))
    assert reply.tool_calls[0].name == "look" and len(server.requests) == 2
    assert "--jinja" in reply.lacking[0]


def said(server: Any) -> dict[str, Any]:
    """Return what the latest request said of thinking."""
    told = server.requests[-1].parameters
    names = ("reasoning_effort", "reasoning", "chat_template_kwargs", "thinking", "output_config")
    found = {name: told[name] for name in names if name in told}
    found.get("output_config", {}).pop("format", None)
    return {name: value for name, value in found.items() if value}


SWITCH = {"chat_template_kwargs": {"enable_thinking": True, "thinking": True}}
OFF = {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}}
SHOWN = {"type": "adaptive", "display": "summarized"}
THINKING: list[tuple[str, Any, Any, Any]] = [
    # model, and what it is told without a level, with low, and with off
    ("azure/gpt-5.2", {"reasoning_effort": "low"}, {"reasoning_effort": "low"},
     {"reasoning_effort": "none"}),
    ("openrouter/qwen/qwen3.6-27b", {}, {"reasoning": {"effort": "low"}},
     {"reasoning": {"effort": "none"}}),
    ("sglang/Qwen/Qwen3.6-35B-A3B", OFF, SWITCH, OFF),
    ("llamacpp/qwen3.6-27b", OFF, SWITCH, OFF),
    ("ollama/qwen3.6:27b", {"reasoning_effort": "none"}, {"reasoning_effort": "low"},
     {"reasoning_effort": "none"}),
    ("anthropic/claude-haiku-4-5", {},
     {"thinking": {"type": "enabled", "budget_tokens": 2048}}, {}),
    ("anthropic/claude-opus-4-7", {}, {"thinking": SHOWN, "output_config": {"effort": "low"}}, {}),
    ("anthropic/claude-sonnet-5", {"thinking": {"type": "disabled"}},
     {"thinking": SHOWN, "output_config": {"effort": "low"}}, {"thinking": {"type": "disabled"}}),
    ("anthropic/claude-sonnet-5-5", {"thinking": {"type": "between_tools"}},
     {"thinking": SHOWN, "output_config": {"effort": "low"}},
     {"thinking": {"type": "between_tools"}}),
    ("anthropic/claude-opus-5-5", {"output_config": {"effort": "low"}},
     {"thinking": SHOWN, "output_config": {"effort": "low"}}, {"output_config": {"effort": "low"}}),
]  # fmt: skip


@pytest.mark.parametrize(("model", "bare", "low", "off"), THINKING)
async def test_thinking_is_told_in_each_ones_words(
    serve: Serve, model: str, bare: Any, low: Any, off: Any
) -> None:
    newer = model.startswith("anthropic") and "-4-5" not in model
    options = {"adaptive": True} if newer else {}
    answer = {"label": "dog", "box": [10, 14, 61, 61], "bbox_2d": [100, 200, 600, 900]}
    server = serve(model, "ok,thoughtful,ok", answer=answer, **options)
    levels: list[tuple[Thinking | None, Any]] = [(None, bare), ("low", low), ("off", off)]
    for level, fields in levels:
        reply = await asked(model, question(level))
        assert reply.status in (Status.OK, Status.INVALID), reply.reason
        assert said(server) == fields, level
        if level == "low":
            assert reply.thoughts == THOUGHT and "draft" not in reply.raw
            assert reply.tokens.reasoning == 64
    always = model.endswith("opus-5-5")
    assert bool(reply.lacking) is always and (not always or "cannot be told" in reply.lacking[0])


async def test_a_model_at_ollama_that_does_not_think_is_asked_without(serve: Serve) -> None:
    server = serve("ollama/acme-eye", thinks=False, answer=PIXELS)
    from cropsmith.agents.backends.boxes.families import FAMILIES

    backend = build_backend(
        "ollama/acme-eye", cache_replies=False, timeout=5, convention=FAMILIES["claude"]
    )
    reply = await backend.ask(question("high"))
    assert reply.status is Status.OK and "does not support thinking" in reply.lacking[0]
    assert said(server) == {"reasoning_effort": "none"}


async def test_openrouter_says_what_a_call_has_cost(serve: Serve) -> None:
    model = "openrouter/qwen/qwen3-vl-8b-instruct"
    server = serve(model)
    reply = await asked(model)
    assert reply.cost == 0.00125  # as charged, not by a list
    assert server.requests[0].parameters["usage"] == {"include": True}
    assert server.sent_headers[0]["x-title"] == "cropsmith"


@pytest.mark.parametrize(
    ("model", "body"),
    [
        ("anthropic/claude-haiku-4-5", body)
        for body in (
            b'{"type": "message", "content": null}',
            b'{"type": "message", "content": [3, null, {"type": "text", "text": 7}]}',
            b'{"type": "message", "content": [{"type": "tool_use", "name": null}], "usage": []}',
            b'{"type": "error", "error": {"type": "overloaded_error"}}',
            b'{"content": [{"type": "text", "text": "' + b"[" * 1000 + b'"}], "usage": {}}',
            b'{"content": ' + b"[" * 1000 + b"]" * 1000 + b"}",
            b'{"content": [], "usage": {"input_tokens": ' + b"9" * 5000 + b"}}",
            b'{"content": [{"type": "text", "text": "' + b"x" * 5_000_000 + b'"}]}',
            b"[]",
        )
    ],
)
async def test_whatever_comes_back_is_a_status(
    monkeypatch: pytest.MonkeyPatch, model: str, body: bytes
) -> None:
    server = OddStub().start()
    server.says(body)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    reply = await asked(model)
    stop([server])
    assert reply.status in (Status.INVALID, Status.UNAVAILABLE) and reply.reason


@pytest.mark.parametrize("model", ["azure/gpt-4o", "anthropic/claude-haiku-4-5"])
async def test_a_run_with_tools_leaves_no_key_in_the_home_folder(
    serve: Serve, photos: Path, home: Path, tmp_path: Path, model: str
) -> None:
    # Large enough that a box in thousandths is one in pixels too.
    with Image.open(photos / "astronaut.jpg") as image:
        image.resize((1200, 1200)).save(tmp_path / "large.jpg")
    server = serve(model, fills=True, tool_call=("show_crop", {"box": [100, 100, 700, 700]}))
    result = await acrop(tmp_path / "large.jpg", model=model, agentic=True, effort="standard")
    assert not result.failures and result.report.usage.calls == len(server.requests)
    for path in home.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path
    trace = TraceLibrary(home).read(str(result.report.trace_id))
    called = [tool for step in trace.steps for tool in step.tools if tool.by == model]
    assert [(tool.name, tool.error) for tool in called] == [("show_crop", "")]


async def test_the_responses_api_alone_is_a_wire_of_its_own(
    serve: Serve, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = '[house]\nwire = "responses"\nurl = "http://x/v1"\naddress = "HOUSE_URL"\n'
    (home / "providers.toml").write_text(own + 'dialect = "openai"\nthinking = "openai"\n')
    server = serve("sglang/Qwen/Qwen3-VL-8B-Instruct", answer=MODELS["azure/gpt-4o"], api_key=None)
    monkeypatch.setenv("HOUSE_URL", f"{server.url}/v1")
    reply = await asked("house/gpt-4o")
    assert reply.status is Status.OK and reply.value.box.iou(TRUTH) > 0.9, reply.reason
    assert server.paths == ["/v1/responses"]
    told = server.requests[0].parameters
    assert told["text"]["format"]["type"] == "json_schema" and told["temperature"] == 0


async def test_azure_lists_the_deployments_that_are_named(serve: Serve, home: Path) -> None:
    (home / "providers.toml").write_text('[azure.models]\ncrops-prod = "gpt-4o"\n')
    serve("azure/gpt-4o")
    row = await standing("azure")
    assert row.ready and row.models == ("azure/crops-prod",)


async def test_claude_is_cached_and_its_cache_is_priced(serve: Serve) -> None:
    model = "anthropic/claude-haiku-4-5"
    server = serve(model, cached=0)
    dear = await asked(model)
    assert server.requests[0].parameters["cache_control"] == {"type": "ephemeral"}
    serve(model, cached=100)
    cheap = await asked(model)
    assert (dear.tokens.prompt, dear.tokens.cached) == (cheap.tokens.prompt, 0)
    assert cheap.tokens.cached == 100 and 0 < cheap.cost < dear.cost


async def test_claude_before_schemas_is_asked_by_prompt_alone(serve: Serve) -> None:
    server = serve("anthropic/claude-haiku-4-5", schemas=False)
    reply = await asked("anthropic/claude-haiku-4-5")
    assert reply.status is Status.OK and "not held to a schema" in reply.lacking[0]
    assert len(server.requests) == 2 and reply.attempts == 1


async def test_claude_gets_its_signed_thoughts_back_before_the_outcome(serve: Serve) -> None:
    from dataclasses import replace

    from cropsmith.agents.backends.protocol.backend import Called, ToolOutcome

    model = "anthropic/claude-sonnet-4-6"
    server = serve(model, tool_call=("look", {"box": [1, 1, 50, 50]}), answer=PIXELS)
    first = question("low", tools=True, choice="auto")
    reply = await asked(model, first)
    turns = [
        *first.messages,
        Message("assistant", [Called(reply.tool_calls)]),
        Message("user", [PICTURE, ToolOutcome(reply.tool_calls[0], "a dog")]),
    ]
    await asked(model, replace(first, messages=turns))
    _, said_before, answered = server.requests[-1].parameters["messages"]
    assert [block["type"] for block in said_before["content"]] == ["thinking", "tool_use"]
    assert said_before["content"][0]["signature"] == "c2ln"
    assert [block["type"] for block in answered["content"]][:2] == ["tool_result", "image"]


async def test_claude_does_not_think_where_it_is_forced(serve: Serve) -> None:
    model = "anthropic/claude-haiku-4-5"
    server = serve(model, tool_call=("look", {"box": [1, 1, 50, 50]}))
    reply = await asked(model, question("high", tools=True, choice="look"))
    assert reply.tool_calls and said(server) == {}
    assert "does not think where it is told to call a tool" in reply.lacking[0]


AZURE = "azure/crops-prod"


@pytest.fixture
def named(home: Path) -> None:
    (home / "providers.toml").write_text('[azure.models]\ncrops-prod = "gpt-4o"\n')


@pytest.mark.usefixtures("named")
async def test_a_deployment_is_known_by_the_model_that_it_stands_for(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(AZURE, answer=MODELS["azure/gpt-4o"])
    reply = await asked(AZURE)
    assert reply.status is Status.OK and reply.cost > 0 and reply.convention.startswith("gpt-4o")
    assert server.paths == ["/openai/v1/chat/completions"]
    assert server.requests[0].parameters["model"] == "crops-prod"
    monkeypatch.setenv("OPENAI_API_VERSION", "2024-10-21")
    await asked(AZURE)
    dated = "/openai/deployments/crops-prod/chat/completions?api-version=2024-10-21"
    assert server.paths[-1] == dated
    assert server.sent_headers[-1]["api-key"] == KEY


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("version", ["", "2024-10-21"])
async def test_azure_without_a_key_signs_in_to_entra(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str
) -> None:
    pytest.importorskip("azure.identity")
    token = "eyJ0eXAiOiJKV1QiLCJh.eyJhdWQiOiJodHRwczovL2Nv.c2lnbmF0dXJl"
    (tmp_path / "az").write_text(
        "#!/bin/sh\n"
        f'echo \'{{"accessToken": "{token}", "expiresOn": "2099-01-01 00:00:00.000000",'
        ' "expires_on": 4070908800, "tokenType": "Bearer"}\'\n'
    )
    (tmp_path / "az").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "AzureCliCredential")
    monkeypatch.delenv("AZURE_OPENAI_API_KEY")
    monkeypatch.setenv("OPENAI_API_VERSION", version)
    server = serve(AZURE, "ok,400", answer=MODELS["azure/gpt-4o"], api_key=token)
    reply = await asked(AZURE, timeout=30, deadline=30)
    assert reply.status is Status.OK
    assert server.sent_headers[0]["authorization"] == f"Bearer {token}"
    assert token not in reply.model_dump_json()


@pytest.mark.usefixtures("named")
async def test_a_failed_sign_in_is_one_sentence(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("azure.identity")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "AzureCliCredential")
    monkeypatch.delenv("AZURE_OPENAI_API_KEY")
    serve(AZURE)
    with pytest.raises(NotAllowed, match="Signing in to Entra failed.*az login"):
        await asked(AZURE)
