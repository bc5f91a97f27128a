"""What a run works with: minds, scorers, indexes, recorder, built from its settings once.

A part that is handed in is used as it is; every other is built at its first use, in the process
that runs. Parts pickle as their settings alone.
"""

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack

from pydantic import PrivateAttr

from cropsmith.agents.minds.base.mind import Brief, Mind
from cropsmith.agents.parts.trained import new_cropper, new_rater, with_columns
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.record import NoTrace, Recorder
from cropsmith.errors import UsageError
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import Views
from cropsmith.tools.photographer.taste import Notebook, Taste

if TYPE_CHECKING:
    from pathlib import Path

    from cropsmith.agents.backends.protocol.backend import Backend
    from cropsmith.agents.minds.with_tools.hands import Bench
    from cropsmith.agents.settings.recipe import Recipe
    from cropsmith.tools.clipcrop.cropper import ClipCropper
    from cropsmith.tools.clipcropping.rater import Rater
    from cropsmith.tools.examples.retriever import Retriever
    from cropsmith.tools.grounding.detection import Detector
    from cropsmith.tools.photographer.preference import Preference
    from cropsmith.tools.scorers.table import ScorerTable

T = TypeVar("T")


class Ready(TypedDict, total=False):
    """Parts that are there already; None where there is none and none shall be built."""

    views: Views
    recorder: Recorder
    recipe: "Recipe"
    preference: "Preference"
    builtin: Mind
    backend: "Backend | None"
    mind: Mind
    scorers: "ScorerTable"
    retriever: "Retriever | None"
    detector: "Detector | None"
    lacks_stop: bool
    cropper: "ClipCropper | None"
    rater: "Rater | None"
    earlier: "Callable[[str, int], Parts | None]"
    """Node and round -> the parts of that step, where it comes before the one from which a run
    goes on otherwise."""


