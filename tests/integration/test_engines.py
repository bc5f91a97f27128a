"""Real engines with tiny random weights: a vLLM server, and transformers in this process.

Random weights crop poorly; the run must still be whole, and say where each candidate came from.
The environment with vLLM is .venv-vllm, or CROPSMITH_TEST_VLLM_VENV; our own code starts it.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

from cropsmith.agents.backends.availability import standing
from cropsmith.agents.backends.boxes.calibration import Calibration, store
from cropsmith.agents.backends.boxes.family import family_named
from cropsmith.agents.backends.protocol.backend import Ask, Backend, Message, Status
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.backends.providers.hosting import Server, healthy
from cropsmith.agents.backends.registry import build_backend, make_wire, usable_convention
from cropsmith.agents.minds.argued.answers import AnalysisAnswer, Proposals, choice_among
from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.record import MemoryTrace
from cropsmith.tools.schema.request import CropRequest
from tests.integration.conftest import Host, MakeVlm

pytestmark = pytest.mark.integration

ARCHITECTURES = ("qwen3_vl", "qwen2_5_vl")
NAMES = {"qwen3_vl": "Qwen/Qwen3-VL-tiny", "qwen2_5_vl": "Qwen/Qwen2.5-VL-tiny"}


@pytest.fixture(scope="module", params=ARCHITECTURES)
def checkpoint(request: pytest.FixtureRequest, make_vlm: MakeVlm) -> Path:
    return make_vlm(request.param)


@pytest.fixture(scope="module")
def server(checkpoint: Path, host: Host) -> Iterator[Server]:
    """Host the tiny model with vLLM."""
    with host(checkpoint, NAMES[checkpoint.name]) as running:
        yield running
    assert not healthy(running.hosting.url) and running.process.returncode is not None


def budgeted(model: str) -> None:
    """Declare the tiny checkpoint's pixel budget, as a probe would find it for real weights."""
    wire = make_wire(model)
    row = usable_convention(model, wire.endpoint)
    small = row.model_copy(update={"resize": row.resize.model_copy(update={"max_tokens": 256})})
    store(Calibration(model=model, endpoint=wire.endpoint, date="2026-11-20", convention=small))


async def answers(backend: Backend) -> None:
    """Ask for each kind of answer; the schema must hold, with whatever is in it."""
    noise = np.random.default_rng(0).integers(0, 255, (416, 608, 3), np.uint8)
    shown = picture_of(noise)
    kinds: list[type[BaseModel]] = [Proposals, AnalysisAnswer, choice_among(4)]
    asks = [
        Ask(
            purpose="any",
            messages=[Message("system", ["Look."]), Message("user", [shown, "Say what you see."])],
            answer=kind,
            frame=shown,
            temperature=1.0,
            seed=seed,
        )
        for kind in kinds
        for seed in range(4)
    ]
    replies = await asyncio.gather(*map(backend.ask, asks))
    for reply in replies:
        # No grammar can forbid swapped corners; everything else it must hold.
        inverted = "swapped or equal corners" in reply.reason
        assert reply.status is Status.OK or inverted, reply
        assert reply.tokens.prompt and reply.tokens.completion and reply.convention
    assert sum(reply.status is Status.OK for reply in replies) >= len(replies) / 2


async def whole_graph(model: str, photos: Path, **settings: Any) -> None:
    """Run a request; the report says who proposed, and every call is in the trace."""
    trace = MemoryTrace()
    chosen = RunSettings(model=model, temperature=1.0, effort="thorough", **settings)
    context = build_parts(chosen, recorder=trace)
    request = CropRequest(text="the cat, 4:5")
    report = (await run(photos / "chelsea.jpg", request, context)).report
    pixels = report.crops[0].pixels
    width, height = pixels.right - pixels.left, pixels.bottom - pixels.top
    assert width * 5 == height * 4
    calls = [call for step in trace.steps for call in step.calls]
    assert {"understand", "analyse", "propose"} <= {call.purpose for call in calls}
    assert all(call.model == model and call.convention for call in calls if call.status == "ok")
    # Random weights often write swapped corners, which no grammar can forbid, or never end.
    assert {call.status for call in calls} <= {"ok", "invalid", "truncated"}
    assert sum(call.status == "ok" for call in calls) >= 2
    assert report.usage.calls == len(calls) and report.usage.cost == 0
    sources = {c.provenance.source for c in report.crops[0].alternatives} | {report.crops[0].source}
    assert sources and all(sources)
    failed = [call for call in calls if call.status != "ok"]
    assert all(call.reason for call in failed)


