"""The record is the wire: every request and every answer, byte for byte as the server's own log."""

import asyncio
import base64
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydantic import BaseModel

from cropsmith.agents.backends.calls import retry
from cropsmith.agents.backends.protocol.attempt import END, WHOLE, Attempt
from cropsmith.agents.backends.protocol.backend import Ask, Boxes, Message, Picture, Status
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.backends.registry import build_backend
from cropsmith.agents.minds.recorded_backend import Recorded
from cropsmith.agents.trace.record import CallRecord, MemoryTrace, record_step
from cropsmith.tools.schema.geometry import Box
from tests.stubs.gemini_stub import GeminiStub
from tests.stubs.openai_stub import OpenaiStub
from tests.stubs.stub_server import StubServer, point_at, stop

pytest.importorskip("openai")
pytest.importorskip("google.genai")

KEY = "sk-very-secret-key-0123456789"
GPT, QWEN = "openai/gpt-4o", "vllm/Qwen/Qwen3-VL-8B-Instruct"
COMPATIBLE, GEMINI = "openai-compatible/qwen3-vl:8b", "gemini/gemini-2.5-flash"
BOX = {"label": "dog", "box": [10, 14, 61, 61]}  # in pixels of the picture
NATIVE = {"label": "dog", "bbox_2d": [100, 200, 600, 900]}
ANSWERS = {GPT: BOX, QWEN: NATIVE, COMPATIBLE: NATIVE}
ANSWERS[GEMINI] = {"label": "dog", "box_2d": [200, 100, 900, 600]}

Serve = Callable[..., StubServer]


class Found(BaseModel):
    label: str
    box: Box


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Return a function that starts the stub of a model's provider; retries wait a hundredth."""
    rules = {k: retry.Rule(r.retries, 0.01, r.at_once) for k, r in retry.POLICY.items()}
    monkeypatch.setattr(retry, "POLICY", rules)
    started: list[StubServer] = []

    def start(model: str, faults: str = "", **options: Any) -> StubServer:
        options = {"faults": faults, "answer": ANSWERS[model], **options}
        server: StubServer = GeminiStub(**options) if model == GEMINI else OpenaiStub(**options)
        started.append(server.start())
        for name in ("OPENAI", "GEMINI", "VLLM", "OPENAI_COMPATIBLE"):
            monkeypatch.setenv(f"{name}_API_KEY", KEY)
        point_at(server, monkeypatch)
        return server

    yield start
    stop(started)


def photo(shade: int = 128) -> Picture:
    noise = np.random.default_rng(shade).integers(0, 256, (66, 102, 3))
    return picture_of(noise.astype(np.uint8))


def question(*, words: str = "Where is the dög?\n", picture: Picture | None = None) -> Ask:
    shown = picture or photo()
    known = Boxes([Box(x1=0.275, y1=0.067, x2=0.339, y2=0.194)], shown)
    messages = [Message("system", ["Look."]), Message("user", [shown, words, known])]
    return Ask(purpose="find", messages=messages, answer=Found, frame=shown)


async def recorded(
    model: str, *asks: Ask, cached: bool = False, trace: MemoryTrace | None = None
) -> list[CallRecord]:
    trace = trace or MemoryTrace()
    inner = build_backend(model, cache_replies=cached, timeout=5, deadline=5)
    backend = Recorded(inner, keep=trace.picture)
    with record_step(trace, "grounding") as step:
        await asyncio.gather(*(backend.ask(ask) for ask in asks))
        for call in step.calls:
            for attempt in call.wire:
                assert all(shown.sha256 in trace.pictures for shown in attempt.pictures)
    return list(trace.steps[0].calls)


def logged(body: bytes, attempt: Attempt, pictures: dict[str, bytes]) -> str:
    """Return what the server got, the pictures that the attempt names put back to their marks."""
    text = body.decode()
    for shown in attempt.pictures:
        data = pictures[shown.sha256]
        for code in (base64.b64encode(data), base64.urlsafe_b64encode(data)):
            text = text.replace(code.decode(), shown.mark)
    return text


@pytest.mark.parametrize("model", ANSWERS)
@pytest.mark.parametrize("faults", ["ok", "429:0,prose,ok", "truncated,ok", "500,drop,ok"])
async def test_every_attempt_is_what_the_server_logged(
    serve: Serve, model: str, faults: str
) -> None:
    server = serve(model, faults)
    trace = MemoryTrace()
    (call,) = await recorded(model, question(), trace=trace)
    assert call.status == "ok" and len(call.wire) == len(server.bodies) == faults.count(",") + 1
    answers = iter(server.answers)
    for attempt, body in zip(call.wire, server.bodies, strict=True):
        assert attempt.sent == logged(body, attempt, trace.pictures)
        assert [shown.size for shown in attempt.pictures] == [*call.sent]
        if attempt.http is not None:
            assert attempt.raw.encode() == next(answers)
        assert len(attempt.sent) < 20_000  # no base64 is left
    assert [a.status for a in call.wire][-1] == "ok" and not call.wire[0].why
    assert all(attempt.why for attempt in call.wire[1:])


async def test_what_the_model_read_is_in_it(serve: Serve) -> None:
    serve(QWEN)
    (call,) = await recorded(QWEN, question())
    sent = json.loads(call.wire[0].sent)
    told = json.dumps(sent["messages"], ensure_ascii=False)
    assert "275, 67, 339, 194" in told and "0.275" not in told  # the model's own numbers
    assert "dög" in told and "bbox_2d" in told  # the paragraph on the answer's format
    assert sent["response_format"]["type"] == "json_schema" and sent["temperature"] == 0.0