class Parts:
    """The parts of one run; see `build_parts`."""

    def __init__(self, settings: RunSettings, ready: Ready, told: tuple[str, ...] = ()) -> None:
        self.settings = settings
        self.told = told
        """Sentences about what was set aside while the parts were built."""
        self._ready: dict[str, Any] = dict(ready)
        # Nodes that run side by side may both be the first to need a part.
        self._building = threading.RLock()

    @property
    def views(self) -> Views:
        """The photos opened in this process."""
        opener = partial(open_photo, strict=self.settings.strict_files)
        return self._part("views", lambda: Views(opener=opener))

    @property
    def recorder(self) -> Recorder:
        """Where the steps go."""
        return self._part("recorder", self._new_recorder)

    @property
    def recipe(self) -> "Recipe":
        """The recipe's numbers with their overrides. UsageError for an unknown one."""
        from cropsmith.agents.settings.recipe import load_recipe

        return self._part(
            "recipe", lambda: load_recipe(self.settings.recipe, self.settings.overrides)
        )

    @property
    def prompts(self) -> "Path | None":
        """The folder of prompts in place of ours; None for ours. UsageError for an unknown set."""
        from cropsmith.prompts.sets import find_set

        return self._part("prompts", lambda: find_set(self.settings.prompts))

    @property
    def named_recipe(self) -> bool:
        """Whether a recipe was named whose rounds and rule of decision go before the effort's."""
        return self.settings.recipe not in ("", "standard")

    @property
    def lacks_stop(self) -> bool:
        """Whether what the model or server lacks ends the run: under strict, if not in a study.

        A study counts what was answered; one answer in an odd form must not end a whole system.
        """
        return self._part("lacks_stop", lambda: self.settings.strict)

    @property
    def preference(self) -> "Preference":
        """What people prefer, shifted by the person's own taste."""
        from cropsmith.tools.photographer.preference import Preference

        taste = self.settings.taste
        assert not isinstance(taste, bool)  # `build_parts` has looked it up
        return self._part("preference", lambda: Preference.load().adapted(Taste.of(taste)))

    @property
    def builtin(self) -> Mind:
        """The photographer that needs no model."""
        from cropsmith.agents.minds.builtin import BuiltinMind

        return self._part("builtin", lambda: BuiltinMind(self.preference))

    @property
    def backend(self) -> "Backend | None":
        """The model; None with the built-in photographer. UsageError, NotAllowed, MissingExtra."""
        return self._part("backend", self._new_backend)

    @property
    def mind(self) -> Mind:
        """Who answers: the built-in photographer, or a model asked as the recipe says."""
        return self._part("mind", self._new_mind)

    @property
    def scorers(self) -> "ScorerTable":
        """Every scorer that can run here; with a recipe, weighed as it says."""
        return self._part("scorers", self._new_scorers)

    @property
    def retriever(self) -> "Retriever | None":
        """Finds expert crops of similar photos; None where there is no index."""
        from cropsmith.tools.examples.indexes import open_retriever

        shown = self.mind is not self.builtin
        return self._part("retriever", lambda: open_retriever(self.settings.index, pictures=shown))

    @property
    def detector(self) -> "Detector | None":
        """The open-vocabulary detector that is named, or one whose weights are at hand.

        MissingExtra or WeightsMissing for one that is named and cannot be had.
        """
        from cropsmith.tools.grounding.owl import find_detector

        return self._part("detector", lambda: find_detector(self.settings.detector))

    @property
    def cropper(self) -> "ClipCropper | None":
        """The trained ClipCrop decoder that is named, or the one in the weights folder.

        MissingExtra, WeightsMissing or UsageError for one that is there and cannot be used.
        """
        return self._part("cropper", lambda: new_cropper(self.settings))

    @property
    def rater(self) -> "Rater | None":
        """The trained CLIPCropping model that is named, or the one in the weights folder.

        MissingExtra or UsageError for one that is there and cannot be used.
        """
        return self._part("rater", lambda: new_rater(self.settings))

    @property
    def finds_offline(self) -> bool:
        """Whether the finder that ships may look."""
        return self.settings.detector != "off"

    def bench(self, brief: Brief) -> "Bench":
        """Return what a model's tool calls work on for a brief. Loads the detector if there is."""
        from cropsmith.agents.minds.with_tools.hands import bench_for

        return bench_for(brief, self.scorers, lambda: self.detector, self.finds_offline)

    @property
    def notes(self) -> tuple[str, ...]:
        """Say which settings mean nothing to the chosen mind."""
        asks = self.mind is not self.builtin
        who = "the model asked by example" if asks else "the built-in photographer"
        idle = self.settings.idle(asks_a_model=asks, argued=self.recipe.style != "in-context")
        notes = [f"Not used: {', '.join(idle)}; {who} has no use for that."] if idle else []
        wants_tools = self.settings.agentic or self.recipe.tools
        if asks and wants_tools and not self.recipe.with_tools(self.settings):
            notes.append("No tools were offered: the effort quick asks the model once.")
        return tuple(notes)

    def at(self, node: str, round: int) -> "Parts":
        """Return the parts of one step: these, unless the run goes on from a later one."""
        earlier = self._ready.get("earlier")
        return (earlier(node, round) if earlier else None) or self

    def but(self, settings: RunSettings | None = None, **ready: Unpack[Ready]) -> "Parts":
        """Return parts that share all that is built so far, but for what is given."""
        with self._building:
            shared: Any = {**self._ready, **ready}
        return Parts(settings or self.settings, shared, self.told)

    def __reduce__(self) -> tuple[Any, ...]:
        return build_parts, (self.settings,)

    def _part(self, name: str, build: Callable[[], T]) -> T:
        with self._building:
            if name not in self._ready:
                self._ready[name] = build()
            found: T = self._ready[name]
            return found

    def _new_recorder(self) -> Recorder:
        return new_recorder() if self.settings.trace else NoTrace()

    def _new_backend(self) -> "Backend | None":
        if self.settings.model == "builtin":
            return None
        from cropsmith.agents.backends.registry import build_backend

        timeout = self.settings.timeout
        return build_backend(
            self.settings.model,
            server=self.settings.server,
            max_calls=self.settings.max_calls,
            max_cost=self.settings.max_cost,
            timeout=0.6 * timeout,
            deadline=timeout,
            cache_replies=self.settings.cache_replies,
        )

    def _new_mind(self) -> Mind:
        if self.backend is None:
            return self.builtin
        from cropsmith.agents.minds.build import mind_over

        return mind_over(
            self.backend,
            self.settings,
            self.recipe,
            builtin=self.builtin,
            keep=self.recorder.picture,
            bench=self.bench,
        )

    def _new_scorers(self) -> "ScorerTable":
        from dataclasses import replace

        from cropsmith.tools.scorers.table import ScorerTable

        table = ScorerTable.for_run(
            clip=self.settings.clip,
            profile=self.recipe.scorers,
            # A millisecond a crop: nothing beside a model call, much beside the built-in search.
            measures=self.mind is not self.builtin,
            preference=self.preference,
            server=self.settings.scorer_server,
        )
        table = with_columns(
            table, lambda: self.cropper, lambda: self.rater, self.views.get, self.settings.strict
        )
        if table.notes and self.recipe.stand_in:
            return replace(table, profile=self.recipe.stand_in)
        return table


def new_recorder(study: str = "") -> Recorder:
    """Return where the steps of a new run go; with spans where they are asked for."""
    from cropsmith.agents.trace.otel import Spanned, wanted
    from cropsmith.agents.trace.store import StoredTrace

    trace = StoredTrace(study=study)
    return Spanned(trace) if wanted() else trace


def build_parts(settings: RunSettings | None = None, **ready: Unpack[Ready]) -> Parts:
    """Return the parts of a run with these settings; what is handed in is used as it is."""
    settings = settings or RunSettings()
    told: tuple[str, ...] = ()
    if settings.taste is True:
        weights, told = _own_taste()
        settings = settings.but(taste=weights)
    elif settings.taste is False:
        settings = settings.but(taste=())
    # A replay brings replies for the model that its settings name.
    if (backend := ready.get("backend")) is not None and settings.model == "builtin":
        settings = settings.but(model=backend.name)
    return Parts(settings, ready, told)


def _own_taste() -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Return the weights of the person's taste, and a note where its file was set aside."""
    notebook = Notebook()
    try:
        return notebook.weights(), ()
    except UsageError:
        return (), (notebook.set_aside(),)


class RunContext(RunSettings):
    """The settings of a run. LangGraph's server makes one from JSON; its parts follow."""

    _parts: Parts | None = PrivateAttr(default=None)

    @classmethod
    def around(cls, parts: Parts) -> "RunContext":
        """Return the context of a run with parts of its own."""
        made = cls.model_construct(**dict(parts.settings))
        made._parts = parts
        return made

    @property
    def parts(self) -> Parts:
        """The parts, built at first use."""
        if self._parts is None:
            self._parts = build_parts(RunSettings(**dict(self)))
        return self._parts
