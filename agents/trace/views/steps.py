"""The steps of a trace as the page draws them, and the pictures that models were shown."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from cropsmith.agents.trace.conversation import Texts
from cropsmith.agents.trace.record import CallRecord, Step, StepMark
from cropsmith.agents.trace.values import Trace, TraceStatus
from cropsmith.agents.trace.views.calls import call_of
from cropsmith.agents.trace.views.summary import summary
from cropsmith.tools.images.image_store import ImageStore

SIDES = ((6, 640), (14, 400), (40, 240))
"""Up to so many pictures are embedded at this long side; any others are named by their hash."""


def steps_of(trace: Trace, texts: Texts) -> Sequence[Mapping[str, Any]]:
    """Return the steps with their place on the common time axis, in shares of the whole run."""
    marks: list[StepMark] = [*trace.steps, *trace.unfinished]
    if not marks:
        return []
    begin = min(mark.started for mark in marks)
    end = max(m.started + (m.seconds if isinstance(m, Step) else 0.0) for m in marks)
    span = max(end - begin, 1e-6)
    running = trace.head.status is TraceStatus.RUNNING
    return [
        {
            "node": mark.node,
            "round": mark.round,
            "at": mark.name.removeprefix(mark.node),
            "from": (mark.started - begin) / span,
            **(_ended(mark, span, texts) if isinstance(mark, Step) else _open(mark, running)),
        }
        for mark in marks
    ]


def _ended(step: Step, span: float, texts: Texts) -> Mapping[str, Any]:
    return {
        "seconds": step.seconds,
        "cpu": step.cpu_seconds,
        "share": step.seconds / span,
        "told": list(summary(step)),
        "error": step.error,
        "state": "failed" if step.error else "done",
        "calls": [{**call_of(call, texts), "letters": letters(step, call)} for call in step.calls],
        "tools": [tool.model_dump(mode="json") for tool in step.tools],
    }


def letters(step: Step, call: CallRecord) -> Sequence[str]:
    """Return the candidates that stood under A, B, ... in a comparison; empty where none did.

    The leaders are shown in both orders, against a model's liking for a place: whichever the
    call has is told by its pictures, the photo first.
    """
    told = step.inputs if isinstance(step.inputs, Mapping) else {}
    leaders = list(told.get("leaders", ()))
    asked = [one for one in step.calls if one.purpose == "decide"]
    if call not in asked or len(call.pictures) != len(leaders) + 1:
        return []
    first = asked[0].pictures[1:]
    if call.pictures[1:] == first:
        return leaders
    return leaders[::-1] if call.pictures[1:] == first[::-1] else []


def _open(mark: StepMark, running: bool) -> Mapping[str, Any]:
    at = datetime.fromtimestamp(mark.started).strftime("%H:%M:%S")
    told = f"Began at {at} and goes on." if running else f"Began at {at} and never ended."
    state = "going on" if running else "never ended"
    empty: Mapping[str, Any] = {"calls": [], "tools": [], "error": ""}
    return {**empty, "seconds": None, "cpu": None, "share": 0.02, "told": [told], "state": state}


def pictures_of(trace: Trace, images: ImageStore) -> Mapping[str, str]:
    """Return sha256 -> data URL of what models were shown, smaller the more there are."""
    names = list(dict.fromkeys(_shown(trace)))
    side = next((side for most, side in SIDES if len(names) <= most), SIDES[-1][1])
    found: dict[str, str] = {}
    for name in names[: SIDES[-1][0]]:
        if (jpeg := images.thumbnail(name, side)) is not None:
            found[name] = data_url(jpeg)
    return found


def _shown(trace: Trace) -> Iterator[str]:
    for step in trace.steps:
        for call in step.calls:
            for attempt in call.wire:
                yield from (shown.sha256 for shown in attempt.pictures)
            if not call.wire:
                yield from call.pictures


def data_url(jpeg: bytes) -> str:
    """Return a JPEG as an address that needs no network."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
