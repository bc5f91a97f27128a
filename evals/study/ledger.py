"""Keeps every model call of a study: paid once, counted once, taken up again after a kill."""

import contextvars
import json
import threading
from dataclasses import dataclass, field

from pydantic import BaseModel, ValidationError

from cropsmith.agents.backends.calls.cache import key_of
from cropsmith.agents.backends.calls.prices import price_of
from cropsmith.agents.backends.protocol.backend import Ask, Backend, Reply, Status
from cropsmith.errors import BudgetSpent, UsageError
from cropsmith.evals.study.spec import PriceSpec
from cropsmith.evals.study.store import Store
from cropsmith.tools.schema.geometry import Size

TEXT_PER_TOKEN = 4
PICTURE_TOKENS = 1000
ANSWER_TOKENS = 800
"""Expected of a call that was never made before: four characters a token, a picture of 1024 px."""


@dataclass
class Attempt:
    """The sample that calls made now belong to."""

    sample: str
    number: int
    calls: int = 0
    conventions: dict[str, None] = field(default_factory=dict)
    cost: float | None = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    raw: str = ""

    def add(self, reply: Reply) -> None:
        """Book a reply, new or taken up."""
        self.calls += 1
        if reply.convention:
            self.conventions[reply.convention] = None
        self.cost = None if None in (self.cost, reply.cost) else self.cost + reply.cost  # type: ignore[operator]
        self.prompt_tokens += reply.tokens.prompt or 0
        self.completion_tokens += reply.tokens.completion or 0
        if reply.status is not Status.OK:
            self.raw = reply.raw[:2000]


current_attempt: contextvars.ContextVar[Attempt | None] = contextvars.ContextVar(
    "current_attempt", default=None
)


class Purse:
    """The study's money: refuses a call that would pass the ceiling."""

    def __init__(self, store: Store, ceiling: float | None) -> None:
        self._store = store
        self._lock = threading.Lock()
        self.ceiling = ceiling
        self.spent = store.spending().cost
        self._reserved = 0.0
        self.empty = False
        """Whether a call was refused: from here on no sample is begun."""

    def reserve(self, estimate: float) -> None:
        """Take an expected cost out of what is left; BudgetSpent when it does not fit."""
        with self._lock:
            due = self.spent + self._reserved + estimate
            if self.ceiling is not None and due > self.ceiling:
                self.empty = True
                raise BudgetSpent(
                    f"The study's ceiling of ${self.ceiling:.2f} is reached "
                    f"(${self.spent:.4f} spent).",
                    hint="Raise max_cost in the study file and run it again.",
                )
            self._reserved += estimate

    def settle(self, estimate: float, actual: float) -> None:
        """Replace an expected cost by the bill."""
        with self._lock:
            self._reserved -= estimate
            self.spent += actual


class Ledger:
    """A Backend whose replies are on disk before anybody sees them."""

    def __init__(
        self, inner: Backend, store: Store, purse: Purse, price: PriceSpec | None = None
    ) -> None:
        self.inner = inner
        self._store, self._purse, self._price = store, purse, price
        if purse.ceiling is not None and price is None and price_of(inner.name) is None:
            raise UsageError(
                f"The price of {inner.name} is not known, so max_cost cannot be kept.",
                hint="Give price = { input = ..., output = ... } in the study file.",
            )

    @property
    def name(self) -> str:
        """Of the model within."""
        return self.inner.name

    def fit(self, size: Size) -> Size:
        """As the model within."""
        return self.inner.fit(size)

    async def ask(self, ask: Ask) -> Reply:
        """Take up an answer of this very attempt, else ask and keep what comes."""
        attempt = current_attempt.get()
        if attempt is None:
            return await self.inner.ask(ask)
        key = key_of(ask, f"{attempt.sample} {attempt.number}")
        if (kept := self._taken_up(key, ask.answer)) is not None:
            attempt.add(kept)
            return kept
        estimate = self._estimate(ask)
        self._purse.reserve(estimate)
        actual = 0.0
        try:
            self._store.begin_call(key, attempt.sample, self.name, ask.purpose)
            reply = self._priced(await self.inner.ask(ask))
            actual = reply.cost or 0.0
        finally:
            self._purse.settle(estimate, actual)
        self._store.end_call(key, str(reply.status), reply.cost, reply.seconds, dump(reply))
        attempt.add(reply)
        return reply

    def _taken_up(self, key: str, answer: type[BaseModel]) -> Reply | None:
        text = self._store.reply(key)
        return None if text is None else load(text, answer)

    def _priced(self, reply: Reply) -> Reply:
        if self._price is None or reply.cached:
            return reply
        tokens = reply.tokens
        cost = (tokens.prompt or 0) * self._price.input
        cost += (tokens.completion or 0) * self._price.output
        return reply.model_copy(update={"cost": cost / 1e6})

    def _estimate(self, ask: Ask) -> float:
        price = self._price or price_of(self.name)
        if price is None or self._purse.ceiling is None:
            return 0.0
        text = sum(len(part) for m in ask.messages for part in m.parts if isinstance(part, str))
        prompt = text / TEXT_PER_TOKEN + PICTURE_TOKENS * len(ask.pictures)
        return (prompt * price.input + ANSWER_TOKENS * price.output) / 1e6


def dump(reply: Reply) -> str:
    """Return a reply as JSON."""
    facts = reply.model_dump(mode="json", exclude={"value"})
    facts["value"] = None if reply.value is None else reply.value.model_dump(mode="json")
    return json.dumps(facts)


def load(text: str, answer: type[BaseModel]) -> Reply | None:
    """Return the reply; None when its value no longer fits, so that it is asked again."""
    facts = json.loads(text)
    value = facts.pop("value")
    try:
        parsed = None if value is None else answer.model_validate(value)
        return Reply.model_validate({**facts, "value": parsed})
    except ValidationError:
        return None
