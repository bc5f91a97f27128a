"""Runs that go on from a step of an earlier one, begun from its page."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cropsmith.agents.replay.replay import Planned, planned
from cropsmith.agents.settings.rows import rows
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.errors import UsageError
from cropsmith.studio.settings import StudioSettings

LOOK = 0.02
"""Seconds between two looks whether a run has begun."""


class Onward:
    """Starts them, each on a thread of its own; their traces tell how they fare."""

    def __init__(self, settings: StudioSettings) -> None:
        self._library = TraceLibrary(settings.home)
        self._pool = ThreadPoolExecutor(settings.max_runs, thread_name_prefix="onward")

    async def begin(self, name: str, since: str, changes: Mapping[str, str]) -> str:
        """Begin a run and return its trace's name once it can be looked at.

        `changes` are as a form has them: text, words apart by blanks.

        UsageError where it cannot go on so; CropsmithError when it ends before it has a trace.
        """

        def plan() -> Planned:
            trace = self._library.read(name)
            return planned(trace, self._library, since=since, changes=_read(changes))

        run = await asyncio.to_thread(plan)
        going = self._pool.submit(lambda: asyncio.run(run.run()))
        while not await asyncio.to_thread(self._is_kept, run.trace_id):
            if going.done():
                going.result()
            await asyncio.sleep(LOOK)
        return run.trace_id

    def close(self) -> None:
        """Begin no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _is_kept(self, name: str) -> bool:
        try:
            return self._library.resolve(name) == name
        except UsageError:
            return False


def _read(changes: Mapping[str, str]) -> Mapping[str, Any]:
    listed = {row.name for row in rows() if row.kind == "words"}
    return {name: text.split() if name in listed else text for name, text in changes.items()}
