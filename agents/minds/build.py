"""Which mind a run has: the VLM's, in the way that its settings name, over any backend.

Apart from the minds themselves, which know nothing of each other.
"""

from cropsmith.agents.backends.protocol.backend import Backend
from cropsmith.agents.minds.agentic.mind import AgenticMind
from cropsmith.agents.minds.cropper.mind import Cropper
from cropsmith.agents.minds.recorded_backend import Recorded
from cropsmith.agents.minds.vlm.mind import VlmMind
from cropsmith.agents.parts.context import Context


def build_mind(context: Context) -> VlmMind:
    """Return the mind that a context's settings describe. UsageError, NotAllowed, MissingExtra."""
    from cropsmith.agents.backends.registry import build_backend

    backend = build_backend(
        context.model,
        max_calls=context.max_calls,
        max_cost=context.max_cost,
        timeout=0.6 * context.timeout,
        deadline=context.timeout,
        cache_replies=context.cache_replies,
    )
    return mind_over(backend, context)


def mind_over(backend: Backend, context: Context) -> VlmMind:
    """Return the mind of a context's settings over a given backend; a replay brings its own."""
    from cropsmith.settings import home
    from cropsmith.tools.images.image_store import ImageStore

    images = ImageStore(home() / "images")
    mind = VlmMind(
        Recorded(backend, context.recorder.picture),
        context.builtin,
        effort=context.effort,
        overlays=context.overlays,
        temperature=context.temperature,
        seed=context.seed,
        example_data=lambda example: images.get(example.sha256),
    )
    if context.plan.style == "in-context":
        return Cropper.like(mind, context.plan)
    if context.agentic:
        return AgenticMind.like(mind, context)
    return mind
