"""Batches through the official SDKs: collected once, adopted after a kill, at half the price."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cropsmith.agents.backends.calls import retry
from cropsmith.agents.backends.calls.batch_book import BatchBook, Pace
from cropsmith.agents.backends.protocol.backend import Reply, Status
from cropsmith.agents.backends.protocol.batch import Answered
from cropsmith.agents.backends.registry import build_backend
from cropsmith.errors import Misconfigured, NotAllowed, OutputError, UsageError
from tests.batch_asker import PACE, QUESTIONS, ask_all, question
from tests.stubs.batch_stub import AnthropicBatchStub, GeminiBatchStub, OpenaiBatchStub
from tests.stubs.stub_server import point_at, stop

pytest.importorskip("openai")
pytest.importorskip("anthropic")
pytest.importorskip("google.genai")

KEY = "very-secret-key-0123456789abcdef"
MODELS = {
    "openai/gpt-4o": (OpenaiBatchStub, {"label": "dog", "box": [10, 14, 61, 61]}),
    "anthropic/claude-haiku-4-5": (AnthropicBatchStub, {"label": "dog", "box": [10, 14, 61, 61]}),
    "gemini/gemini-2.5-flash": (GeminiBatchStub, {"label": "dog", "box_2d": [200, 100, 900, 600]}),
}
Serve = Callable[..., Any]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Return a function that starts the stub of a model's batch API."""
    rules = {k: retry.Rule(r.retries, 0.01, r.at_once) for k, r in retry.POLICY.items()}
    monkeypatch.setattr(retry, "POLICY", rules)
    started: list[Any] = []

    def start(model: str, faults: str = "", **options: Any) -> Any:
        kind, answer = MODELS[model]
        server: Any = kind(faults=faults, answer=answer, api_key=KEY, **options)
        started.append(server.start())
        point_at(server, monkeypatch)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        for name in ("OPENAI_API_KEY", "GEMINI_API_KEY", "ANTHROPIC_API_KEY"):
            monkeypatch.setenv(name, KEY)
        return server

    yield start
    stop(started)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[BatchBook]:
    made = BatchBook(tmp_path / "batches.sqlite3", PACE)
    yield made
    made.close()


@pytest.mark.parametrize("model", MODELS)
async def test_questions_that_come_together_are_one_batch_at_half_the_price(
    serve: Serve, book: BatchBook, model: str
) -> None:
    server = serve(model, polls=2)
    replies = await ask_all(book, model)
    assert [reply.status for reply in replies] == [Status.OK] * 3, replies[0].reason
    assert len(server.desk.batches) == 1 and set(server.desk.paid.values()) == {1}
    (batch,) = server.desk.batches.values()
    assert len(batch.rows) == 3 and server.desk.collected
    alone = await build_backend(model, cache_replies=False).ask(question(QUESTIONS[0]))
    assert alone.tokens.prompt and replies[0].tokens.prompt
    assert alone.cost is not None and replies[0].cost is not None
    share = (replies[0].cost / replies[0].tokens.prompt) / (alone.cost / alone.tokens.prompt)
    assert share == pytest.approx(0.5, rel=0.35)  # the two have other lengths of prompt
    assert KEY.encode() not in book.path.read_bytes()


@pytest.mark.parametrize("model", MODELS)
async def test_what_fails_within_a_batch_is_asked_again_and_endings_are_statuses(
    serve: Serve, book: BatchBook, model: str
) -> None:
    server = serve(model, "429,blocked,prose")
    replies = await ask_all(book, model)
    assert sorted(str(reply.status) for reply in replies) == ["blocked", "ok", "ok"]
    again = next(reply for reply in replies if reply.attempts == 2)
    assert again.status is Status.OK
    # The one that was busy, and the repair of the one that was prose, went into later batches.
    assert sum(len(batch.rows) for batch in server.desk.batches.values()) == 5
    assert set(server.desk.paid.values()) == {1}


async def test_the_same_question_twice_is_two_jobs(serve: Serve, book: BatchBook) -> None:
    server = serve("openai/gpt-4o")
    backend = build_backend("openai/gpt-4o", cache_replies=False, book=book)
    await asyncio.gather(*(backend.ask(question("Where?")) for _ in range(2)))
    assert len(server.desk.paid) == 2


