import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import BaseModel

from cropsmith.agents.backends.calls.prices import Rate
from cropsmith.agents.backends.protocol.backend import Ask, Message, Reply, Status, Tokens
from cropsmith.agents.backends.protocol.reply_codec import loads
from cropsmith.agents.backends.providers.scripted import Scripted
from cropsmith.errors import BudgetSpent, UsageError
from cropsmith.evals.study.ledger import Attempt, Ledger, current_attempt
from cropsmith.evals.study.reserve import Reserve, quote_of
from cropsmith.evals.study.store import Store
from cropsmith.evals.study.till import Call, OwnTill
from cropsmith.tools.schema.geometry import Size


class Said(BaseModel):
    word: str


def ask(word: str) -> Ask:
    return Ask(purpose="propose", messages=[Message("user", [word])], answer=Said)


class Priced:
    """A model of a provider whose price is not in the table."""

    name = "openai-compatible/unheard-of"

    def __init__(self) -> None:
        self.asked = 0

    def fit(self, size: Size) -> Size:
        return size

    async def ask(self, ask: Ask) -> Reply:
        self.asked += 1
        tokens = Tokens(prompt=1000, completion=100)
        return Reply(status=Status.OK, value=Said(word="yes"), model=self.name, tokens=tokens)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "samples.sqlite3", write=True) as opened:
        yield opened


def run(ledger: Ledger, *asks: Ask, sample: str = "s", number: int = 1) -> Attempt:
    attempt = Attempt(sample, number)

    async def all_() -> None:
        current_attempt.set(attempt)
        for one in asks:
            await ledger.ask(one)

    asyncio.run(all_())
    return attempt


def test_an_answered_call_is_taken_up_and_not_made_again(store: Store) -> None:
    script = Scripted(lambda ask: {"word": "yes"})
    ledger = Ledger(script, OwnTill(store, Reserve()))
    run(ledger, ask("one"))
    attempt = run(ledger, ask("one"), ask("two"))
    assert len(script.asked) == 2
    assert attempt.calls == 2  # a call taken up belongs to the sample, too


def test_other_samples_and_further_attempts_ask_anew(store: Store) -> None:
    script = Scripted(lambda ask: {"word": "yes"})
    ledger = Ledger(script, OwnTill(store, Reserve()))
    run(ledger, ask("one"))
    run(ledger, ask("one"), sample="another")
    run(ledger, ask("one"), number=2)
    assert len(script.asked) == 3


def test_the_price_of_the_study_file_counts(store: Store) -> None:
    model = Priced()
    reserve = Reserve(max_cost=1.0)
    with pytest.raises(UsageError, match=r"price of openai-compatible/unheard-of is not known"):
        Ledger(model, OwnTill(store, reserve))
    ledger = Ledger(model, OwnTill(store, reserve), Rate(input=2.0, output=10.0))
    attempt = run(ledger, ask("one"))
    assert attempt.cost == pytest.approx(0.003)
    assert store.spending().cost == pytest.approx(0.003)
    assert reserve.cost == pytest.approx(0.003)


RATE = Rate(input=2.0, output=10.0)


def short(word: str) -> Ask:
    """An ask whose answer has 200 tokens at most: $0.02 at the very most, $0.003 as billed."""
    return replace(ask(word), max_tokens=200)


def test_the_ceiling_holds_before_the_call(store: Store) -> None:
    model = Priced()
    ledger = Ledger(model, OwnTill(store, Reserve(max_cost=0.03)), RATE)
    run(ledger, short("one"))
    with pytest.raises(BudgetSpent, match="ceiling"):
        run(ledger, *[short(str(n)) for n in range(20)])
    assert store.spending().cost <= 0.03 and model.asked > 3


def test_an_answer_at_full_length_is_held_back_before_it_is_asked_for(store: Store) -> None:
    """An answer may take all the tokens that it may take: 4,096 cost more than there is."""
    model = Priced()
    ledger = Ledger(model, OwnTill(store, Reserve(max_cost=0.03)), RATE)
    with pytest.raises(BudgetSpent, match=r"may cost \$0\.1"):
        run(ledger, ask("one"))
    assert model.asked == 0


