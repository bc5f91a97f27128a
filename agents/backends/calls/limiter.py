"""At most so many requests in flight per endpoint, and one shared pause when it says wait."""

import asyncio
import random
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cropsmith.agents.backends.calls.per_loop import PerLoop
from cropsmith.agents.backends.calls.wrapper import Around
from cropsmith.agents.backends.protocol.backend import Ask, Backend, Reply

IN_FLIGHT = 64

SPACING = 0.005
"""Seconds between two starts: about what a call costs in CPU. Requests that start at once share it
and all of them are late; in turn, each is late by its own share only."""

SPREAD = 60.0
"""Most seconds over which requests go on after a pause."""

_gates: dict[str, "Gate"] = {}
_lock = threading.Lock()


class Gate:
    """The door of one endpoint, shared by every model behind it in this process."""

    def __init__(self, endpoint: str, in_flight: int) -> None:
        self.endpoint = endpoint
        self.in_flight = in_flight
        self._slots = PerLoop(lambda: asyncio.Semaphore(self.in_flight))
        self._open_at = 0.0
        self._spread = 0.0
        self._next_start = 0.0

    def pause(self, seconds: float) -> None:
        """Hold every request back: what one caller was told goes for all of them."""
        until = time.monotonic() + seconds
        if until > self._open_at:
            self._open_at, self._spread = until, min(seconds, SPREAD)

    async def opened(self, within: float = SPREAD) -> None:
        """Wait for the pause to end; those who waited go on spread over as long as it was.

        All at once they would meet the same limit again, and the next pause together. `within` are
        the seconds that a caller has for going on.
        """
        while (wait := self._open_at - time.monotonic()) > 0:
            await asyncio.sleep(wait + random.uniform(0.0, min(self._spread, within)))

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for the pause to end and for a free place."""
        slots = await self._slots.get()
        async with slots:
            await self.opened()
            await asyncio.sleep(self._turn())
            yield

    def _turn(self) -> float:
        """Return the seconds until this request may start, and take that turn."""
        now = time.monotonic()
        start = max(now, self._next_start)
        self._next_start = start + SPACING
        return start - now


def gate_of(endpoint: str, in_flight: int = IN_FLIGHT) -> Gate:
    """Return the gate of an endpoint, made at its first use; the first limit given stands."""
    with _lock:
        return _gates.setdefault(endpoint, Gate(endpoint, in_flight))


class Limited(Around):
    """Lets an ask through only where its endpoint has room."""

    def __init__(self, inner: Backend, gate: Gate) -> None:
        super().__init__(inner)
        self._gate = gate

    async def ask(self, ask: Ask) -> Reply:
        """Wait for a place, then ask."""
        async with self._gate.slot():
            return await self.inner.ask(ask)