async def test_vllm_holds_every_schema(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROPSMITH_VLLM_URL", f"{server.hosting.url}/v1")
    name = f"vllm/{server.hosting.name}"
    budgeted(name)
    await answers(build_backend(name, cache_replies=False))


async def test_vllm_answers_the_whole_graph(
    server: Server, monkeypatch: pytest.MonkeyPatch, photos: Path
) -> None:
    monkeypatch.setenv("CROPSMITH_VLLM_URL", f"{server.hosting.url}/v1")
    name = f"vllm/{server.hosting.name}"
    budgeted(name)
    await whole_graph(name, photos)


async def test_what_was_sent_before_comes_from_vllms_prefix_cache(
    server: Server, monkeypatch: pytest.MonkeyPatch, photos: Path
) -> None:
    from cropsmith.evals.lab.backends.prefix import held, rounds

    monkeypatch.setenv("CROPSMITH_VLLM_URL", f"{server.hosting.url}/v1")
    name = f"vllm/{server.hosting.name}"
    budgeted(name)
    # Without examples random weights write more than fits; evals/lab/backends/prefix.py does both.
    assert held(await rounds(name, photos / "chelsea.jpg", 10)) >= 0.9


async def test_a_wrong_model_at_the_server_is_told(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROPSMITH_VLLM_URL", f"{server.hosting.url}/v1")
    found = await standing("vllm")
    assert found.ready and found.models == (f"vllm/{server.hosting.name}",)
    backend = build_backend("vllm/Qwen/Qwen3-VL-8B-Instruct", cache_replies=False)
    ask = Ask(purpose="x", messages=[Message("user", ["hello"])], answer=choice_among(2))
    with pytest.raises(Exception, match=f"It offers: vllm/{server.hosting.name}"):
        await backend.ask(ask)


async def test_pictures_seen_at_another_size_are_noticed(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Qwen2.5-VL answers in pixels as seen: a smaller budget at the server must not pass."""
    monkeypatch.setenv("CROPSMITH_VLLM_URL", f"{server.hosting.url}/v1")
    shown = picture_of(np.zeros((672, 1036, 3), np.uint8))
    ask = Ask(
        purpose="x",
        messages=[Message("user", [shown, "Propose crops."])],
        answer=Proposals,
        frame=shown,
        temperature=1.0,
    )
    name = f"vllm/{server.hosting.name}"
    pixels = family_named("qwen2.5-vl")
    backend = build_backend(name, cache_replies=False, convention=pixels)
    with pytest.raises(Exception, match="another size than its convention"):
        for seed in range(6):
            from dataclasses import replace

            await backend.ask(replace(ask, seed=seed))


async def test_transformers_in_this_process_holds_every_schema(checkpoint: Path) -> None:
    pytest.importorskip("llguidance")
    await answers(build_backend(f"transformers/{checkpoint}", cache_replies=False))


async def test_transformers_answers_the_whole_graph(checkpoint: Path, photos: Path) -> None:
    pytest.importorskip("llguidance")
    await whole_graph(f"transformers/{checkpoint}", photos)


async def test_a_cancelled_generation_ends(checkpoint: Path) -> None:
    pytest.importorskip("llguidance")
    backend = build_backend(f"transformers/{checkpoint}", cache_replies=False)
    ask = Ask(
        purpose="x",
        messages=[Message("user", ["Write."])],
        answer=choice_among(2),
        constrained=False,
        max_tokens=20000,
    )
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2):
            await backend.ask(ask)
    # The worker is free again: a short question is answered soon.
    short = Ask(
        purpose="x",
        messages=[Message("user", ["Choose."])],
        answer=choice_among(2),
        temperature=1.0,
    )
    async with asyncio.timeout(60):
        assert (await backend.ask(short)).raw
