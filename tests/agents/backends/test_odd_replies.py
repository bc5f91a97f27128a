"""Whatever the wire carries ends as a status, soon, and never as an error of Python's."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from cropsmith.agents.backends.boxes.answer_schema import answer_schema
from cropsmith.agents.backends.boxes.families import FAMILIES
from cropsmith.agents.backends.boxes.read_answer import Unusable, read_answer
from cropsmith.agents.backends.calls import retry
from cropsmith.agents.backends.protocol import bounded_body
from cropsmith.agents.backends.protocol.backend import Ask, Message, Reply, Status
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.backends.protocol.wire import Dialect
from cropsmith.agents.backends.providers.chat_reading import error_in, read_completion
from cropsmith.agents.backends.registry import build_backend
from cropsmith.tools.schema.geometry import Box, Size
from tests.agents.backends.odd import DRAFT, GOOD, completion, lines, odd_of
from tests.stubs.odd_stub import OddStub

pytest.importorskip("openai")

TRUTH = Box(x1=0.1, y1=0.2, x2=0.6, y2=0.9)
PICTURE = picture_of(np.full((68, 102, 3), 128, np.uint8))
ENOUGH = 20.0
"""Seconds for one reply: the slowest takes a fraction; reading that grows faster than the text,
minutes."""


class Found(BaseModel):
    label: str
    box: Box


QUESTION = Ask(
    purpose="find",
    messages=[Message("user", [PICTURE, "Where is the dog?"])],
    answer=Found,
    frame=PICTURE,
)


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = {k: retry.Rule(min(r.retries, 1), 0.01, True) for k, r in retry.POLICY.items()}
    monkeypatch.setattr(retry, "POLICY", rules)
    monkeypatch.setenv("GEMINI_API_KEY", "key")


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[OddStub]:
    server = OddStub().start()
    monkeypatch.setenv("CROPSMITH_OPENAI_COMPATIBLE_URL", f"{server.url}/v1")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
    yield server
    server.shutdown()
    server.server_close()


async def asked(model: str, deadline: float = ENOUGH) -> Reply:
    backend = build_backend(model, cache_replies=False, timeout=ENOUGH, deadline=deadline)
    async with asyncio.timeout(2 * ENOUGH):
        return await backend.ask(QUESTION)


def test_the_corpus_is_large_and_has_every_kind() -> None:
    corpus = lines()
    assert len(corpus) >= 80 and len({line["name"] for line in corpus}) == len(corpus)
    kinds = {"ok", "invalid", "unavailable", "truncated", "blocked", "refused"}
    assert {line["status"] for line in corpus} == kinds


@pytest.mark.parametrize("line", lines(), ids=lambda line: line["name"])
async def test_every_reply_ends_as_its_status(stub: OddStub, line: dict[str, Any]) -> None:
    odd = odd_of(line)
    stub.says(odd.body, odd.http, odd.headers)
    wish = odd.headers.get("Retry-After", "")
    reply = await asked("openai-compatible/qwen3-vl:8b", 1.0 if wish else ENOUGH)
    assert str(reply.status) == odd.status, reply.reason
    if odd.status == "ok":
        assert isinstance(reply.value, Found)
        assert reply.value.box.iou(TRUTH) > 0.99
    else:
        assert reply.value is None and reply.reason
    assert len(reply.raw) < 100_000 and len(reply.reason) < 1_000
    assert len(reply.model_dump_json()) < 500_000


async def test_what_gemini_wrote_is_read_alike(stub: OddStub) -> None:
    pytest.importorskip("google.genai")
    backend = build_backend("gemini/gemini-2.5-flash", cache_replies=False, timeout=ENOUGH)
    other = []
    for odd in map(odd_of, lines()):
        if odd.text is None:
            continue
        # Gemini's own word and order of a box.
        text = odd.text.replace("bbox_2d", "box_2d").replace("bbox", "box_2d")
        text = text.replace("[100, 200, 600, 900", "[200, 100, 900, 600")
        text = text.replace("[100.0, 200.0, 600.0, 900.0", "[200.0, 100.0, 900.0, 600.0")
        text = text.replace('"100", "200", "600", "900"', '"200", "100", "900", "600"')
        content = {"role": "model", "parts": [{"text": text}]}
        answer = {"candidates": [{"content": content, "finishReason": "STOP", "index": 0}]}
        stub.says(json.dumps(answer).encode())
        async with asyncio.timeout(2 * ENOUGH):
            reply = await backend.ask(QUESTION)
        right = isinstance(reply.value, Found) and reply.value.box.iou(TRUTH) > 0.99
        if str(reply.status) != odd.status or right is not (odd.status == "ok"):
            other.append((odd.name, reply.status, reply.reason))
    assert not other


@pytest.mark.parametrize(
    "body",
    [
        "null", "[]", "5", "{}", '{"candidates": 5}', '{"candidates": [null]}', "<html>", "",
        '{"candidates": [{"content": {"parts": [{"text": 7}]}}]}',
        '{"candidates": [{"content": {"parts": [{"functionCall": {"args": 5}}]}}]}',
        '{"candidates": [{"finishReason": "TIRED"}], "usageMetadata": {"promptTokenCount": -1}}',
        '{"candidates": [{"finishReason": "MALFORMED_FUNCTION_CALL"}]}',
        '{"candidates": ' + "[" * 5000 + "]" * 5000 + "}",
        '{"candidates": [], "usageMetadata": {"promptTokenCount": ' + "9" * 5000 + "}}",
        '{"candidates": [{"content": {"parts": [{"text": "' + "x" * 20_000_000 + '"}]}}]}',
    ],
    ids=range(15),
)  # fmt: skip
@pytest.mark.parametrize("http", [200, 500])
async def test_whatever_gemini_sends_is_a_status(stub: OddStub, body: str, http: int) -> None:
    pytest.importorskip("google.genai")
    stub.says(body.encode(), http)
    reply = await asked("gemini/gemini-2.5-flash")
    assert reply.status in (Status.INVALID, Status.UNAVAILABLE, Status.BLOCKED)
    assert reply.value is None and reply.reason


async def test_a_packed_bomb_is_not_unpacked(stub: OddStub) -> None:
    import gzip

    honest = gzip.compress(json.dumps(completion({"content": GOOD})).encode())
    stub.says(honest, headers={"Content-Encoding": "gzip"})
    assert (await asked("openai-compatible/qwen3-vl:8b")).status is Status.OK
    stub.says(gzip.compress(b"[" + b" " * 300_000_000), headers={"Content-Encoding": "gzip"})
    reply = await asked("openai-compatible/qwen3-vl:8b")
    assert reply.status is Status.INVALID and "more than 4 MB" in reply.reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "message", "content", "text", "type", "reasoning", "thinking", "usage",
                 "tool_calls", "function", "name", "arguments", "id", "error", "code", "refusal",
                 "finish_reason", "prompt_tokens", "prompt_tokens_details", "reasoning_details"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)  # fmt: skip


@given(JSON, JSON, JSON)
@settings(max_examples=100, deadline=None)
def test_no_json_of_a_server_is_an_error(message: Any, choice: Any, usage: Any) -> None:
    for choices in ([{"message": message, **_keys(choice)}], choice, [choice]):
        answer = {"choices": choices, "usage": usage, **_keys(message)}
        error_in(answer)
        reply = read_completion(answer)
        assert isinstance(reply.text, str) and isinstance(reply.thoughts, str)
        # What is kept can be written down, surrogates and all.
        f"{reply.text}{reply.thoughts}{reply.reason}".encode()
        assert all(isinstance(call.arguments, str) for call in reply.tool_calls)


def _keys(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


QWEN = FAMILIES["qwen3-vl"]
SENT = Size(width=1024, height=672)
SCHEMA = answer_schema(Found, QWEN, SENT, Dialect.GRAMMAR)
PIECES = st.lists(
    st.sampled_from(
        [GOOD, DRAFT, *'{}[],:"\\ \'', "```", "```json\n", "<think>", "</think>", "<answer>",
         "</answer>", "<|end|>", "<|channel|>", "1e999", "9" * 30, "null", "NaN", "\n", "\ud800",
         "(1,2),(3,4)", "<box>", "[[1, 2, 3, 4]]", "so", '{"label":', "é"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@given(st.text(max_size=200) | PIECES, st.sampled_from(sorted(FAMILIES)))
@settings(max_examples=200, deadline=None)
def test_any_text_is_an_answer_or_unusable(text: str, family: str) -> None:
    schema = answer_schema(Found, FAMILIES[family], SENT, Dialect.GRAMMAR)
    try:
        reading = read_answer(text, Found, schema, FAMILIES[family], SENT)
    except Unusable as error:
        assert str(error)
    else:
        assert isinstance(reading.value, Found)


@given(st.text(alphabet=st.characters(exclude_characters='{}[]"<>|◁'), max_size=80), PIECES)
@settings(max_examples=200, deadline=None)
def test_the_last_answer_counts_whatever_prose_stands_around(prose: str, thought: str) -> None:
    closed = thought.replace("<answer>", "").replace("</answer>", "")
    text = f"{prose}{DRAFT}{prose}<think>{closed}</think>{prose} so {GOOD} {prose}"
    # A thought may close early and leave a piece of itself in the answer: only whole ones here.
    if "think" in closed or "<|" in closed:
        return
    reading = read_answer(text, Found, SCHEMA, QWEN, SENT)
    assert isinstance(reading.value, Found) and reading.value.label == "dog"


@pytest.mark.parametrize(
    "unit",
    ["[", "{", '"', '{"', '[1,"', "<think>", "</think>", "<answer>", "{a}", '{"a":1}', "[1]", "```",
     '\\"', "<point x=\"1\" y=\"1\"", "1 ", "11", "<box>", "(1,2),", "<loc_1>", "[1, 2, 3, ", ", "],
)  # fmt: skip
@pytest.mark.parametrize("family", ["qwen3-vl", "molmo", "molmo2", "internvl", "qwen2-vl"])
async def test_reading_takes_no_longer_than_the_text(unit: str, family: str) -> None:
    text = "{" + unit * (55_000 // len(unit))
    schema = answer_schema(Found, FAMILIES[family], SENT, Dialect.GRAMMAR)
    async with asyncio.timeout(ENOUGH):
        with pytest.raises(Unusable):
            await asyncio.to_thread(read_answer, text, Found, schema, FAMILIES[family], SENT)


@given(st.binary(max_size=300))
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_body_is_weighed(body: bytes) -> None:
    assert isinstance(bounded_body.refused(body), str)


def test_only_depth_and_digits_outside_of_texts_count() -> None:
    deep = "[" * 100 + "]" * 100
    inside = json.dumps({"content": deep + "9" * 100}).encode()
    assert bounded_body.refused(inside) == ""
    assert "100 deep" in bounded_body.refused(deep.encode())
    assert "digits" in bounded_body.refused(b'{"a": ' + b"9" * 100 + b"}")
