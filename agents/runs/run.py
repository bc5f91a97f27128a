"""One request through the graph: the way in for the public face, the studio and the studies."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import cache
from typing import Any

from cropsmith.agents.graph import Graph, build_graph
from cropsmith.agents.nodes.ask_mind import HASH
from cropsmith.agents.nodes.state import CropInput
from cropsmith.agents.parts.parts import Parts, RunContext, build_parts
from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.agents.runs.events import Event, Pending, RunBegan, RunEnded
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.photo import keep_photo
from cropsmith.agents.trace.record import Facts, Recorder
from cropsmith.errors import UsageError
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.approval import Question
from cropsmith.tools.schema.request import CropRequest

PACKAGES = ("cropsmith", "langgraph", "numpy", "opencv-python-headless", "pillow")
"""What an answer may depend on; their versions are kept in the trace."""


async def run(photo: object, request: CropRequest, parts: Parts | None = None) -> CropResult:
    """Crop one photo: any source that `open_photo` takes. Raises CropsmithError, one sentence."""
    parts = parts or build_parts()
    _not_asking(parts)
    view = await opened(photo, parts)
    await begun(view, request, parts)
    answer = await last(driven(build_graph(), state_of(view, request), parts, steps=False))
    assert isinstance(answer, RunEnded)  # nothing else ends a run that asks nobody
    return CropResult(answer.report, view.photo)


async def events_of(
    photo: object, request: CropRequest, parts: Parts | None = None
) -> AsyncGenerator[Event, None]:
    """Crop one photo and yield what happens as it happens. Raises what `run` raises.

    Closing the generator early cancels the run.
    """
    parts = parts or build_parts()
    _not_asking(parts)
    view = await opened(photo, parts)
    yield await begun(view, request, parts)
    async with aclosing(driven(build_graph(), state_of(view, request), parts)) as events:
        async for event in events:
            yield event


def _not_asking(parts: Parts) -> None:
    if parts.settings.approve:
        raise UsageError(
            "A run that waits for a person cannot be awaited whole.",
            hint="Use cropsmith.agents.runs.human_approval: begin() and resume().",
        )


async def last(events: AsyncGenerator[Event, None]) -> Event:
    """Run to the end, and return what it came to."""
    async with aclosing(events):
        async for event in events:
            latest = event
    return latest


async def opened(photo: object, parts: Parts) -> View:
    """Return the view of any source that `open_photo` takes, or of an open Photo."""
    if isinstance(photo, Photo):
        return parts.views.add(photo)
    return await asyncio.to_thread(parts.views.open, photo)


async def begun(view: View, request: CropRequest, parts: Parts, *, whole: bool = False) -> RunBegan:
    """Begin the trace of a run; `whole` keeps a photo's bytes that lie in no file."""
    start = facts(view, request, parts.settings)
    parts.recorder.begin(start)
    await asyncio.to_thread(keep_photo, parts.recorder, view, whole=whole)
    return RunBegan(
        trace_id=parts.recorder.trace_id,
        source=start.source,
        sha256=start.sha256,
        size=start.size,
        model=start.model,
    )


def state_of(view: View, request: CropRequest) -> CropInput:
    """Return the graph's input for a photo that this process has opened."""
    return {"photo": f"{HASH}{view.sha256}", "request": request}


async def driven(
    graph: Graph, start: Any, parts: Parts, *, thread: str = "", steps: bool = True
) -> AsyncGenerator[Event, None]:
    """Take the graph from `start` to its end or stop: the steps, then the report or question.

    Ends the trace, whatever happens; a lost trace is told in the report's notes. Without `steps`
    only the last event comes, for a little less work.
    """
    recorder = parts.recorder
    answer: Any = {}
    stream: Any = graph.astream(
        start,
        {"configurable": {"thread_id": thread}} if thread else None,
        context=RunContext.around(parts),
        stream_mode=["custom", "values"] if steps else ["values"],
    )
    try:
        async with aclosing(stream) as pieces:
            async for mode, piece in pieces:
                if mode == "custom":
                    yield piece
                else:
                    answer = piece
    except GeneratorExit:
        await ended(recorder, "error", "CancelledError: nobody listens any more")
        raise
    except BaseException as error:
        await ended(recorder, "error", f"{type(error).__name__}: {error}")
        raise
    if stops := answer.get("__interrupt__"):
        await ended(recorder, "waiting", None)
        question = Question.model_validate(stops[0].value)
        yield Pending(trace_id=recorder.trace_id or "", question=question)
        return
    report = answer["report"]
    await ended(recorder, "ok", report)
    if recorder.problem:
        report = report.model_copy(update={"notes": (*report.notes, recorder.problem)})
    yield RunEnded(report=report)


async def ended(recorder: Recorder, status: str, result: object) -> None:
    """End the trace off the event loop; also when the run was cancelled."""
    await asyncio.shield(asyncio.to_thread(recorder.end, status, result))


@cache
def versions() -> tuple[tuple[str, str], ...]:
    """Return package and version of what an answer may depend on; read once, they take a while."""
    from importlib.metadata import version

    return tuple((name, version(name)) for name in PACKAGES)


def facts(view: View, request: CropRequest, settings: RunSettings) -> Facts:
    """Return what the trace keeps of the start: photo, request, settings, versions."""
    path = view.photo.lasting_path
    return Facts(
        source=view.photo.name,
        path=str(path) if path else "",
        sha256=view.sha256,
        size=view.size,
        text=request.text,
        request=request.model_dump(mode="json"),
        model=settings.model,
        settings=settings.model_dump(mode="json"),
        versions=dict(versions()),
    )
