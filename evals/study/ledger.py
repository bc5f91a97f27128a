"""Keeps every model call of a study: paid once, counted once, taken up again after a kill."""

import contextvars
from dataclasses import dataclass, field
from functools import partial

from cropsmith.agents.backends.calls.cache import key_of
from cropsmith.agents.backends.calls.prices import Rate, price_of
from cropsmith.agents.backends.calls.purse import Purse
from cropsmith.agents.backends.calls.wrapper import Around
from cropsmith.agents.backends.protocol.backend import Ask, Backend, Reply, Status
from cropsmith.agents.backends.protocol.reply_codec import dumps, loads
from cropsmith.evals.study.store import Store


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


class Ledger(Around):
    """A Backend whose replies are on disk before anybody sees them."""

    def __init__(
        self, inner: Backend, store: Store, purse: Purse, price: Rate | None = None
    ) -> None:
        super().__init__(inner)
        self._store, self._purse, self._own = store, purse, price
        self._price = price or price_of(inner.name)
        purse.refuse_unpriced(inner.name, self._price)

    async def ask(self, ask: Ask) -> Reply:
        """Take up an answer of this very attempt, else ask and keep what comes."""
        attempt = current_attempt.get()
        if attempt is None:
            return await self.inner.ask(ask)
        key = key_of(ask, f"{attempt.sample} {attempt.number}")
        text = self._store.reply(key)
        if text is not None and (kept := loads(text, ask)) is not None:
            attempt.add(kept)
            return kept
        call = partial(self._call, key, attempt.sample)
        reply = await self._purse.pay(ask, self._price, call)
        self._store.end_call(key, str(reply.status), reply.cost, reply.seconds, dumps(reply))
        attempt.add(reply)
        return reply

    async def _call(self, key: str, sample: str, ask: Ask) -> Reply:
        self._store.begin_call(key, sample, self.name, ask.purpose)
        reply = await self.inner.ask(ask)
        if self._own is None or reply.cached:
            return reply
        return reply.model_copy(update={"cost": self._own.of(reply.tokens)})
