"""What a study may spend: before each call the most that it may cost is held back.

A call waits for the bills of those under way before it is refused, so that what was held back for
them and not spent is spent after all.
"""

import asyncio
import contextlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache

from pydantic import BaseModel

from cropsmith.agents.backends.calls.prices import Price
from cropsmith.agents.backends.protocol.backend import Ask, Picture, Reply, Status, Tokens
from cropsmith.errors import BudgetSpent, UsageError
from cropsmith.evals.study.common_purse import CommonPurse

BYTES_PER_TOKEN = 3
PIXELS_PER_TOKEN = 750
PER_PICTURE = 100
"""A first guess of what a prompt is billed: the bills that come say how far it is off."""
UNSEEN = 3.0
"""Times the guess that a prompt may take before a bill of its kind was seen."""
MARGIN = 1.5
"""Times the worst bill seen, against its guess, that the next prompt of its kind may take."""
PROBES = 3
"""Calls of a kind that are made alone, one after the other, until one brings a bill."""
ECHO_TOKENS = 1500
"""Of a bad answer that is shown back to the model, and what is said of it."""
THOUGHTS = 8192
"""Tokens that the clouds' adapters leave for thoughts beside the answer."""
THINKERS = re.compile(r"(gemini|vertex|anthropic|openrouter)/|(openai|azure)/(?!gpt-[34])")

LOOK = 1.0
"""Seconds after which a purse that others share is looked into again."""

Kind = tuple[str, str]
"""Model and purpose: pictures and words of one kind are billed alike."""


@dataclass(frozen=True)
class Quote:
    """What must be known of a call before it is paid. Picklable."""

    model: str
    purpose: str
    price: Price | None = None
    guess: float = 0.0
    """About how many tokens its prompt has."""
    max_tokens: int = 0
    """Of its answer."""
    most: float | None = None
    """US dollars that it costs at most, where that is known beforehand."""
    alone: bool = True
    """Whether the first calls of its kind go alone, which they do not where answers take a day."""


@dataclass
class Reserve:
    """What may be spent, and what has been or may have been. For one event loop."""

    max_cost: float | None = None
    """US dollars."""
    cost: float = 0.0
    """US dollars spent, those of earlier runs included, and what calls without a bill may cost."""
    held: float = 0.0
    """US dollars held back for calls under way."""
    worst: dict[Kind, float] = field(default_factory=dict)
    """How many times its guess the worst prompt of a kind was billed."""
    common: CommonPurse | None = None
    """The purse of all shards, where they share one."""
    _probes: Counter[Kind] = field(default_factory=Counter)
    _alone: set[Kind] = field(default_factory=set)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition, repr=False)

    async def hold(self, quote: Quote) -> float:
        """Hold back the most that a call may cost; return it, 0 where there is no ceiling to keep.

        BudgetSpent where it does not fit and nothing is under way that may free anything.
        """
        if self.max_cost is None or (quote.price is None and quote.most is None):
            return 0.0
        kind = quote.model, quote.purpose
        async with self._changed:
            while True:
                most = self.most(quote)
                unseen = (
                    quote.alone
                    and most > 0
                    and kind not in self.worst
                    and self._probes[kind] < PROBES
                )
                if not (unseen and kind in self._alone):
                    if self._take(most):
                        break
                    if not self._may_free():
                        raise BudgetSpent(
                            f"The next call may cost ${most:.4f}, beyond the ceiling of "
                            f"${self.max_cost:.4f} (${self._spent():.4f} spent).",
                            hint="Raise <max_cost>, or use a cheaper model.",
                        )
                await self._wait()
            if unseen:
                self._alone.add(kind)
                self._probes[kind] += 1
            return most

    async def settle(
        self, quote: Quote, held: float, cost: float, seen: float | None = None
    ) -> None:
        """Give back what was held, book what it came to, and learn how prompts are billed."""
        kind = quote.model, quote.purpose
        self.held -= held
        self.cost += cost
        if seen is not None:
            self.worst[kind] = max(seen, self.worst.get(kind, 0.0))
        if self.common is not None:
            self.common.book(self.cost, self.held)
        self._alone.discard(kind)
        async with self._changed:
            self._changed.notify_all()

    def most(self, quote: Quote) -> float:
        """Return the most that a call may cost in US dollars: answered at length, asked twice.

        An answer cut off at its limit is asked for again with twice the room, a useless one is
        shown back (`agents/backends/calls/repair.py`).
        """
        if quote.most is not None or quote.price is None:
            return quote.most or 0.0
        seen = self.worst.get((quote.model, quote.purpose))
        prompt = quote.guess * (UNSEEN if seen is None else MARGIN * seen)
        thoughts = THOUGHTS if THINKERS.match(quote.model) else 0
        answers = quote.max_tokens + thoughts, 2 * quote.max_tokens + thoughts
        tokens = Tokens(prompt=round(2 * prompt) + ECHO_TOKENS, completion=sum(answers), cached=0)
        return quote.price.of(tokens) or 0.0

    def _take(self, most: float) -> bool:
        assert self.max_cost is not None
        if self.common is not None:
            fits = self.common.take(self.cost, self.held + most, self.max_cost)
        else:
            fits = self.cost + self.held + most <= self.max_cost
        self.held += most if fits else 0.0
        return fits

    def _may_free(self) -> bool:
        return self.held > 1e-12 or (self.common is not None and self.common.may_free())

    def _spent(self) -> float:
        return self.cost + (self.common.others() if self.common is not None else 0.0)

    async def _wait(self) -> None:
        """Wait until something has changed; what other processes give back nobody tells."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK if self.common is not None else None):
                await self._changed.wait()


def quote_of(model: str, ask: Ask, price: Price | None, *, alone: bool = True) -> Quote:
    """Return what must be known of an ask before it is paid; see `Quote`."""
    return Quote(model, ask.purpose, price, guess(ask), ask.max_tokens, alone=alone)


def seen_of(ask: Ask, reply: Reply) -> float | None:
    """Return how many times its guess a prompt was billed, None where that is not known."""
    if not reply.tokens.prompt or reply.cached:
        return None
    asked = 1 + any(note.startswith("asked again") for note in reply.notes)
    return reply.tokens.prompt / asked / guess(ask)


def refuse_unpriced(max_cost: float | None, model: str, price: Price | None) -> None:
    """Raise UsageError where a ceiling cannot be kept, since the price is not known."""
    if max_cost is not None and price is None:
        raise UsageError(
            f"The price of {model} is not known, so a limit on cost cannot be kept.",
            hint="Tell it in prices.toml (docs/models.md) or in the study file.",
        )


def guess(ask: Ask) -> float:
    """Return about how many tokens a prompt has, its pictures and its schema with it."""
    parts = [part for message in ask.messages for part in message.parts]
    words = sum(len(str(part).encode()) for part in parts if not isinstance(part, Picture))
    words += _schema_length(ask.answer) + sum(_schema_length(t.arguments) for t in ask.tools)
    pixels = sum(picture.size.width * picture.size.height for picture in ask.pictures)
    return words / BYTES_PER_TOKEN + pixels / PIXELS_PER_TOKEN + PER_PICTURE * len(ask.pictures)


@lru_cache(maxsize=64)
def _schema_length(form: type[BaseModel]) -> int:
    return len(json.dumps(form.model_json_schema()))


def billed_unseen(reply: Reply) -> bool:
    """Tell whether a reply without a price may be on the bill: it came, or nobody waited for it."""
    if reply.cost is not None or reply.cached:
        return False
    return reply.status is not Status.UNAVAILABLE or reply.trouble == "timeout"
