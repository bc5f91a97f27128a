"""One request through the graph: the way in for the public face, the studio and the studies."""

import asyncio
from dataclasses import asdict

from cropsmith.agents.context import Context
from cropsmith.agents.crop_result import CropResult
from cropsmith.agents.graph import Graph, build_graph
from cropsmith.agents.nodes.asking import HASH
from cropsmith.agents.state import CropInput
from cropsmith.agents.trace.record import Facts
from cropsmith.tools.request import CropRequest
from cropsmith.tools.view import View

PACKAGES = ("cropsmith", "langgraph", "numpy", "opencv-python-headless", "pillow")
"""What an answer may depend on; their versions are kept in the trace."""


async def run(
    photo: object, request: CropRequest, context: Context | None = None, graph: Graph | None = None
) -> CropResult:
    """Crop one photo: any source that `open_photo` takes. Raises CropsmithError, one sentence.

    A graph passed in is reused, which saves its compilation in batches.
    """
    context = context or Context()
    view = await asyncio.to_thread(context.views.open, photo)
    recorder = context.recorder
    recorder.begin(facts(view, request, context))
    try:
        graph = graph or build_graph()
        state: CropInput = {"photo": f"{HASH}{view.sha256}", "request": request}
        answer = await graph.ainvoke(state, context=context)
    except BaseException as error:
        recorder.end("error", f"{type(error).__name__}: {error}")
        raise
    recorder.end("ok", answer["report"])
    return CropResult(answer["report"], view.photo)


def facts(view: View, request: CropRequest, context: Context) -> Facts:
    """Return what the trace keeps of the start: photo, request, settings, versions."""
    from importlib.metadata import version

    path = view.photo.path
    return Facts(
        source=view.photo.name,
        path=str(path.absolute()) if path else "",
        sha256=view.sha256,
        size=view.size,
        text=request.text,
        request=request.model_dump(mode="json"),
        model=context.model,
        settings=asdict(context),
        versions={name: version(name) for name in PACKAGES},
    )
