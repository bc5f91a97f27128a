"""Which mind a model has: argued with, or asked by example, and either with tools at hand."""

from collections.abc import Callable

from cropsmith.agents.backends.protocol.backend import Backend
from cropsmith.agents.minds.argued.mind import Argued
from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.asking.way import Way
from cropsmith.agents.minds.base.mind import Brief, Mind
from cropsmith.agents.minds.by_example.mind import ByExample
from cropsmith.agents.minds.recorded_backend import Recorded
from cropsmith.agents.minds.with_tools.hands import Bench
from cropsmith.agents.minds.with_tools.mind import WithTools
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
) -> Mind:
    """Return the mind that settings and recipe describe; `keep` stores the pictures it is shown."""
    images = ImageStore(home() / "images")
    asker = Asker(
        Recorded(backend, keep),
        temperature=settings.temperature,
        seed=settings.seed,
        example_data=lambda example: images.get(example.sha256),
    )
    way: Way
    if recipe.style == "in-context":
        way = ByExample(asker, builtin, recipe)
    else:
        way = Argued(
            asker, builtin, recipe=recipe, effort=settings.effort, overlays=settings.overlays
        )
    if recipe.with_tools(settings):
        return WithTools(way, bench, max_cost=settings.max_cost)
    return way
