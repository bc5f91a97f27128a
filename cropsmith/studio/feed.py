"""What happens in sittings, told to every page that shows them."""

import asyncio
import itertools
import threading
from collections.abc import AsyncGenerator, Mapping
from typing import Any

Told = Mapping[str, Any]
"""An event as the browser gets it: JSON with a `kind`."""

_Listener = tuple[asyncio.AbstractEventLoop, "asyncio.Queue[Told | None]"]


class Feed:
    """The events of one studio. Nothing is kept: a page that comes back reads the sheet anew."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[str, list[_Listener]] = {}

    def tell(self, sitting: str, event: Told) -> None:
        """Tell an event to whoever shows the sitting. From any thread."""
        with self._lock:
            for loop, queue in self._listeners.get(sitting, ()):
                loop.call_soon_threadsafe(queue.put_nowait, event)

    def close(self) -> None:
        """End every listening, so that a page does not hold the studio open. From any thread."""
        with self._lock:
            for loop, queue in itertools.chain.from_iterable(self._listeners.values()):
                loop.call_soon_threadsafe(queue.put_nowait, None)

    async def listen(self, sitting: str) -> AsyncGenerator[Told | None]:
        """Yield what happens from now on; None at once, when it has begun to listen."""
        mine: _Listener = (asyncio.get_running_loop(), asyncio.Queue())
        with self._lock:
            self._listeners.setdefault(sitting, []).append(mine)
        try:
            yield None
            while (event := await mine[1].get()) is not None:
                yield event
        finally:
            with self._lock:
                self._listeners[sitting].remove(mine)
                if not self._listeners[sitting]:
                    del self._listeners[sitting]
