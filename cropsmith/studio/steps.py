"""A run's events as the page shows them while it goes on."""

from cropsmith.agents.runs.events import Event, RunBegan, StepBegan, StepEnded
from cropsmith.agents.trace.record import Step
from cropsmith.agents.trace.views.summary import summary
from cropsmith.studio.feed import Told


def told(event: Event) -> Told | None:
    """Return an event as JSON; None for one that the live view does not show."""
    if isinstance(event, StepEnded):
        return _step(event.step)
    if isinstance(event, StepBegan):
        return {"kind": event.kind, "node": event.node, "name": event.name}
    if isinstance(event, RunBegan):
        return {"kind": event.kind, "trace": event.trace_id}
    return None  # the end is in the take


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
        # What the boxes from here on lie on; None in other steps than the one that opens the photo.
        "angle": outputs["image"].get("angle", 0.0) if "image" in outputs else None,
        "boxes": [candidate["box"] for candidate in outputs.get("candidates", ())],
        "calls": [
            {"purpose": call.purpose, "model": call.model, "status": call.status}
            for call in kept.calls
        ],
    }
