"""Which mind a model has: argued with, or asked by example, and either with tools at hand."""

from collections.abc import Callable
from dataclasses import dataclass

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
from cropsmith.plugins import Added, added
from cropsmith.settings import home
from cropsmith.tools.images.image_store import ImageStore


@dataclass(frozen=True)
class Style:
    """A way of asking that a recipe can name."""

    name: str
    make: Callable[[Asker, Mind, Recipe, RunSettings], Way]
    """Takes the model, the built-in photographer, the recipe and the run's settings."""


def _argued(asker: Asker, builtin: Mind, recipe: Recipe, settings: RunSettings) -> Way:
    return Argued(asker, builtin, recipe=recipe, effort=settings.effort, overlays=settings.overlays)


def _by_example(asker: Asker, builtin: Mind, recipe: Recipe, settings: RunSettings) -> Way:
    return ByExample(asker, builtin, recipe)


MAKERS = {"argued": _argued, "in-context": _by_example}


def plugged() -> Added[Style]:
    """Return the ways of other packages."""
    return added("minds", Style, "name", own=MAKERS)


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
        thinking=None if settings.thinking == "default" else settings.thinking,
        example_data=lambda example: images.get(example.sha256),
    )
    makers = MAKERS | {name: style.make for name, style in plugged().rows.items()}
    way = makers[recipe.style](asker, builtin, recipe, settings)
    if recipe.with_tools(settings):
        return WithTools(way, bench, max_cost=settings.max_cost)
    return way