class Dear(Priced):
    """Answers slowly and at full length, now and then twice: the worst that may come."""

    async def ask(self, ask: Ask) -> Reply:
        self.asked += 1
        await asyncio.sleep(0.002)
        tokens = Tokens(prompt=300, completion=(3 if self.asked % 5 == 0 else 1) * ask.max_tokens)
        return Reply(status=Status.OK, value=Said(word="yes"), model=self.name, tokens=tokens)


def test_many_at_once_neither_pass_the_ceiling_nor_leave_much_of_it(store: Store) -> None:
    reserve = Reserve(max_cost=0.2)
    ledger = Ledger(Dear(), OwnTill(store, reserve), RATE)

    async def one(number: int) -> bool:
        current_attempt.set(Attempt(f"s{number}", 1))
        try:
            await ledger.ask(short("one"))
        except BudgetSpent:
            return False
        return True

    async def all_() -> list[bool]:
        return await asyncio.gather(*(one(number) for number in range(200)))

    answered = asyncio.run(all_())
    assert 0 < sum(answered) < 200
    assert 0.18 <= store.spending().cost <= 0.2 and reserve.held == pytest.approx(0)


def test_a_call_that_was_cut_off_may_be_on_the_bill(store: Store) -> None:
    class Hanging(Priced):
        async def ask(self, ask: Ask) -> Reply:
            await asyncio.sleep(60)
            raise AssertionError("never")

    reserve = Reserve(max_cost=0.1)
    ledger = Ledger(Hanging(), OwnTill(store, reserve), RATE)

    async def cut_off() -> None:
        current_attempt.set(Attempt("s", 1))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await ledger.ask(short("one"))

    asyncio.run(cut_off())
    spent = store.spending()
    assert (spent.cost, spent.broken_off) == (0, 1)
    assert 0.003 < spent.unsure < 0.02 and reserve.cost == pytest.approx(spent.unsure)
    # Asked again and answered, the first one is still not known to have cost nothing.
    run(Ledger(Priced(), OwnTill(store, reserve), RATE), short("one"))
    assert store.spending().unsure == pytest.approx(spent.unsure)
    assert store.spending().broken_off == 0


def test_what_prompts_are_billed_is_learned_and_kept(store: Store) -> None:
    class Padded(Priced):
        async def ask(self, ask: Ask) -> Reply:
            tokens = Tokens(prompt=9000, completion=10)
            return Reply(status=Status.OK, value=Said(word="yes"), model=self.name, tokens=tokens)

    reserve = Reserve(max_cost=1.0)
    quote = quote_of(Padded.name, short("one"), RATE)
    before = reserve.most(quote)
    run(Ledger(Padded(), OwnTill(store, reserve), RATE), short("one"))
    assert reserve.most(quote) > 9000 * 2e-6 > before
    assert store.worst_prompts() == pytest.approx(reserve.worst)


def test_a_kept_answer_that_no_longer_fits_is_asked_again(store: Store) -> None:
    class Other(BaseModel):
        number: int

    ledger = Ledger(Scripted(lambda ask: {"word": "yes"}), OwnTill(store, Reserve()))
    run(ledger, ask("one"))
    key = store._do("SELECT key FROM calls")[0][0]
    assert loads(store.reply(key) or "", replace(ask("one"), answer=Other)) is None


def test_a_call_whose_process_is_gone_may_be_on_the_bill(store: Store) -> None:
    """Of a node that died the calls under way are closed, and nothing stays held for it."""
    reserve = Reserve(max_cost=0.1)
    till = OwnTill(store, reserve)
    quote = quote_of(Priced.name, short("one"), RATE)

    async def dies() -> float:
        for sample in ("gone", "gone", "here"):
            await till.open(Call(f"{sample}{reserve.held}", sample, replace(quote, alone=False)))
        held = reserve.held
        await till.abandon("gone")
        return held

    held = asyncio.run(dies())
    assert reserve.held == pytest.approx(held / 3) and reserve.cost == pytest.approx(2 * held / 3)
    assert store.spending().unsure == pytest.approx(held)
