"""What desks over a provider's SDK share: a client that is made when needed, faults explained."""

from collections.abc import Awaitable, Callable
from typing import Any


class SdkDesk:
    """`explained` returns what an error of the SDK means; `place` says where batches are kept."""

    def __init__(
        self,
        client: Callable[[], Awaitable[Any]],
        explained: Callable[[Exception, float], Awaitable[Exception]],
        place: str,
    ) -> None:
        self._client, self._explained, self.place = client, explained, place

    async def _asked(self, call: Callable[[Any], Awaitable[Any]]) -> Any:
        try:
            return await call(await self._client())
        except Exception as error:
            raise await self._explained(error, 600.0) from None
