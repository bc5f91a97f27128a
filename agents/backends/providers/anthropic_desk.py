"""Anthropic's message batches, which bear no label: one of ours is known by the ids of its jobs."""

from collections.abc import Mapping, Sequence
from typing import Any

from cropsmith.agents.backends.protocol.batch import Answered, Found, Job, Standing, State
from cropsmith.agents.backends.providers.openai_desk import json_of
from cropsmith.agents.backends.providers.sdk_desk import SdkDesk

SKEW = 600.0
"""Seconds that the provider's clock may be behind ours."""
STATUSES = {"invalid_request_error": 400, "authentication_error": 401, "permission_error": 403,
            "not_found_error": 404, "request_too_large": 413, "rate_limit_error": 429,
            "overloaded_error": 529}  # fmt: skip


class AnthropicDesk(SdkDesk):
    """Batches at Anthropic."""

    most_jobs = 100_000
    most_bytes = 240 * 2**20

    async def submit(self, label: str, jobs: Sequence[Job]) -> str:
        """Submit the requests."""
        requests = [{"custom_id": job.id, "params": dict(job.body)} for job in jobs]
        batch = await self._asked(
            lambda client: client.messages.batches.create(
                requests=[], extra_body={"requests": requests}, timeout=600.0
            )
        )
        return str(batch.id)

    async def find(self, label: str, ids: Sequence[str], begun: float, known: set[str]) -> Found:
        """Look for a batch of as many requests since then; its answers show whose it is."""

        async def found(client: Any) -> Found:
            perhaps = False
            async for batch in client.messages.batches.list(limit=100):
                if batch.created_at.timestamp() < begun - SKEW:
                    break  # the newest come first
                counts = batch.request_counts
                total = sum(
                    getattr(counts, name)
                    for name in ("processing", "succeeded", "errored", "canceled", "expired")
                )
                if batch.id in known or total != len(ids):
                    continue
                if batch.processing_status != "ended":
                    perhaps = True
                elif set(await self._answers(client, batch)) & set(ids):
                    return Found(str(batch.id))
            return Found(perhaps=perhaps)

        result: Found = await self._asked(found)
        return result

    async def standing(self, remote: str) -> Standing:
        """Return how far a batch is."""
        batch = await self._asked(lambda client: client.messages.batches.retrieve(remote))
        ended = batch.processing_status == "ended"
        return Standing(State.ENDED if ended else State.RUNNING)

    async def collect(self, remote: str) -> Mapping[str, Answered]:
        """Read the answers."""

        async def read(client: Any) -> Mapping[str, Answered]:
            batch = await client.messages.batches.retrieve(remote)
            return await self._answers(client, batch)

        result: Mapping[str, Answered] = await self._asked(read)
        return result

    async def _answers(self, client: Any, batch: Any) -> Mapping[str, Answered]:
        import httpx2

        found: dict[str, Answered] = {}
        if not batch.results_url:
            return found
        raw = await client.get(batch.results_url, cast_to=httpx2.Response)
        for line in raw.content.splitlines():
            row = json_of(line)
            result = row.get("result") if isinstance(row, dict) else None
            if not isinstance(result, dict):
                continue
            id = str(row.get("custom_id"))
            if result.get("type") == "succeeded":
                found[id] = Answered(200, result.get("message"))
            elif result.get("type") == "errored":
                error = result.get("error")
                inner = error.get("error", error) if isinstance(error, dict) else {}
                status = STATUSES.get(str(inner.get("type")), 500)
                found[id] = Answered(status, {"type": "error", "error": inner})
        return found
