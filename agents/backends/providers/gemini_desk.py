"""Gemini's batch API: requests within the batch itself, the label as its display name."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from cropsmith.agents.backends.protocol.batch import Answered, Found, Job, Standing, State
from cropsmith.agents.backends.providers.sdk_desk import SdkDesk

FAILED = ("JOB_STATE_FAILED",)
ENDED = ("JOB_STATE_SUCCEEDED", "JOB_STATE_PARTIALLY_SUCCEEDED", "JOB_STATE_CANCELLED",
         "JOB_STATE_EXPIRED")  # fmt: skip
HTTP = {3: 400, 5: 404, 7: 403, 8: 429, 13: 500, 14: 503, 16: 401}
"""google.rpc.Code -> status of HTTP."""


class GeminiDesk(SdkDesk):
    """Batches at Google's cloud."""

    most_jobs = 10_000
    most_bytes = 18 * 2**20
    """Of requests within a batch; files of them would take 2 GB."""

    def __init__(
        self,
        client: Callable[[], Awaitable[Any]],
        explained: Callable[[Exception, float], Awaitable[Exception]],
        place: str,
        model: str,
    ) -> None:
        super().__init__(client, explained, place)
        self._model = model

    async def submit(self, label: str, jobs: Sequence[Job]) -> str:
        """Submit the requests."""
        requests = [{**job.body, "metadata": {"key": job.id}} for job in jobs]
        batch = await self._asked(
            lambda client: client.aio.batches.create(
                model=self._model, src=requests, config={"display_name": label}
            )
        )
        return str(batch.name)

    async def find(self, label: str, ids: Sequence[str], begun: float, known: set[str]) -> Found:
        """Look for the label among the batches."""

        async def found(client: Any) -> Found:
            async for batch in await client.aio.batches.list(config={"page_size": 100}):
                if batch.display_name == label:
                    return Found(str(batch.name))
            return Found()

        result: Found = await self._asked(found)
        return result

    async def standing(self, remote: str) -> Standing:
        """Return how far a batch is."""
        batch = await self._asked(lambda client: client.aio.batches.get(name=remote))
        state = getattr(batch.state, "name", "")
        if state in FAILED:
            why = getattr(batch.error, "message", "") or ""
            return Standing(State.FAILED, str(why)[:300])
        return Standing(State.ENDED if state in ENDED else State.RUNNING)

    async def collect(self, remote: str) -> Mapping[str, Answered]:
        """Read the answers."""
        batch = await self._asked(lambda client: client.aio.batches.get(name=remote))
        found: dict[str, Answered] = {}
        for row in getattr(batch.dest, "inlined_responses", None) or []:
            id = (row.metadata or {}).get("key", "")
            if row.response is not None:
                told = row.response.model_dump(mode="json", by_alias=True, exclude_none=True)
                found[id] = Answered(200, told)
            elif row.error is not None:
                status = HTTP.get(row.error.code or 0, 500)
                found[id] = Answered(status, {"error": {"message": str(row.error.message)}})
        return found