@pytest.mark.parametrize("model", ["openai/gpt-4o", "gemini/gemini-2.5-flash"])
async def test_a_batch_that_is_not_taken_is_told_and_taken_another_time(
    serve: Serve, book: BatchBook, model: str
) -> None:
    server = serve(model)
    server.desk.refuses = "Enqueued token limit reached"
    # Google's SDK keeps the reason to itself.
    why = "Enqueued token limit" if model.startswith("openai") else "no reason given"
    with pytest.raises(Misconfigured, match=f"was not taken: {why}"):
        await ask_all(book, model)
    server.desk.refuses = ""
    replies = await ask_all(book, model)
    assert [reply.status for reply in replies] == [Status.OK] * 3


async def test_a_wrong_key_is_told_and_leaves_no_intent(serve: Serve, book: BatchBook) -> None:
    serve("anthropic/claude-haiku-4-5").api_key = "another"
    with pytest.raises(NotAllowed, match="refused the key"):
        await ask_all(book, "anthropic/claude-haiku-4-5")
    assert not [row for row in book._base.execute("SELECT * FROM batch")]


async def test_who_gives_up_waiting_finds_the_same_batch_later(
    serve: Serve, book: BatchBook
) -> None:
    server = serve("openai/gpt-4o", polls=10**6)
    backend = build_backend("openai/gpt-4o", cache_replies=False, book=book)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1.5):
            await backend.ask(question("Where?"))
    assert len(server.desk.batches) == 1
    server.desk.polls = 0
    reply = await backend.ask(question("Where?"))
    assert reply.status is Status.OK and len(server.desk.batches) == 1


SOON = {("openai/gpt-4o", "intent"), ("anthropic/claude-haiku-4-5", "submitted")}
"""Kills of the plain tests; the others are slow, a process each."""
KILLS = [
    pytest.param(model, moment, marks=() if (model, moment) in SOON else pytest.mark.integration)
    for model in MODELS
    for moment in ("intent", "submitted", "running", "collect")
]


@pytest.mark.parametrize(("model", "moment"), KILLS)
async def test_killed_at_any_moment_nothing_is_paid_twice(
    serve: Serve, tmp_path: Path, model: str, moment: Any
) -> None:
    server = serve(model, polls=2)
    path = tmp_path / "batches.sqlite3"
    command = [sys.executable, "-m", "tests.batch_asker", str(path), model]
    root = Path(__file__).parents[4]
    process = subprocess.Popen(
        command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    server.desk.kill = (moment, process.pid)
    process.communicate("go\n", timeout=60)
    assert process.returncode == -9 and server.desk.kill is None
    made = len(server.desk.batches)
    assert made == (0 if moment == "intent" else 1)
    # Another process takes it up.
    book = BatchBook(path, PACE)
    replies: list[Reply] = await ask_all(book, model)
    book.close()
    assert [reply.status for reply in replies] == [Status.OK] * 3
    assert len(server.desk.batches) == 1 and len(server.desk.paid) == 3
    assert set(server.desk.paid.values()) == {1}
    # And what was collected is not collected again.
    collected, book = server.desk.collected, BatchBook(path, PACE)
    assert [reply.status for reply in await ask_all(book, model)] == [Status.OK] * 3
    book.close()
    assert server.desk.collected == collected and len(server.desk.batches) == 1


def test_providers_without_batches_and_a_book_that_cannot_be_are_one_sentence(
    tmp_path: Path, book: BatchBook
) -> None:
    with pytest.raises(UsageError, match="vllm cannot be asked in batches. These can: openai"):
        build_backend("vllm/Qwen/Qwen3-VL-8B-Instruct", book=book)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be opened"):
        BatchBook(tmp_path / "file" / "book.sqlite3")


def test_the_book_keeps_what_it_was_told(tmp_path: Path) -> None:
    path = tmp_path / "book.sqlite3"
    first = BatchBook(path, Pace())
    first.intend("a", "here", ["x-0", "y-0"])
    first.close()
    second = BatchBook(path)
    (entry,) = second.open_at("here")
    assert (entry.label, entry.remote, entry.ids) == ("a", "", ["x-0", "y-0"])
    assert second.holds("x-0") and second.answer("x-0") is None and not second.open_at("there")
    second.submitted("a", "batch_7")
    assert second.remotes() == {"batch_7"}
    second.collected("a", {"x-0": Answered(200, {"n": 1}), "y-0": Answered(504, None)})
    assert second.answer("x-0") == Answered(200, {"n": 1}) and not second.open_at("here")
    second.intend("b", "here", ["z-0"])
    second.void("b")
    assert not second.holds("z-0") and second.holds("y-0")
    assert json.dumps(second.answer("y-0").body) == "null"  # type: ignore[union-attr]
    second.close()
