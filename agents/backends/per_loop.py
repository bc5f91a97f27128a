"""One resource per event loop, closed when its loop ends.

HTTP clients and semaphores belong to the loop they were made on, while a Backend may serve many
`asyncio.run` in turn. An open asynchronous generator is closed by the runner before its loop goes
away, so each resource lives inside one.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


class PerLoop(Generic[T]):
    """Makes its resource at the first use on each loop."""

    def __init__(
        self, make: Callable[[], T], close: Callable[[T], Awaitable[None]] | None = None
    ) -> None:
        self._make = make
        self._close = close
        self._lock = threading.Lock()
        self._resources: WeakKeyDictionary[asyncio.AbstractEventLoop, T] = WeakKeyDictionary()
        self._keepers: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncGenerator[None, None]] = (
            WeakKeyDictionary()
        )

    async def _keep(self, resource: T) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            if self._close is not None:
                await self._close(resource)

    async def get(self) -> T:
        """Return the resource of the running loop."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if (found := self._resources.get(loop)) is not None:
                return found
            resource = self._make()
            self._resources[loop] = resource
            keeper = self._keep(resource)
            self._keepers[loop] = keeper
        await anext(keeper)
        return resource
