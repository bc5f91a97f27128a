"""One model at several servers: each ask goes to the one with the least to do."""

import time
from collections.abc import Sequence

from cropsmith.agents.backends.calls.wrapper import Around
from cropsmith.agents.backends.protocol.backend import Ask, Backend, Reply

OUT = 10.0
"""Seconds for which a server that could not be reached is left out; doubled each time."""
OUT_MOST = 300.0


class _Place:
    """One server: what is under way there, and until when it is left out."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.under_way = 0
        self.out_until = 0.0
        self.misses = 0

    def takes(self, now: float) -> bool:
        """Tell whether an ask may go there; of a server that was dead, one alone finds out."""
        return self.out_until <= now and (not self.misses or not self.under_way)

    def missed(self) -> None:
        """Leave it out for a while: longer each time in a row."""
        self.out_until = time.monotonic() + min(OUT_MOST, OUT * 2.0**self.misses)
        self.misses += 1

    def reached(self) -> None:
        """Take it in again."""
        self.misses, self.out_until = 0, 0.0


class Shared(Around):
    """Asks the server with the fewest asks under way; one that is dead is left out, then tried.

    Each has its own limits, pauses and retries. An ask that found its server dead goes on to
    another: no answer was made, so none is paid twice.
    """

    def __init__(self, backends: Sequence[Backend]) -> None:
        super().__init__(backends[0])
        self._places = [_Place(backend) for backend in backends]

    async def ask(self, ask: Ask) -> Reply:
        """Ask one server after another until one is reached; the last one's reply otherwise."""
        left = list(self._places)
        while True:
            place = self._next(left)
            left.remove(place)
            place.under_way += 1
            try:
                reply = await place.backend.ask(ask)
            finally:
                place.under_way -= 1
            if reply.trouble != "connection":
                place.reached()
                return reply
            place.missed()
            if not left:
                return reply

    def _next(self, left: Sequence[_Place]) -> _Place:
        """Return the freest of those that are in; if none is, the one due back first."""
        now = time.monotonic()
        alive = [place for place in left if place.takes(now)]
        if alive:
            return min(alive, key=lambda place: place.under_way)
        return min(left, key=lambda place: place.out_until)
