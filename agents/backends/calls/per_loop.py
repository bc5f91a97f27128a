"""One resource per event loop, closed when its loop ends.

HTTP clients and semaphores belong to the loop they were made on, while a Backend may serve many
`asyncio.run` in turn. An open asynchronous generator is closed by the runner before its loop goes
away, so each resource lives inside one.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from weakref import ReferenceType, WeakKeyDictionary, ref

T = TypeVar("T")


@dataclass(frozen=True)
class _Kept:
    owner: "ReferenceType[Any]"
    keeper: AsyncGenerator[None, None]


# Held here, not by the owners: a generator that is collected while its loop is ending would be
# closed by a task that may never run.
_kept: WeakKeyDictionary[asyncio.AbstractEventLoop, list[_Kept]] = WeakKeyDictionary()


async def _keeping(
    resource: T, close: Callable[[T], Awaitable[None]] | None
) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        if close is not None:
            await close(resource)


class PerLoop(Generic[T]):
    """Makes its resource at the first use on each loop."""

    def __init__(
        self, make: Callable[[], T], close: Callable[[T], Awaitable[None]] | None = None
    ) -> None:
        self._make = make
        self._close = close
        self._lock = threading.Lock()
        self._resources: WeakKeyDictionary[asyncio.AbstractEventLoop, T] = WeakKeyDictionary()

    async def get(self) -> T:
        """Return the resource of the running loop."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if (found := self._resources.get(loop)) is not None:
                return found
            resource = self._make()
            self._resources[loop] = resource
        keeper = _keeping(resource, self._close)
        kept = _kept.setdefault(loop, [])
        kept.append(_Kept(ref(self), keeper))
        await anext(keeper)
        await _close_orphans(kept)
        return resource


async def _close_orphans(kept: list[_Kept]) -> None:
    """Close what belonged to owners that are gone: a long-lived loop sees many of them."""
    for item in [item for item in kept if item.owner() is None]:
        kept.remove(item)
        await item.keeper.aclose()
