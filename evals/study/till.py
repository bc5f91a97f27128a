"""Where a study's calls are noted, paid and taken up again: one for all its processes."""

import itertools
from dataclasses import dataclass
from typing import Protocol

from cropsmith.evals.study.reserve import Quote, Reserve
from cropsmith.evals.study.store import Store


@dataclass(frozen=True)
class Call:
    """A call that is about to be made. Picklable."""

    key: str
    sample: str
    quote: Quote
    lost: bool = True
    """Whether what it may have cost is lost where it has to be made again."""


@dataclass(frozen=True)
class Bill:
    """What came of a call. Picklable."""

    status: str
    cost: float | None
    """US dollars; None where no bill came."""
    seconds: float
    reply: str = ""
    unseen: bool = False
    """Whether it may be on the bill though none came."""
    seen: float | None = None
    """How many times its guess the prompt was billed."""


class Till(Protocol):
    """Keeps the calls of a study."""

    @property
    def max_cost(self) -> float | None:
        """US dollars that the study may cost."""

    async def kept(self, key: str) -> str | None:
        """Return the reply to a call that was answered, good or bad; None to ask (again)."""

    async def open(self, call: Call) -> int:
        """Hold back the most that a call may cost and note it; return what closes it.

        BudgetSpent where it does not fit.
        """

    async def close(self, opened: int, bill: Bill | None) -> None:
        """Note what came of a call, before anybody sees it; None where it was cut off."""


class OwnTill:
    """The till itself, over the store and the reserve of the process that runs the study."""

    def __init__(self, store: Store, reserve: Reserve) -> None:
        self._store, self._reserve = store, reserve
        self._open: dict[int, tuple[Call, float]] = {}
        self._numbers = itertools.count()

    @property
    def max_cost(self) -> float | None:
        """US dollars that the study may cost."""
        return self._reserve.max_cost

    async def kept(self, key: str) -> str | None:
        """Return the reply to a call that was answered."""
        return self._store.reply(key)

    async def open(self, call: Call) -> int:
        """Hold back and note; see `Till`."""
        quote, number = call.quote, next(self._numbers)
        held = await self._reserve.hold(quote)
        self._open[number] = call, held
        self._store.begin_call(
            call.key, call.sample, quote.model, quote.purpose, held, quote.guess, lost=call.lost
        )
        return number

    async def close(self, opened: int, bill: Bill | None) -> None:
        """Note and book; see `Till`."""
        call, held = self._open.pop(opened)
        booked = held  # what was cut off may be on the bill all the same
        try:
            if bill is not None:
                unsure = held if bill.unseen else 0.0
                booked = unsure if bill.cost is None else bill.cost
                self._store.end_call(
                    call.key, bill.status, bill.cost, bill.seconds, bill.reply, unsure=unsure
                )
        finally:
            seen = bill.seen if bill is not None else None
            await self._reserve.settle(call.quote, held, booked, seen)

    async def abandon(self, sample: str) -> None:
        """Close the calls of a sample whose process is gone: they may be on the bill."""
        for number in [n for n, (call, _) in self._open.items() if call.sample == sample]:
            await self.close(number, None)
