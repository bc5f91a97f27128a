"""Runs that wait for a person's word before the decision, also over a restart of the process.

The graph's state lies in `home/checkpoints.sqlite`, one thread for each trace and under its name.
What was asked of a model before the pause is in that state, and is not asked again.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Command

from cropsmith import settings
from cropsmith.agents.graph import build_graph
from cropsmith.agents.parts.parts import Parts, build_parts
from cropsmith.agents.runs.checkpoints import readable, sqlite_checkpoints
from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.agents.runs.events import Event, Pending, RunEnded
from cropsmith.agents.runs.run import begun, driven, last, opened, state_of
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.database import images_of
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.photo import photo_of
from cropsmith.agents.trace.record import Facts
from cropsmith.agents.trace.store import StoredTrace
from cropsmith.agents.trace.values import Trace, TraceHead, TraceStatus
from cropsmith.errors import UsageError
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.schema.approval import Approval
from cropsmith.tools.schema.request import CropRequest

Saver = BaseCheckpointSaver[str]

REJECTED = "A person rejected every crop: nothing was written."


async def begin(
    photo: object, request: CropRequest, parts: Parts, checkpointer: Saver | None = None
) -> CropResult | Pending:
    """Crop one photo up to the decision. UsageError without a trace, which names the run."""
    view = await opened(photo, parts)
    return _answer(await last(begin_events(view.photo, request, parts, checkpointer)), view.photo)


async def begin_events(
    photo: object, request: CropRequest, parts: Parts, checkpointer: Saver | None = None
) -> AsyncGenerator[Event, None]:
    """Do what `begin` does and yield what happens as it happens; `Pending` comes last."""
    parts = parts.but(parts.settings.but(approve=True))
    if parts.recorder.trace_id is None:
        raise UsageError("A run that waits for a person needs its trace.", hint="Allow the trace.")
    view = await opened(photo, parts)
    yield await begun(view, request, parts, whole=True)
    async with aclosing(_go(state_of(view, request), parts, checkpointer)) as events:
        async for event in events:
            yield event


@dataclass(frozen=True)
class Waiting:
    """A run to go on with: its trace, its photo, and the settings it began with as parts."""

    trace: Trace
    photo: Photo
    parts: Parts

    @classmethod
    def read(cls, trace_id: str, home: Path | None = None, parts: Parts | None = None) -> "Waiting":
        """Find a run that waits. UsageError when there is none of that name. Does file work."""
        home = home or settings.home()
        trace = TraceLibrary(home).read(trace_id)
        _check_waits(trace.head)
        parts = parts or build_parts(settings_of(trace.facts))
        return cls(trace, photo_of(trace, ImageStore(images_of(home))), parts)


async def resume(
    trace_id: str,
    approval: Approval,
    *,
    home: Path | None = None,
    parts: Parts | None = None,
    checkpointer: Saver | None = None,
) -> CropResult | Pending:
    """Go on with a run that waits. UsageError when there is none of that name.

    The settings are those it began with, unless `parts` are given.
    """
    waiting = await asyncio.to_thread(Waiting.read, trace_id, home, parts)
    return _answer(
        await last(resume_events(waiting, approval, home=home, checkpointer=checkpointer)),
        waiting.photo,
    )


async def reject(trace_id: str, *, home: Path | None = None) -> None:
    """End a run that waits, as no crop of it is wanted. UsageError when there is none."""

    def ended() -> str:
        head = TraceLibrary(home).head(trace_id)
        _check_waits(head)
        StoredTrace.resume(head.id, home).end("error", REJECTED)
        return head.id

    thread = await asyncio.to_thread(ended)
    async with _checkpoints(None, home) as saver:
        await saver.adelete_thread(thread)


async def resume_events(
    waiting: Waiting,
    approval: Approval,
    *,
    home: Path | None = None,
    checkpointer: Saver | None = None,
) -> AsyncGenerator[Event, None]:
    """Do what `resume` does and yield what happens as it happens, after `Waiting.read`."""
    head = waiting.trace.head
    async with _checkpoints(checkpointer) as saver:
        if not await readable(build_graph(saver), head.id):
            raise UsageError(
                f"The run {head.id} was begun by another version of cropsmith and cannot go on.",
                hint="Crop the photo again.",
            )
        recorder = await asyncio.to_thread(StoredTrace.resume, head.id, home)
        parts = waiting.parts.but(waiting.parts.settings.but(approve=True), recorder=recorder)
        parts.views.add(waiting.photo)
        command: Any = Command(resume=approval.model_dump(mode="json"))
        if head.status is TraceStatus.KILLED:
            command = None  # it never came to the question, or died over the answer: go on there
        async with aclosing(_go(command, parts, saver)) as events:
            async for event in events:
                yield event


def settings_of(facts: Facts) -> RunSettings:
    """Return the settings that a run began with; those of other versions are left out."""
    return RunSettings.recorded({**facts.settings, "model": facts.model})


def _check_waits(head: TraceHead) -> None:
    if head.status not in (TraceStatus.WAITING, TraceStatus.KILLED):
        raise UsageError(f"The run {head.id} does not wait: it is {head.status.value}.")


async def _go(start: Any, parts: Parts, checkpointer: Saver | None) -> AsyncGenerator[Event, None]:
    thread = parts.recorder.trace_id
    assert thread is not None
    async with (
        _checkpoints(checkpointer) as saver,
        aclosing(driven(build_graph(saver), start, parts, thread=thread)) as events,
    ):
        async for event in events:
            if isinstance(event, RunEnded):
                await saver.adelete_thread(thread)  # it has served
            yield event


def _answer(event: Event, photo: Photo) -> CropResult | Pending:
    if isinstance(event, RunEnded):
        return CropResult(event.report, photo)
    assert isinstance(event, Pending)
    return event


@asynccontextmanager
async def _checkpoints(given: Saver | None, home: Path | None = None) -> AsyncIterator[Saver]:
    if given is not None:
        yield given
        return
    async with sqlite_checkpoints(home or settings.home()) as saver:
        yield saver
