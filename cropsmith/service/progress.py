"""What happened to a job so far, for whoever listens: kept in memory, the outcome in the store."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

KEPT = 512
"""Events of one job that are kept; a listener who comes later misses those before."""


class Progress:
    """The events of one job. Of one event loop."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self._told: list[Mapping[str, Any]] = []
        self._more = asyncio.Event()

    def tell(self, event: Mapping[str, Any]) -> None:
        """Add an event."""
        if len(self._told) < KEPT:
            self._told.append(event)
        self._wake()

    def end(self) -> None:
        """Say that nothing more comes: the store has the outcome."""
        self.ended.set()
        self._wake()

    async def listen(self, after: int = 0) -> AsyncIterator[tuple[int, Mapping[str, Any]]]:
        """Yield each event with its number, from `after` on, until the end."""
        while True:
            more = self._more
            while after < len(self._told):
                after += 1
                yield after, self._told[after - 1]
            if self.ended.is_set():
                return
            await more.wait()

    def _wake(self) -> None:
        self._more.set()
        self._more = asyncio.Event()
