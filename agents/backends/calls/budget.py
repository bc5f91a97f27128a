"""A ceiling on calls and cost, checked before each call."""

import threading
from dataclasses import dataclass, field

from cropsmith.agents.backends.calls.prices import price_of
from cropsmith.agents.backends.calls.wrapper import Around
from cropsmith.agents.backends.protocol.backend import Ask, Backend, Reply
from cropsmith.errors import BudgetSpent, UsageError


@dataclass
class Budget:
    """What may be spent, and what has been; shared by all that serves one run."""

    max_calls: int | None = None
    max_cost: float | None = None
    """US dollars."""
    calls: int = 0
    cost: float = 0.0
    _reserved: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def reserve(self, estimate: float) -> None:
        """Take a call's expected cost out of what is left. BudgetSpent when it does not fit."""
        with self._lock:
            if self.max_calls is not None and self.calls >= self.max_calls:
                raise BudgetSpent(
                    f"The limit of {self.max_calls} model calls is reached.",
                    hint="Raise it with --max-calls.",
                )
            due = self.cost + self._reserved + estimate
            if self.max_cost is not None and due > self.max_cost:
                raise BudgetSpent(
                    f"The next call would pass the limit of ${self.max_cost:.4f} "
                    f"(${self.cost:.4f} spent).",
                    hint="Raise it with --max-cost, or use a cheaper model.",
                )
            self.calls += 1
            self._reserved += estimate

    def settle(self, estimate: float, actual: float) -> None:
        """Replace a call's expected cost by its bill."""
        with self._lock:
            self._reserved -= estimate
            self.cost += actual


class Budgeted(Around):
    """Refuses an ask that the budget does not hold."""

    def __init__(self, inner: Backend, budget: Budget) -> None:
        if budget.max_cost is not None and price_of(inner.name) is None:
            raise UsageError(
                f"The price of {inner.name} is not known, so a limit on cost cannot be kept.",
                hint="Use --max-calls instead.",
            )
        super().__init__(inner)
        self.budget = budget

    def _estimate(self, ask: Ask) -> float:
        price = price_of(self.name)
        if price is None or self.budget.max_cost is None:
            return 0.0
        text = sum(len(p) for m in ask.messages for p in m.parts if isinstance(p, str))
        # Four characters a token; a picture at 1024 px is about a thousand tokens; answers of
        # this package are a few hundred.
        prompt = text / 4 + 1000 * len(ask.pictures)
        return (prompt * price.input + 500 * price.output) / 1e6

    async def ask(self, ask: Ask) -> Reply:
        """Check, ask, and book the bill; a call that failed is billed if it has a bill."""
        estimate = self._estimate(ask)
        self.budget.reserve(estimate)
        actual = 0.0
        try:
            reply = await self.inner.ask(ask)
            actual = reply.cost or 0.0
            return reply
        finally:
            self.budget.settle(estimate, actual)
