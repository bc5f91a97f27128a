"""At most so many requests in flight per endpoint, and one shared pause when it says wait."""

import asyncio
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

_gates: dict[str, "Gate"] = {}
_lock = threading.Lock()


class Gate:
    """The door of one endpoint, shared by every model behind it in this process."""

    def __init__(self, endpoint: str, in_flight: int) -> None:
        self.endpoint = endpoint
        self.in_flight = in_flight
        self._slots = PerLoop(lambda: asyncio.Semaphore(self.in_flight))
        self._open_at = 0.0
        self._next_start = 0.0

    def pause(self, seconds: float) -> None:
        """Hold every new request back: what one caller was told goes for all of them."""
        self._open_at = max(self._open_at, time.monotonic() + seconds)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for the pause to end and for a free place."""
        slots = await self._slots.get()
        async with slots:
            while (wait := self._open_at - time.monotonic()) > 0:
                await asyncio.sleep(wait)
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
