"""A model that no row knows: at a server of one's own it is found out, at a paid one refused."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cropsmith.agents.backends import first_use, registry
from cropsmith.agents.backends.boxes.calibration import calibrations
from cropsmith.agents.backends.boxes.families import FAMILIES
from cropsmith.agents.backends.boxes.probe import ProbeRefused
from cropsmith.agents.backends.directory.provider import Provider
from cropsmith.agents.backends.first_use import is_own
from cropsmith.agents.backends.model import Model
from cropsmith.agents.backends.registry import build_backend
from cropsmith.errors import UsageError

Plug = Callable[..., Any]


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch, simulated: Any) -> Plug:
    """Return a function that puts a simulated model behind a provider; it returns its wire."""

    def put(provider: str, family: str, **more: Any) -> Any:
        wire = simulated([FAMILIES[family]], model="acme/vision-1", **more)
        wire.provider = provider
        wire.endpoint = "http://10.0.0.3:8000/v1"
        row = Provider(name=provider, make=lambda model, server: wire, help="a stand-in")
        monkeypatch.setattr(registry, "providers", lambda: {provider: row})
        return wire

    return put


def convention(backend: Any) -> Any:
    """Return what the model within works by."""
    while not isinstance(backend, Model):
        backend = backend.inner
    return backend.convention


def test_it_is_probed_once_and_one_sentence_says_so(
    plug: Plug, caplog: pytest.LogCaptureFixture
) -> None:
    wire = plug("vllm", "gemini-2")
    with caplog.at_level(logging.WARNING, "cropsmith"):
        found = convention(build_backend("vllm/acme/vision-1"))
    assert (found.order, found.extent, found.standing) == ("yxyx", 1000, "probed")
    assert caplog.messages == [
        "How vllm/acme/vision-1 writes boxes is not known: it is probed now, with five calls."
    ]
    asked = len(wire.requests)
    assert asked == 5
    assert convention(build_backend("vllm/acme/vision-1")) == found
    assert len(wire.requests) == asked and len(calibrations()) == 1


async def test_it_may_be_probed_while_a_loop_runs(plug: Plug) -> None:
    plug("vllm", "qwen3-vl")
    assert convention(build_backend("vllm/acme/vision-1")).family == "qwen3.6"


def test_at_a_paid_one_it_is_refused_with_the_command(plug: Plug) -> None:
    for provider in ("openai", "gemini", "acme-cloud"):
        wire = plug(provider, "qwen3-vl")
        wire.endpoint = "https://api.acme.example/v1"
        with pytest.raises(UsageError, match=f"cropsmith models probe {provider}/acme/vision-1"):
            build_backend(f"{provider}/acme/vision-1")
        assert not wire.requests


def test_one_that_writes_no_boxes_is_told(plug: Plug, simulated: Any) -> None:
    wire = plug("vllm", "qwen3-vl")
    wire.words = lambda *_: "I see a coloured rectangle."
    with pytest.raises(ProbeRefused, match="did not answer with one box"):
        build_backend("vllm/acme/vision-1")
    assert not calibrations()


def test_what_is_served_says_the_family_without_a_call(plug: Plug, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "qwen2_5_vl"}))
    wire = plug("vllm", "qwen2.5-vl")

    async def served() -> str:
        return str(tmp_path)

    wire.served = served
    found = convention(build_backend("vllm/acme/vision-1"))
    assert found == FAMILIES["qwen2.5-vl"] and not wire.requests
    assert len(calibrations()) == 1


@pytest.mark.parametrize(
    ("provider", "endpoint", "own"),
    [
        ("vllm", "https://gpu.example.com/v1", True),
        ("transformers", "this process", True),
        ("openai-compatible", "http://127.0.0.1:11434/v1", True),
        ("openai-compatible", "http://192.168.1.9:1234/v1", True),
        ("openai-compatible", "http://[::1]:1234/v1", True),
        ("openai-compatible", "http://studio.local/v1", True),
        ("openai-compatible", "https://openrouter.ai/api/v1", False),
        ("openai-compatible", "https://8.8.8.8/v1", False),
        ("openai", "http://127.0.0.1:4000/v1", False),
        ("gemini", "http://localhost", False),
    ],
)
def test_whose_server_it_is(provider: str, endpoint: str, own: bool) -> None:
    wire: Any = SimpleNamespace(provider=provider, model="acme/vision-1", endpoint=endpoint)
    assert is_own(wire) is own


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from tests.stubs.openai_stub import OpenaiStub
    from tests.stubs.stub_server import point_at, stop

    server = OpenaiStub(dialect="vllm", model="cropper").start()
    point_at(server, monkeypatch)
    yield server
    stop([server])


def test_vllm_tells_what_it_serves(stub: Any) -> None:
    pytest.importorskip("openai")
    stub.root = "/models/Qwen2.5-VL-7B-tuned"
    wire = registry.make_wire("vllm/cropper")
    assert asyncio.run(first_use._served(wire)) == "/models/Qwen2.5-VL-7B-tuned"
    assert convention(build_backend("vllm/cropper")) == FAMILIES["qwen2.5-vl"]
    assert not stub.requests


def test_several_urls_are_several_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openai")
    monkeypatch.setenv("CROPSMITH_VLLM_URL", "http://a:8000/v1, http://b:8000/v1,http://a:8000/v1")
    model = "vllm/Qwen/Qwen3-VL-8B-Instruct"
    ends = [wire.endpoint for wire in registry.make_wires(model)]
    assert ends == ["http://a:8000/v1", "http://b:8000/v1"]
    given = registry.make_wires(model, "http://c/v1,http://d/v1")
    assert [wire.endpoint for wire in given] == ["http://c/v1", "http://d/v1"]
    with pytest.raises(UsageError, match="web address"):
        registry.make_wires(model, "http://c/v1,d:8000")


async def test_of_several_servers_one_that_answers_is_enough(
    stub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openai")
    from cropsmith.agents.backends.availability import standing

    dead = "http://127.0.0.1:9/v1"
    monkeypatch.setenv("CROPSMITH_VLLM_URL", f"{dead},{stub.url}/v1")
    found = await standing("vllm")
    assert found.ready and found.models == ("vllm/cropper",)
    assert found.endpoint == f"{dead}, {stub.url}/v1"
    # What is served there is found out at the one that can be reached, and holds for both.
    stub.root = "/models/Qwen2.5-VL-7B-tuned"
    assert convention(build_backend("vllm/cropper")) == FAMILIES["qwen2.5-vl"]
    monkeypatch.setenv("CROPSMITH_VLLM_URL", f"{dead},{dead}/")
    assert "cannot be reached" in (await standing("vllm")).problem
