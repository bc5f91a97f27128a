"""Words -> what is wanted."""

import asyncio
from typing import Any

from langgraph.runtime import Runtime

from cropsmith.agents.nodes.ask_mind import HASH, ask_mind, open_named
from cropsmith.agents.nodes.state import CropInput, ImageRef
from cropsmith.agents.nodes.straightened import straightened
from cropsmith.agents.parts.parts import RunContext
from cropsmith.agents.sources.gather import plugged as sources
from cropsmith.errors import UsageError
from cropsmith.tools.language.straightening import why_not_turned
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.request import CropRequest
from cropsmith.tools.scorers.table import plugged as scorers


def as_request(given: CropRequest | dict[str, Any] | str) -> CropRequest:
    """Return the request, from itself, its JSON or plain words."""
    if isinstance(given, str):
        return CropRequest(text=given)
    return CropRequest.model_validate(given)


def lasting_name(view: View) -> str:
    """Return a name that finds the photo again after a restart, if anything can."""
    path = view.photo.lasting_path
    return str(path) if path else f"{HASH}{view.sha256}"


async def intent(state: CropInput, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Open the photo and understand the request. UsageError when its wishes exclude each other."""
    if not isinstance(runtime.context, RunContext):
        raise UsageError(
            "The graph needs the context of its run.", hint="Pass context={} or its settings."
        )
    parts = runtime.context.parts
    view = await asyncio.to_thread(open_named, parts, state["photo"])
    request = as_request(state.get("request", ""))
    answer = await ask_mind(parts, "intent", lambda mind: mind.understand(view, request))
    wanted = answer.value.model_copy(update={"words": request.text.strip()})
    if parts.notes and parts.settings.strict:
        raise UsageError(parts.notes[0], hint="Leave it out, or do without strict.")
    if wanted.contradictions:
        raise UsageError(wanted.contradictions[0], hint="Ask for one or the other.")
    levelled = await asyncio.to_thread(straightened, parts, view, wanted)
    level = levelled.view
    return {
        "image": ImageRef(
            source=lasting_name(view),
            sha256=view.sha256,
            size=level.size,
            angle=level.photo.angle,
        ),
        "intent": levelled.intent,
        "round": 0,
        "failures": answer.failures,
        "notes": (
            *view.photo.notes,
            *levelled.notes,
            *parts.told,
            *parts.notes,
            *sources().problems.values(),
            *scorers().problems.values(),
            *map(_left_out, wanted.unclear),
            *(f"Read, but perhaps meant otherwise: “{words}”." for words in wanted.doubtful),
        ),
    }


def _left_out(words: str) -> str:
    """Say that words were not acted on, or why they were not done as said."""
    said, _, why = words.partition(": ")
    if not (why := why or why_not_turned(said)):
        return f"Not understood, and left out: “{words}”."
    return f"“{said}”: {why}" if why.endswith("?") else f"“{said}”: {why}."
