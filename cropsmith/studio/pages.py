"""The studio's pages: templates that escape everything."""

import time
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from cropsmith.agents.trace.library import TraceFilter, TraceLibrary
from cropsmith.agents.trace.values import TraceHead
from cropsmith.agents.trace.views.story import price, took, when
from cropsmith.studio.orders import OFFERED
from cropsmith.studio.settings import StudioSettings
from cropsmith.studio.sittings.values import Entry, Sitting
from cropsmith.studio.studies import Study
from cropsmith.tools.schema.plain_text import one_line, visible
from cropsmith.tools.sidecars.sidecar import Sidecar

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
            "day": day,
            "price": price,
        }
        self._environment.globals["csrf"] = csrf
        self._settings = settings
        self._library = TraceLibrary(settings.home)

    def start(self, sittings: Sequence[tuple[Sitting, Sequence[Entry]]]) -> str:
        """Return the page to begin a sitting on, with those of before."""
        return self._sitting(None, sittings)

    def sitting(self, sitting: Sitting) -> str:
        """Return the page of a sitting."""
        return self._sitting(sitting, ())

    def waiting(self) -> str:
        """Return the page of the runs that wait for a person."""
        return self._render("waiting.html", "waiting")

    def _sitting(
        self, sitting: Sitting | None, before: Sequence[tuple[Sitting, Sequence[Entry]]]
    ) -> str:
        known = dict.fromkeys((self._settings.model, "builtin", *self._library.models()))
        return self._render(
            "sitting.html",
            "crop",
            sitting=sitting,
            before=before,
            models=list(known),
            model=self._settings.model,
            ratios=RATIOS,
            offered=OFFERED,
            sidecars=[kind.value for kind in Sidecar],
        )

    def traces(self, heads: Sequence[TraceHead], wanted: TraceFilter) -> str:
        """Return the list of past runs."""
        return self._render("traces.html", "traces", heads=heads, wanted=wanted)

    def problem(self, message: str, hint: str) -> str:
        """Return the page that stands where something is not to be had."""
        return self._render("problem.html", "", message=message, hint=hint)

    def studies(self, studies: Sequence[Study]) -> str:
        """Return the list of studies."""
        return self._render("studies.html", "studies", studies=studies)

    def _render(self, template: str, place: str, **values: Any) -> str:
        return self._environment.get_template(template).render(place=place, **values)


def day(at: float) -> str:
    """Return a Unix time as a day and an hour, as the machine's clock has them."""
    return time.strftime("%d %b %Y, %H:%M", time.localtime(at))
