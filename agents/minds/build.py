"""Which mind a model has: argued with, asked by example, or with tools at hand, as settings say."""

from collections.abc import Callable

from cropsmith.agents.backends.protocol.backend import Backend
from cropsmith.agents.minds.agentic.hands import Bench
from cropsmith.agents.minds.agentic.mind import AgenticMind
from cropsmith.agents.minds.base.mind import Brief, Mind
from cropsmith.agents.minds.cropper.mind import Cropper
from cropsmith.agents.minds.recorded_backend import Recorded
from cropsmith.agents.minds.vlm.mind import VlmMind
from cropsmith.agents.settings.recipe import Recipe
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.settings import home
from cropsmith.tools.images.image_store import ImageStore


def mind_over(
    backend: Backend,
    settings: RunSettings,
    recipe: Recipe,
    *,
    builtin: Mind,
    keep: Callable[[bytes], str],
    bench: Callable[[Brief], Bench],
) -> VlmMind:
    """Return the mind that settings and recipe describe; `keep` stores the pictures it is shown."""
    images = ImageStore(home() / "images")
    mind = VlmMind(
        Recorded(backend, keep),
        builtin,
        effort=settings.effort,
        overlays=settings.overlays,
        temperature=settings.temperature,
        seed=settings.seed,
        example_data=lambda example: images.get(example.sha256),
    )
    if recipe.style == "in-context":
        return Cropper.like(mind, recipe)
    if settings.agentic:
        return AgenticMind.like(mind, bench, settings.max_cost)
    return mind
