"""OpenAI's batch API: a file of requests, a batch with the label among its metadata."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from cropsmith.agents.backends.protocol.batch import Answered, Found, Job, Standing, State
from cropsmith.agents.backends.protocol.bounded_body import BODY, refused
from cropsmith.agents.backends.protocol.wire import WireReply

STATES = {"completed": State.ENDED, "expired": State.ENDED, "cancelled": State.ENDED,
          "failed": State.FAILED}  # fmt: skip
"""Those left out are still running."""

LABEL = "cropsmith"
LATEST = 200
"""Batches of an account that are looked through for one of ours."""


class OpenaiDesk:
    """Batches at OpenAI. `explain` raises what an error of the SDK means."""

    most_jobs = 50_000
    most_bytes = 190 * 2**20

    def __init__(
        self,
        client: Callable[[], Awaitable[Any]],
        explain: Callable[[Exception, float], Awaitable[WireReply]],
        place: str,
    ) -> None:
        self._client, self._explain, self.place = client, explain, place

    async def _asked(self, call: Callable[[Any], Awaitable[Any]]) -> Any:
        try:
            return await call(await self._client())
        except Exception as error:
            await self._explain(error, 600.0)
            raise

    async def submit(self, label: str, jobs: Sequence[Job]) -> str:
        """Upload the requests, then submit them."""
        lines = [
            {"custom_id": job.id, "method": "POST", "url": job.path, "body": job.body}
            for job in jobs
        ]
        # Pictures by the hundred: beside the event loop, where others wait.
        text = await asyncio.to_thread(lambda: "\n".join(map(json.dumps, lines)).encode())

        async def submitted(client: Any) -> str:
            name = (f"{label}.jsonl", text, "application/jsonl")
            file = await client.files.create(file=name, purpose="batch", timeout=600.0)
            batch = await client.batches.create(
                input_file_id=file.id,
                endpoint=jobs[0].path,
                completion_window="24h",
                metadata={LABEL: label},
            )
            return str(batch.id)

        return str(await self._asked(submitted))

    async def find(self, label: str, ids: Sequence[str], begun: float, known: set[str]) -> Found:
        """Look for the label among the latest batches."""

        async def found(client: Any) -> Found:
            seen = 0
            async for batch in client.batches.list(limit=100):
                if (batch.metadata or {}).get(LABEL) == label:
                    return Found(str(batch.id))
                seen += 1
                # The newest come first; clocks may differ by minutes.
                if seen >= LATEST and batch.created_at < begun - 600:
                    break
            return Found()

        result: Found = await self._asked(found)
        return result

    async def standing(self, remote: str) -> Standing:
        """Return how far a batch is."""
        batch = await self._asked(lambda client: client.batches.retrieve(remote))
        errors = getattr(batch.errors, "data", None) or []
        why = "; ".join(str(error.message) for error in errors)[:300]
        return Standing(STATES.get(str(batch.status), State.RUNNING), why)

    async def collect(self, remote: str) -> Mapping[str, Answered]:
        """Read the answers, and the errors of those that failed."""
        batch = await self._asked(lambda client: client.batches.retrieve(remote))
        found: dict[str, Answered] = {}
        for name in filter(None, (batch.output_file_id, batch.error_file_id)):
            for line in (await self._asked(partial(_content, name))).splitlines():
                row = json_of(line)
                answer = row.get("response") if isinstance(row, dict) else None
                if isinstance(answer, dict):
                    status = answer.get("status_code")
                    code = status if isinstance(status, int) else 500
                    found[str(row.get("custom_id"))] = Answered(code, answer.get("body"))
        return found


async def _content(name: str, client: Any) -> bytes:
    found = await client.files.content(name)
    return bytes(found.content)


def json_of(line: bytes) -> Any:
    """Return a line of answers, within limits; a JSON null for what cannot be read."""
    if len(line) > BODY or refused(line):
        return None
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
