"""What a run or a study may spend: one purse, looked into before each call."""

import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from cropsmith.agents.backends.calls.prices import Price, price_of
from cropsmith.agents.backends.calls.wrapper import Around
from cropsmith.agents.backends.protocol.backend import Ask, Backend, Reply, Tokens
from cropsmith.errors import BudgetSpent, UsageError

TEXT_PER_TOKEN = 4
PICTURE_TOKENS = 1000
ANSWER_TOKENS = 800
"""Expected of a call before it is made: four characters a token, a picture of 1024 px."""


@dataclass
class Purse:
    """What may be spent, and what has been; shared by all that serves one run or study."""

    max_calls: int | None = None
    max_cost: float | None = None
    """US dollars."""
    calls: int = 0
    cost: float = 0.0
    """US dollars spent, those of earlier runs of a study included."""
    empty: bool = False
    """Whether a call was refused."""
    _reserved: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def refuse_unpriced(self, model: str, price: Price | None) -> None:
        """Raise UsageError where a limit on cost cannot be kept, since the price is not known."""
        if self.max_cost is not None and price is None:
            raise UsageError(
                f"The price of {model} is not known, so a limit on cost cannot be kept.",
                hint="Tell it in prices.toml (docs/models.md) or in the study file, "
                "or limit the number of calls.",
            )

    async def pay(
        self, ask: Ask, price: Price | None, call: Callable[[Ask], Awaitable[Reply]]
    ) -> Reply:
        """Check, call, and book the bill; a call that failed is billed if it has a bill.

        BudgetSpent, before the call, when it does not fit.
        """
        estimate = self._estimate(ask, price)
        self._reserve(estimate)
        actual = 0.0
        try:
            reply = await call(ask)
            actual = reply.cost or 0.0
            return reply
        finally:
            with self._lock:
                self._reserved -= estimate
                self.cost += actual

    def _estimate(self, ask: Ask, price: Price | None) -> float:
        if price is None or self.max_cost is None:
            return 0.0
        text = sum(len(p) for m in ask.messages for p in m.parts if isinstance(p, str))
        prompt = text // TEXT_PER_TOKEN + PICTURE_TOKENS * len(ask.pictures)
        return price.of(Tokens(prompt=prompt, completion=ANSWER_TOKENS)) or 0.0

    def _reserve(self, estimate: float) -> None:
        with self._lock:
            if self.max_calls is not None and self.calls >= self.max_calls:
                self.empty = True
                raise BudgetSpent(
                    f"The limit of {self.max_calls} model calls is reached.",
                    hint="Raise <max_calls>.",
                )
            due = self.cost + self._reserved + estimate
            if self.max_cost is not None and due > self.max_cost:
                self.empty = True
                raise BudgetSpent(
                    f"The next call would pass the ceiling of ${self.max_cost:.4f} "
                    f"(${self.cost:.4f} spent).",
                    hint="Raise <max_cost>, or use a cheaper model.",
                )
            self.calls += 1
            self._reserved += estimate


class Budgeted(Around):
    """Refuses an ask that the purse does not hold."""

    def __init__(self, inner: Backend, purse: Purse) -> None:
        super().__init__(inner)
        self._purse = purse
        self._price = price_of(inner.name)
        purse.refuse_unpriced(inner.name, self._price)

    async def ask(self, ask: Ask) -> Reply:
        """Ask, and pay for it."""
        return await self._purse.pay(ask, self._price, self.inner.ask)
