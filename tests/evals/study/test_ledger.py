import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import BaseModel

from cropsmith.agents.backends.calls.prices import Rate
from cropsmith.agents.backends.calls.purse import Purse
from cropsmith.agents.backends.protocol.backend import Ask, Message, Reply, Status, Tokens
from cropsmith.agents.backends.protocol.reply_codec import loads
from cropsmith.agents.backends.providers.scripted import Scripted
from cropsmith.errors import BudgetSpent, UsageError
from cropsmith.evals.study.ledger import Attempt, Ledger, current_attempt
from cropsmith.evals.study.store import Store
from cropsmith.tools.schema.geometry import Size


class Said(BaseModel):
    word: str


def ask(word: str) -> Ask:
    return Ask(purpose="propose", messages=[Message("user", [word])], answer=Said)


class Priced:
    """A model of a provider whose price is not in the table."""

    name = "openai/unheard-of"

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
    ledger = Ledger(script, store, Purse())
    run(ledger, ask("one"))
    attempt = run(ledger, ask("one"), ask("two"))
    assert len(script.asked) == 2
    assert attempt.calls == 2  # a call taken up belongs to the sample, too


def test_other_samples_and_further_attempts_ask_anew(store: Store) -> None:
    script = Scripted(lambda ask: {"word": "yes"})
    ledger = Ledger(script, store, Purse())
    run(ledger, ask("one"))
    run(ledger, ask("one"), sample="another")
    run(ledger, ask("one"), number=2)
    assert len(script.asked) == 3


def test_the_price_of_the_study_file_counts(store: Store) -> None:
    model = Priced()
    purse = Purse(max_cost=1.0)
    with pytest.raises(UsageError, match=r"price of openai/unheard-of is not known"):
        Ledger(model, store, purse)
    ledger = Ledger(model, store, purse, Rate(input=2.0, output=10.0))
    attempt = run(ledger, ask("one"))
    assert attempt.cost == pytest.approx(0.003)
    assert store.spending().cost == pytest.approx(0.003)
    assert purse.cost == pytest.approx(0.003)


def test_the_ceiling_holds_before_the_call(store: Store) -> None:
    model = Priced()
    purse = Purse(max_cost=0.012)
    ledger = Ledger(model, store, purse, Rate(input=2.0, output=10.0))
    run(ledger, ask("one"))  # expected 0.008, billed 0.003
    with pytest.raises(BudgetSpent, match="ceiling"):
        run(ledger, ask("two"), ask("three"), ask("four"))
    assert purse.empty and store.spending().cost <= 0.012


def test_a_kept_answer_that_no_longer_fits_is_asked_again(store: Store) -> None:
    class Other(BaseModel):
        number: int

    ledger = Ledger(Scripted(lambda ask: {"word": "yes"}), store, Purse())
    run(ledger, ask("one"))
    key = store._do("SELECT key FROM calls")[0][0]
    assert loads(store.reply(key) or "", replace(ask("one"), answer=Other)) is None
