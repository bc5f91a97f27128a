"""What is wrapped around a model: budget, cache, repair, limits, retries."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel

from cropsmith.agents.backends.calls.cache import Cached, ReplyStore, key_of
from cropsmith.agents.backends.calls.limiter import SPACING, Gate, Limited
from cropsmith.agents.backends.calls.prices import cost_of, price_of
from cropsmith.agents.backends.calls.purse import Budgeted, Purse
from cropsmith.agents.backends.calls.repair import Repaired
from cropsmith.agents.backends.calls.retry import POLICY, Retried, waiting
from cropsmith.agents.backends.protocol.backend import (
    Ask,
    Boxes,
    Message,
    Part,
    Reply,
    Status,
    Tokens,
    Told,
)
from cropsmith.agents.backends.protocol.pictures import fitted, picture_of
from cropsmith.agents.backends.protocol.wire import Trouble, WireFault
from cropsmith.errors import BudgetSpent, UsageError
from cropsmith.tools.schema.geometry import Box, Size


class Word(BaseModel):
    word: str


def question(**changes: object) -> Ask:
    ask = Ask(purpose="p", messages=[Message("user", ["say it"])], answer=Word)
    return replace(ask, **changes)  # type: ignore[arg-type]


class Fake:
    """A model that plays replies or raises what it is given, in order; the last repeats."""

    def __init__(self, *plays: Reply | Exception, name: str = "openai/gpt-4o") -> None:
        self.name = name
        self.asked: list[Ask] = []
        self._plays = list(plays)

    def fit(self, size: Size) -> Size:
        return size

    async def ask(self, ask: Ask) -> Reply:
        self.asked.append(ask)
        play = self._plays.pop(0) if len(self._plays) > 1 else self._plays[0]
        if isinstance(play, Exception):
            raise play
        return play


def reply(status: Status = Status.OK, cost: float | None = 0.01, **more: object) -> Reply:
    value = Word(word="hello") if status is Status.OK else None
    tokens = Tokens(prompt=100, completion=10)
    return Reply.model_validate(
        {"status": status, "value": value, "model": "m", "cost": cost, "tokens": tokens, **more}
    )


async def test_calls_are_counted_before_they_are_made() -> None:
    fake = Fake(reply())
    backend = Budgeted(fake, Purse(max_calls=2))
    await backend.ask(question())
    await backend.ask(question())
    with pytest.raises(BudgetSpent, match="2 model calls"):
        await backend.ask(question())
    assert len(fake.asked) == 2


async def test_cost_is_reserved_while_calls_are_under_way() -> None:
    purse = Purse(max_cost=0.02)
    backend = Budgeted(Fake(reply(cost=0.001)), purse)
    # Each call is expected to cost 0.8 cents; the third does not fit beside two.
    results = await asyncio.gather(
        *(backend.ask(question()) for _ in range(8)), return_exceptions=True
    )
    assert all(isinstance(r, Reply | BudgetSpent) for r in results)
    assert purse.cost == pytest.approx(0.001 * purse.calls)


async def test_a_spent_budget_stops_the_next_call() -> None:
    backend = Budgeted(Fake(reply(cost=0.5)), Purse(max_cost=0.4))
    await backend.ask(question())
    with pytest.raises(BudgetSpent, match=r"\$0.5000 spent"):
        await backend.ask(question())


def test_a_limit_on_an_unknown_price_is_refused() -> None:
    with pytest.raises(UsageError, match="price"):
        Budgeted(Fake(reply(), name="openai/acme-9"), Purse(max_cost=1))
    Budgeted(Fake(reply(), name="vllm/acme-9"), Purse(max_cost=1))


def test_costs() -> None:
    tokens = Tokens(prompt=1_000_000, completion=100_000, cached=400_000)
    assert cost_of("openai/gpt-4o", tokens) == pytest.approx(0.6 * 2.5 + 0.4 * 1.25 + 0.1 * 10)
    assert price_of("openai/gpt-4o-2024-08-06") == price_of("openai/gpt-4o")
    assert cost_of("vllm/anything", tokens) == 0
    assert cost_of("openai/acme-9", tokens) is None
    assert cost_of("openai/gpt-4o", Tokens()) is None


def test_a_persons_own_prices_come_first(home: Path) -> None:
    (home / "prices.toml").write_text(
        '["vllm/acme"]\ninput = 1.0\noutput = 3.0\ncached = 0.1\n\n'
        '["openai/gpt-4o"]\ninput = 2.0\noutput = 8\n'
    )
    tokens = Tokens(prompt=1_000_000, completion=100_000, cached=400_000)
    assert cost_of("vllm/acme", tokens) == pytest.approx(0.6 * 1 + 0.4 * 0.1 + 0.1 * 3)
    assert cost_of("openai/gpt-4o", tokens) == pytest.approx(1.0 * 2 + 0.1 * 8)
    assert cost_of("openai/acme-9", tokens) is None
    (home / "prices.toml").write_text('["openai/gpt-4o"]\ninput = "two"\noutput = 8\n\n\n')
    with pytest.raises(UsageError, match="openai/gpt-4o.input"):
        price_of("openai/gpt-4o")
    (home / "prices.toml").write_text("what")
    with pytest.raises(UsageError, match="cannot be read"):
        price_of("openai/gpt-4o")


def test_a_long_prompt_costs_what_its_tier_does() -> None:
    short, long = (
        cost_of("gemini/gemini-2.5-pro", Tokens(prompt=prompt, completion=0))
        for prompt in (100_000, 300_000)
    )
    assert short is not None and long is not None and long > 3.5 * short


async def test_replies_are_kept_at_temperature_zero(tmp_path: Path) -> None:
    fake = Fake(reply(notes=("a note",)))
    backend = Cached(fake, "m", store=ReplyStore(tmp_path))
    first, second = await backend.ask(question()), await backend.ask(question())
    assert len(fake.asked) == 1
    assert not first.cached and second.cached and second.cost == 0
    assert second.value == Word(word="hello") and second.notes == ("a note",)
    await backend.ask(question(temperature=0.5))
    await backend.ask(question(temperature=0.5))
    assert len(fake.asked) == 3
    warm = Cached(fake, "m", store=ReplyStore(tmp_path), warm=True)
    await warm.ask(question(temperature=0.5))
    assert (await warm.ask(question(temperature=0.5))).cached


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.OK])
async def test_failures_are_never_kept(tmp_path: Path, status: Status) -> None:
    fake = Fake(reply(status))
    backend = Cached(fake, "m", store=ReplyStore(tmp_path))
    await backend.ask(question())
    assert not (await backend.ask(question())).cached
    assert len(fake.asked) == 2


async def test_a_damaged_file_is_asked_anew(tmp_path: Path) -> None:
    fake = Fake(reply())
    backend = Cached(fake, "m", store=ReplyStore(tmp_path))
    await backend.ask(question())
    (path,) = tmp_path.rglob("*.json")
    path.write_text("{")
    assert not (await backend.ask(question())).cached


def test_everything_that_matters_is_in_the_key() -> None:
    class Other(BaseModel):
        word: str
        more: str = ""

    picture = picture_of(np.zeros((8, 8, 3), np.uint8))
    dark = picture_of(np.full((8, 8, 3), 9, np.uint8))
    box = Box(x1=0.1, y1=0.1, x2=0.5, y2=0.5)

    def told(*parts: Part) -> Ask:
        return question(messages=[Message("user", list(parts))])

    asks = [
        question(),
        told("say that"),
        told(picture),
        told(dark),
        told(Boxes([box], picture)),
        told(Boxes([box, box], picture)),
        told(Told("at ${box}", {"box": box}, picture)),
        told(Told("there: ${box}", {"box": box}, picture)),
        question(example=Word(word="like this")),
        told(Boxes([box], dark)),
        question(messages=[Message("system", ["say it"])]),
        question(answer=Other),
        question(frame=picture),
        question(temperature=0.1),
        question(max_tokens=5),
        question(seed=7),
    ]
    keys = {key_of(ask, "m") for ask in asks} | {key_of(question(), "other server")}
    assert len(keys) == len(asks) + 1
    assert key_of(question(), "m") == key_of(question(), "m")


async def test_an_invalid_answer_is_told_what_was_wrong() -> None:
    fake = Fake(reply(Status.INVALID, raw="nonsense", reason="box: Field required"), reply())
    mended = await Repaired(fake).ask(question())
    assert mended.status is Status.OK
    assert mended.tokens.prompt == 200 and mended.cost == pytest.approx(0.02)
    assert mended.attempts == 2 and "asked again" in mended.notes[0]
    again = fake.asked[1]
    assert [m.role for m in again.messages] == ["user", "assistant", "user"]
    assert "nonsense" in str(again.messages[1]) and "Field required" in str(again.messages[2])
    assert again.seed != fake.asked[0].seed


async def test_a_truncated_answer_gets_more_room_and_a_blank_one_no_grammar() -> None:
    fake = Fake(reply(Status.TRUNCATED, raw='{"wo'), reply())
    await Repaired(fake).ask(question(max_tokens=100))
    assert (fake.asked[1].max_tokens, fake.asked[1].constrained) == (200, True)
    fake = Fake(reply(Status.TRUNCATED, raw="\n\n"), reply())
    await Repaired(fake).ask(question(max_tokens=100))
    assert fake.asked[1].constrained is False


@pytest.mark.parametrize("status", [Status.REFUSED, Status.BLOCKED, Status.UNAVAILABLE])
async def test_the_rest_stands(status: Status) -> None:
    fake = Fake(reply(status))
    assert (await Repaired(fake).ask(question())).status is status
    assert len(fake.asked) == 1


async def test_no_budget_for_a_repair_leaves_the_first_reply() -> None:
    fake = Budgeted(Fake(reply(Status.INVALID)), Purse(max_calls=1))
    left = await Repaired(fake).ask(question())
    assert left.status is Status.INVALID and "not asked again" in left.notes[0]


async def test_an_unknown_cost_stays_unknown() -> None:
    fake = Fake(reply(Status.INVALID, cost=None), reply())
    assert (await Repaired(fake).ask(question())).cost is None


def test_the_first_connection_retry_is_at_once_and_the_rest_doubles() -> None:
    rule = POLICY[Trouble.CONNECTION]
    assert waiting(rule, 1, None) == 0
    waits = [waiting(POLICY[Trouble.SERVER], n, None) for n in (1, 2, 3)]
    assert 0.37 < waits[0] < 0.63 and 0.75 <= waits[1] <= 1.25 and 1.5 <= waits[2] <= 2.5
    assert waiting(POLICY[Trouble.BUSY], 1, 7.0) == 7


async def test_no_quota_is_not_waited_for() -> None:
    fake = Fake(WireFault("no quota left", Trouble.QUOTA))
    out = await Retried(fake).ask(question())
    assert out.status is Status.UNAVAILABLE and out.trouble == "quota"
    assert len(fake.asked) == 1


class Sleepy(Fake):
    """Takes its time, and knows how many calls were under way at once."""

    def __init__(self, seconds: float) -> None:
        super().__init__(reply())
        self._seconds = seconds
        self.now = self.most = 0

    async def ask(self, ask: Ask) -> Reply:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self._seconds)
        finally:
            self.now -= 1
        return await super().ask(ask)


async def test_a_deadline_ends_a_call_that_hangs() -> None:
    started = time.monotonic()
    out = await Retried(Sleepy(30), deadline=0.1).ask(question())
    assert out.status is Status.UNAVAILABLE and out.trouble == "timeout"
    assert time.monotonic() - started < 2


async def test_only_so_many_at_once() -> None:
    sleepy = Sleepy(0.01)
    limited = Limited(sleepy, Gate("here", 3))
    await asyncio.gather(*(limited.ask(question()) for _ in range(12)))
    assert sleepy.most == 3


async def test_a_cancelled_call_gives_its_place_back() -> None:
    sleepy = Sleepy(0.05)
    limited = Limited(sleepy, Gate("here", 1))
    task = asyncio.create_task(limited.ask(question()))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert sleepy.now == 0
    async with asyncio.timeout(2):
        await limited.ask(question())


def test_one_gate_serves_many_loops() -> None:
    limited = Limited(Fake(reply()), Gate("here", 2))
    ask: Callable[[], Reply] = lambda: asyncio.run(limited.ask(question()))  # noqa: E731
    assert ask().status is Status.OK and ask().status is Status.OK


def test_a_picture_that_fits_is_sent_as_it_is() -> None:
    picture = picture_of(np.zeros((60, 100, 3), np.uint8))
    assert fitted(picture, picture.size) is picture
    smaller = fitted(picture, Size(width=50, height=30))
    assert smaller.size == Size(width=50, height=30)
    assert fitted(picture, Size(width=50, height=30)) is smaller
    assert picture.sha256 not in repr(picture) and "data" not in repr(picture)


async def test_requests_start_in_turn() -> None:
    starts: list[float] = []

    class Noting(Fake):
        async def ask(self, ask: Ask) -> Reply:
            starts.append(time.monotonic())
            return await super().ask(ask)

    limited = Limited(Noting(reply()), Gate("here", 64))
    await asyncio.gather(*(limited.ask(question()) for _ in range(20)))
    # All at once would be late together; the twentieth starts nineteen turns after the first.
    assert starts[-1] - starts[0] >= 0.9 * 19 * SPACING
