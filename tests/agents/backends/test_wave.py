"""64 requests at once at a server that does everything wrong: each ends, none is paid twice."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from pydantic import BaseModel

from cropsmith.agents.backends.calls import retry
from cropsmith.agents.backends.protocol.backend import Ask, Message, Reply, Status
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.backends.registry import build_backend
from cropsmith.tools.schema.geometry import Box
from tests.stubs.openai_stub import OpenaiStub
from tests.stubs.stub_server import point_at, stop

pytest.importorskip("openai")

MODEL = "openai/gpt-4o"
AT_ONCE = 64
FAULTS = {
    "ok": 20,
    "429:0.05": 12,
    "500": 8,
    "503": 8,
    "drop": 8,
    "hang:0.05": 6,
    "notjson": 6,
    "slow:0.1": 6,
    "truncated": 6,
    "whitespace": 2,
    "prose": 6,
    "empty": 4,
    "inf": 4,
    "fenced": 4,
    "refused": 4,
    "blocked": 4,
}
STEP = 400
"""Prompt tokens by which one question is longer than the one before: a bill says whose it is."""

PICTURE = picture_of(np.full((70, 100, 3), 128, np.uint8))


class Found(BaseModel):
    label: str
    box: Box


def ask(number: int) -> Ask:
    return Ask(
        purpose="find",
        messages=[Message("user", [PICTURE, "Where is the dog? " + "x" * 4 * STEP * number])],
        answer=Found,
        frame=PICTURE,
    )


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenaiStub]:
    rules = {k: retry.Rule(r.retries, 0.02, r.at_once) for k, r in retry.POLICY.items()}
    monkeypatch.setattr(retry, "POLICY", rules)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789")
    server = OpenaiStub(answer={"label": "dog", "box": [10, 10, 90, 60]}).start()
    point_at(server, monkeypatch)
    yield server
    stop([server])


def billed(server: OpenaiStub) -> list[int]:
    """Return the prompt tokens of every answer that the provider would send a bill for."""
    bodies = [json.loads(body) for body in server.answers if body.startswith(b'{"id"')]
    return [body["usage"]["prompt_tokens"] for body in bodies if "usage" in body]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_mixed_faults_end_each_as_its_status(stub: OpenaiStub, seed: int) -> None:
    faults = [fault for fault, times in FAULTS.items() for _ in range(times)]
    random.Random(seed).shuffle(faults)
    from tests.stubs.faults import read_faults

    stub._faults.extend(read_faults(",".join(faults)))
    backend = build_backend(MODEL, cache_replies=False, timeout=30, deadline=60)
    async with asyncio.timeout(120):  # none hangs
        replies: list[Reply] = await asyncio.gather(*(backend.ask(ask(n)) for n in range(AT_ONCE)))
    ends = Counter(reply.status for reply in replies)
    assert ends[Status.OK] >= AT_ONCE / 2
    for reply in replies:
        assert (reply.value is not None) == (reply.status is Status.OK)
        assert reply.reason or reply.status is Status.OK
    # Every bill that the server sent is in the replies, and is there once.
    told = sum(reply.tokens.prompt or 0 for reply in replies)
    async with asyncio.timeout(10):  # the stub notes an answer after it has sent it
        while sum(bills := billed(stub)) != told:
            await asyncio.sleep(0.05)
    # A question is billed once, and once more where it was repaired, which its note says; the
    # repair itself may have failed.
    paid = Counter(bill // STEP for bill in bills)
    for number, reply in enumerate(replies):
        repaired = any("asked again" in note for note in reply.notes)
        answered = reply.tokens.prompt is not None
        assert answered <= paid[number] <= answered + repaired, (number, reply)


async def test_two_servers_take_over_from_each_other(
    stub: OpenaiStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of two servers goes away in the middle: all are answered, by the one that is left."""
    monkeypatch.setattr("cropsmith.agents.backends.calls.limiter.SPACING", 0.0)
    other = OpenaiStub(dialect="vllm", answer={"label": "dog", "bbox_2d": [1, 1, 900, 900]}).start()
    stub.answer = other.answer
    monkeypatch.setenv("CROPSMITH_VLLM_URL", f"{stub.url}/v1,{other.url}/v1")
    backend = build_backend("vllm/Qwen/Qwen3-VL-8B-Instruct", cache_replies=False, timeout=30)
    replies = await asyncio.gather(*(backend.ask(ask(n)) for n in range(16)))
    assert {reply.status for reply in replies} == {Status.OK}
    assert min(len(stub.requests), len(other.requests)) >= 4  # shared
    stop([other])
    before = len(stub.requests)
    # With new connections: the stub goes on with those that it has.
    backend = build_backend("vllm/Qwen/Qwen3-VL-8B-Instruct", cache_replies=False, timeout=30)
    replies = await asyncio.gather(*(backend.ask(ask(n)) for n in range(16)))
    assert {reply.status for reply in replies} == {Status.OK}
    assert len(stub.requests) == before + 16