async def test_a_repair_says_why_and_holds_the_bad_answer(serve: Serve) -> None:
    serve(GPT, "prose,ok")
    (call,) = await recorded(GPT, question())
    first, second = call.wire
    assert first.status == "invalid" and second.why.startswith("repair after invalid")
    said = json.loads(first.raw)["choices"][0]["message"]["content"]
    assert said in second.sent and first.tokens.prompt and second.tokens.prompt


async def test_each_schema_that_a_server_refuses_is_an_attempt(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(COMPATIBLE)
    handler: Any = server.RequestHandlerClass
    problem = handler._problem

    def refusing(self: Any, *facts: Any) -> Any:
        if b"response_format" in self.server.bodies[-1]:
            return 400, "response_format is not supported"
        return problem(self, *facts)

    monkeypatch.setattr(handler, "_problem", refusing)
    (call,) = await recorded(COMPATIBLE, question())
    assert [attempt.http for attempt in call.wire] == [400, 400, 200]
    assert all("since it refused this one" in attempt.why for attempt in call.wire[1:])
    held = ["response_format" in attempt.sent for attempt in call.wire]
    assert held == [True, True, False]


async def test_a_picture_is_kept_at_the_size_sent(serve: Serve) -> None:
    serve(QWEN)
    trace = MemoryTrace()
    (call,) = await recorded(QWEN, question(), trace=trace)
    (shown,) = call.wire[0].pictures
    with Image.open(io.BytesIO(trace.pictures[shown.sha256])) as kept:
        assert kept.size == (shown.size.width, shown.size.height) != (102, 66)


async def test_no_answer_is_an_attempt_with_its_fault(serve: Serve) -> None:
    serve(GPT, "drop*4")
    (call,) = await recorded(GPT, question())
    assert call.status == str(Status.UNAVAILABLE) and len(call.wire) == 4
    assert all(a.http is None and a.status == "fault" and a.reason for a in call.wire)


async def test_a_long_answer_is_kept_by_its_ends_and_its_hash(serve: Serve) -> None:
    server = serve(GPT, answer={**BOX, "label": "dog " * 400_000})
    (call,) = await recorded(GPT, question())
    attempt, body = call.wire[0], server.answers[0]
    assert len(body) > WHOLE and attempt.raw_bytes == len(body)
    assert attempt.raw_sha256 == hashlib.sha256(body).hexdigest()
    assert attempt.raw.encode()[:END] == body[:END] and attempt.raw.encode()[-END:] == body[-END:]
    assert len(attempt.raw) < 3 * END


@pytest.mark.parametrize("model", ANSWERS)
async def test_no_key_is_in_it(serve: Serve, model: str) -> None:
    serve(model, "401")
    trace = MemoryTrace()
    backend = Recorded(build_backend(model, cache_replies=False), keep=trace.picture)
    with pytest.raises(Exception, match="key"), record_step(trace, "grounding"):
        await backend.ask(question())
    (call,) = trace.steps[0].calls
    assert call.status == "error" and call.wire[0].http == 401
    assert KEY not in call.model_dump_json()
    assert call.wire[0].headers["content-type"] == "application/json"


async def test_asks_side_by_side_do_not_mix(serve: Serve) -> None:
    serve(GPT, "ok,429:0,prose,ok,500")
    asks = [question(words=f"Question {n}.", picture=photo(n)) for n in range(4)]
    calls = await recorded(GPT, *asks)
    assert len(calls) == 4
    for call in calls:
        number = call.prompt.split("Question ")[1][0]
        assert call.wire
        for attempt in call.wire:
            assert f"Question {number}." in attempt.sent
            assert attempt.pictures[0].sha256 == asks[int(number)].pictures[0].sha256


async def test_the_cache_sends_nothing(serve: Serve, home: Any) -> None:
    server = serve(GPT)
    ask = replace(question(), seed=5)
    first = await recorded(GPT, ask, cached=True)
    again = await recorded(GPT, ask, cached=True)
    assert len(first[0].wire) == 1 and again[0].from_cache and again[0].wire == ()
    assert len(server.bodies) == 1


async def test_a_model_in_this_process_is_taped_too() -> None:
    from cropsmith.agents.backends.boxes.families import FAMILIES
    from cropsmith.agents.backends.model import Model
    from cropsmith.agents.backends.protocol.backend import Tokens
    from cropsmith.agents.backends.protocol.wire import Dialect, Finish, WireReply

    class Inside:
        provider, model, endpoint, dialect = "inside", "acme", "here", Dialect.GRAMMAR

        async def send(self, request: Any) -> WireReply:
            text = json.dumps(NATIVE)
            return WireReply(text=text, finish=Finish.STOP, tokens=Tokens(prompt=1, completion=1))

    trace = MemoryTrace()
    backend = Recorded(Model(Inside(), FAMILIES["qwen3-vl"]), keep=trace.picture)  # type: ignore[arg-type]
    with record_step(trace, "grounding"):
        await backend.ask(question())
    (attempt,) = trace.steps[0].calls[0].wire
    assert "dög" in attempt.sent and "[275, 67, 339, 194]" in attempt.sent
    assert attempt.status == "ok" and attempt.pictures[0].mark in attempt.sent
