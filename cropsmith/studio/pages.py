"""The studio's pages: templates that escape everything."""

from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from cropsmith.agents.trace.library import TraceFilter, TraceLibrary
from cropsmith.agents.trace.values import TraceHead
from cropsmith.agents.trace.views.diff import diff
from cropsmith.agents.trace.views.story import price, took, when
from cropsmith.studio.orders import OFFERED
from cropsmith.studio.settings import StudioSettings
from cropsmith.studio.studies import Study
from cropsmith.tools.schema.plain_text import one_line, visible

RATIOS = ("1:1", "4:5", "3:2", "16:9", "9:16")


class Pages:
    """Renders the templates of this package."""

    def __init__(self, csrf: str, settings: StudioSettings) -> None:
        folder = files("cropsmith.studio")
        self.static: Traversable = folder / "static"
        templates = folder / "templates"

        def load(name: str) -> str:
            return (templates / name).read_text("utf-8")

        self._environment = Environment(
            loader=FunctionLoader(load), autoescape=True, undefined=StrictUndefined
        )
        self._environment.filters |= {
            "visible": visible,
            "one_line": one_line,
            "took": took,
            "when": when,
            "price": price,
        }
        self._environment.globals["csrf"] = csrf
        self._settings = settings

    def studio(self, models: Sequence[str]) -> str:
        """Return the page to crop in."""
        known = dict.fromkeys((self._settings.model, "builtin", *models))
        return self._render(
            "studio.html", "crop", models=list(known), ratios=RATIOS, offered=OFFERED
        )

    def traces(self, heads: Sequence[TraceHead], wanted: TraceFilter) -> str:
        """Return the list of past runs."""
        return self._render("traces.html", "traces", heads=heads, wanted=wanted)

    def compare(self, library: TraceLibrary, a: str, b: str) -> str:
        """Return what is not the same in two runs."""
        one, other = library.read(a), library.read(b)
        compared = diff(one, other)
        return self._render("compare.html", "traces", a=one.head, b=other.head, compared=compared)

    def studies(self, studies: Sequence[Study]) -> str:
        """Return the list of studies."""
        return self._render("studies.html", "studies", studies=studies)

    def _render(self, template: str, place: str, **values: Any) -> str:
        return self._environment.get_template(template).render(place=place, **values)
