"""Runs that wait for a person's word before the decision, also over a restart of the process.

The graph's state lies in `home/checkpoints.sqlite`, one thread for each trace and under its name.
What was asked of a model before the pause is in that state, and is not asked again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Command

from cropsmith import settings
from cropsmith.agents.graph import build_graph
from cropsmith.agents.nodes.ask_mind import HASH
from cropsmith.agents.parts.parts import Parts, RunContext, build_parts
from cropsmith.agents.runs.checkpoints import sqlite_checkpoints
from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.agents.runs.run import delivered, ended, facts
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.database import images_of
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.photo import keep_photo, photo_of
from cropsmith.agents.trace.record import Facts
from cropsmith.agents.trace.store import StoredTrace
from cropsmith.agents.trace.values import TraceStatus
from cropsmith.errors import UsageError
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.approval import Approval, Question
from cropsmith.tools.schema.request import CropRequest
from cropsmith.tools.schema.values import Value


class Pending(Value):
    """A run that waits; `resume` goes on with it, in this process or another."""

    trace_id: str
    question: Question


async def begin(
    photo: object,
    request: CropRequest,
    parts: Parts,
    checkpointer: BaseCheckpointSaver[str] | None = None,
) -> CropResult | Pending:
    """Crop one photo up to the decision. UsageError without a trace, which names the run."""
    parts = parts.but(parts.settings.but(approve=True))
    recorder = parts.recorder
    if recorder.trace_id is None:
        raise UsageError("A run that waits for a person needs its trace.", hint="Allow the trace.")
    view = await asyncio.to_thread(parts.views.open, photo)
    recorder.begin(facts(view, request, parts.settings))
    await asyncio.to_thread(keep_photo, recorder, view, whole=True)
    state = {"photo": f"{HASH}{view.sha256}", "request": request}
    return await _go(state, parts, view, checkpointer)


async def resume(
    trace_id: str,
    approval: Approval,
    *,
    home: Path | None = None,
    parts: Parts | None = None,
    checkpointer: BaseCheckpointSaver[str] | None = None,
) -> CropResult | Pending:
    """Go on with a run that waits. UsageError when there is none of that name.

    The settings are those it began with, unless `parts` are given.
    """
    home = home or settings.home()
    trace = await asyncio.to_thread(TraceLibrary(home).read, trace_id)
    if trace.head.status not in (TraceStatus.WAITING, TraceStatus.KILLED):
        raise UsageError(f"The run {trace.head.id} does not wait: it is {trace.head.status.value}.")
    parts = parts or build_parts(settings_of(trace.facts))
    recorder = await asyncio.to_thread(StoredTrace.resume, trace.head.id, home)
    parts = parts.but(parts.settings.but(approve=True), recorder=recorder)
    photo = await asyncio.to_thread(photo_of, trace, ImageStore(images_of(home)))
    view = parts.views.add(photo)
    command: Any = Command(resume=approval.model_dump(mode="json"))
    if trace.head.status is TraceStatus.KILLED:
        command = None  # it never came to the question, or died over the answer: go on from there
    return await _go(command, parts, view, checkpointer)


def settings_of(facts: Facts) -> RunSettings:
    """Return the settings that a run began with; those of other versions are left out."""
    return RunSettings.recorded({**facts.settings, "model": facts.model})


async def _go(
    start: Any, parts: Parts, view: View, checkpointer: BaseCheckpointSaver[str] | None
) -> CropResult | Pending:
    recorder = parts.recorder
    assert recorder.trace_id is not None
    thread: Any = {"configurable": {"thread_id": recorder.trace_id}}
    try:
        async with _checkpoints(checkpointer) as saver:
            answer = await build_graph(saver).ainvoke(
                start, thread, context=RunContext.around(parts)
            )
            if "__interrupt__" not in answer:
                await saver.adelete_thread(recorder.trace_id)  # it has served
    except BaseException as error:
        await ended(recorder, "error", f"{type(error).__name__}: {error}")
        raise
    if stops := answer.get("__interrupt__"):
        await ended(recorder, "waiting", None)
        question = Question.model_validate(stops[0].value)
        return Pending(trace_id=recorder.trace_id, question=question)
    return await delivered(recorder, answer["report"], view)


@asynccontextmanager
async def _checkpoints(
    given: BaseCheckpointSaver[str] | None,
) -> AsyncIterator[BaseCheckpointSaver[str]]:
    if given is not None:
        yield given
        return
    async with sqlite_checkpoints(settings.home()) as saver:
        yield saver
