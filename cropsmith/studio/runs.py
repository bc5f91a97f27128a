"""Crops under way: each on a thread of its own, its events kept for whoever listens."""

import asyncio
import secrets
import threading
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from typing import Any

import pydantic_core

from cropsmith.agents.parts.parts import Parts
from cropsmith.agents.runs.events import Event, StepBegan, StepEnded
from cropsmith.agents.runs.run import events_of
from cropsmith.agents.trace.record import Step
from cropsmith.agents.trace.views.summary import summary
from cropsmith.errors import CropsmithError
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.schema.request import CropRequest

KEPT = 64
"""Ended runs whose events can still be listened to."""

Told = Mapping[str, Any]
"""An event as the browser gets it: JSON with a `kind`."""


class Run:
    """One crop: its events so far, and those to come."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(8)
        self.ended = False
        self._told: list[Told] = []
        self._more = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._stop = threading.Event()

    def tell(self, event: Told) -> None:
        """Add an event. From any thread."""
        self._loop.call_soon_threadsafe(self._add, event)

    def stop(self) -> None:
        """Ask the run to end; it does so at its next event."""
        self._stop.set()

    @property
    def stopped(self) -> bool:
        """Whether somebody asked it to end."""
        return self._stop.is_set()

    async def listen(self, after: int = 0) -> AsyncIterator[tuple[int, Told]]:
        """Yield every event with its number, from `after` on, until the run has ended."""
        while True:
            while after < len(self._told):
                after += 1
                yield after, self._told[after - 1]
            if self.ended:
                return
            more = self._more
            await more.wait()

    def _add(self, event: Told) -> None:
        self._told.append(event)
        self.ended = event["kind"] in ("run_ended", "run_failed")
        self._more.set()
        self._more = asyncio.Event()


class Runs:
    """The runs of a studio."""

    def __init__(self, at_once: int) -> None:
        # Threads with event loops of their own: whatever a run does, the studio answers.
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="crop")
        self._runs: dict[str, Run] = {}

    def start(self, photo: Photo, request: CropRequest, parts: Parts) -> Run:
        """Begin a crop; it waits if enough are under way."""
        run = Run()
        self._runs[run.id] = run
        ended = [name for name, one in self._runs.items() if one.ended]
        for name in ended[: max(0, len(ended) - KEPT)]:
            del self._runs[name]
        self._pool.submit(_work, run, photo, request, parts)
        return run

    def get(self, name: str) -> Run | None:
        """Return the run of that name, if it is still known."""
        return self._runs.get(name)

    def close(self) -> None:
        """Ask every run to end."""
        for run in self._runs.values():
            run.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)


def _work(run: Run, photo: Photo, request: CropRequest, parts: Parts) -> None:
    try:
        asyncio.run(_follow(run, photo, request, parts))
    except CropsmithError as error:
        run.tell({"kind": "run_failed", "message": error.message, "hint": error.hint})
    except Exception as error:
        # A fault of ours must end this run in the browser too, and leave the studio standing.
        run.tell({"kind": "run_failed", "message": f"{type(error).__name__}: {error}", "hint": ""})


async def _follow(run: Run, photo: Photo, request: CropRequest, parts: Parts) -> None:
    async with aclosing(events_of(photo, request, parts)) as events:
        async for event in events:
            if run.stopped:
                raise CropsmithError("Stopped.")
            run.tell(told(event))


def told(event: Event) -> Told:
    """Return an event as JSON, without what a live view does not show."""
    if isinstance(event, StepEnded):
        return _step(event.step)
    if isinstance(event, StepBegan):
        return {"kind": event.kind, "node": event.node, "name": event.name}
    plain: Told = pydantic_core.to_jsonable_python(event, fallback=repr)
    return plain


def _step(step: Step) -> Told:
    # The sentences are made from a step as it reads back from a trace: all JSON.
    kept = Step.model_validate_json(step.model_dump_json(fallback=repr))
    outputs = kept.outputs if isinstance(kept.outputs, dict) else {}
    return {
        "kind": "step_ended",
        "node": kept.node,
        "name": kept.name,
        "seconds": kept.seconds,
        "error": kept.error,
        "told": list(summary(kept)),
        "boxes": [candidate["box"] for candidate in outputs.get("candidates", ())],
        "calls": [
            {"purpose": call.purpose, "model": call.model, "status": call.status}
            for call in kept.calls
        ],
    }
