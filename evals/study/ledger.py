"""Keeps every model call of a study: paid once, counted once, taken up again after a kill."""

import contextvars
from dataclasses import dataclass, field

from cropsmith.agents.backends.calls.cache import key_of
from cropsmith.agents.backends.calls.prices import Rate, Reduced, price_of
from cropsmith.agents.backends.calls.wrapper import Around
from cropsmith.agents.backends.protocol.backend import Ask, Backend, Reply, Status
from cropsmith.agents.backends.protocol.batch import SHARE
from cropsmith.agents.backends.protocol.reply_codec import dumps, loads
from cropsmith.errors import CropsmithError
from cropsmith.evals.study.reserve import billed_unseen, quote_of, refuse_unpriced, seen_of
from cropsmith.evals.study.till import Bill, Call, Till


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
        self, inner: Backend, till: Till, price: Rate | None = None, *, batched: bool = False
    ) -> None:
        """`batched`: the model is asked in batches, which cost a share and outlive this process."""
        super().__init__(inner)
        self._till, self._batched = till, batched
        share = SHARE if batched else 1.0
        self._own = None if price is None else Reduced(price, share)
        listed = price_of(inner.name)
        self._price = self._own or (None if listed is None else Reduced(listed, share))
        refuse_unpriced(till.max_cost, inner.name, self._price)

    async def ask(self, ask: Ask) -> Reply:
        """Take up an answer of this very attempt, else ask and keep what comes."""
        attempt = current_attempt.get()
        if attempt is None:
            return await self.inner.ask(ask)
        key = key_of(ask, f"{attempt.sample} {attempt.number}")
        text = await self._till.kept(key)
        if text is not None and (kept := loads(text, ask)) is not None:
            attempt.add(kept)
            return kept
        quote = quote_of(self.name, ask, self._price, alone=not self._batched)
        # A batch of a process that died is taken up, and what it may have cost is its cost now.
        opened = await self._till.open(Call(key, attempt.sample, quote, lost=not self._batched))
        bill = None
        try:
            reply = await self.inner.ask(ask)
            if self._own is not None and not reply.cached:
                reply = reply.model_copy(update={"cost": self._own.of(reply.tokens)})
            bill = _bill_of(ask, reply)
        except CropsmithError:
            bill = Bill("error", 0.0, 0.0)  # the provider took no such request
            raise
        finally:
            await self._till.close(opened, bill)
        attempt.add(reply)
        return reply


def _bill_of(ask: Ask, reply: Reply) -> Bill:
    return Bill(
        str(reply.status),
        reply.cost,
        reply.seconds,
        dumps(reply),
        unseen=billed_unseen(reply),
        seen=seen_of(ask, reply),
    )
