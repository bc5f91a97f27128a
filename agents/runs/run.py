"""One request through the graph: the way in for the public face, the studio and the studies."""

import asyncio
from functools import cache

from cropsmith.agents.graph import Graph, build_graph
from cropsmith.agents.nodes.ask_mind import HASH
from cropsmith.agents.nodes.state import CropInput
from cropsmith.agents.parts.parts import Parts, RunContext, build_parts
from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.photo import keep_photo
from cropsmith.agents.trace.record import Facts, Recorder
from cropsmith.errors import UsageError
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.request import CropRequest
from cropsmith.tools.schema.result import CropReport

PACKAGES = ("cropsmith", "langgraph", "numpy", "opencv-python-headless", "pillow")
"""What an answer may depend on; their versions are kept in the trace."""


async def run(
    photo: object, request: CropRequest, parts: Parts | None = None, graph: Graph | None = None
) -> CropResult:
    """Crop one photo: any source that `open_photo` takes. Raises CropsmithError, one sentence.

    A graph passed in is reused, which saves its compilation in batches.
    """
    parts = parts or build_parts()
    if parts.settings.approve:
        raise UsageError(
            "A run that waits for a person cannot be awaited whole.",
            hint="Use cropsmith.agents.runs.human_approval: begin() and resume().",
        )
    view = await asyncio.to_thread(parts.views.open, photo)
    recorder = parts.recorder
    recorder.begin(facts(view, request, parts.settings))
    await asyncio.to_thread(keep_photo, recorder, view)
    try:
        graph = graph or build_graph()
        state: CropInput = {"photo": f"{HASH}{view.sha256}", "request": request}
        answer = await graph.ainvoke(state, context=RunContext.around(parts))
    except BaseException as error:
        await ended(recorder, "error", f"{type(error).__name__}: {error}")
        raise
    return await delivered(recorder, answer["report"], view)


async def delivered(recorder: Recorder, report: CropReport, view: View) -> CropResult:
    """End the trace with its report, and return the result; a lost trace is told in its notes."""
    await ended(recorder, "ok", report)
    if recorder.problem:
        report = report.model_copy(update={"notes": (*report.notes, recorder.problem)})
    return CropResult(report, view.photo)


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
    path = view.photo.path
    return Facts(
        source=view.photo.name,
        path=str(path.absolute()) if path else "",
        sha256=view.sha256,
        size=view.size,
        text=request.text,
        request=request.model_dump(mode="json"),
        model=settings.model,
        settings=settings.model_dump(mode="json"),
        versions=dict(versions()),
    )
