"""The settings of a run, and the parts that are built from them at first use.

Only settings are dataclass fields, so a Context pickles, prints and shows in LangGraph Studio as
settings; views, recorder, minds and scorers are made in the process that runs.
"""

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self

from cropsmith.agents.minds.base.mind import Mind
from cropsmith.agents.trace.record import NoTrace, Recorder
from cropsmith.settings import setting
from cropsmith.tools.photographer.opened_photo import Views

if TYPE_CHECKING:
    from cropsmith.agents.settings.recipe import Recipe
    from cropsmith.tools.examples.retriever import Retriever
    from cropsmith.tools.photographer.preference import Preference
    from cropsmith.tools.scorers.table import ScorerTable

Effort = Literal["quick", "standard", "thorough"]


@dataclass(kw_only=True)
class Context:
    """Choices of one run, beside the request itself."""

    model: str = "builtin"
    """`builtin` or `provider/model`."""
    effort: Effort = "standard"
    """quick: one call; standard: the full path; thorough: with refinement and several samples."""
    recipe: str = ""
    """A named recipe of retrieval, proposal and refinement, such as `cropper`."""
    overrides: tuple[str, ...] = ()
    """Recipe numbers to override, each `name=value`."""
    overlays: bool = False
    """Draw boxes and guide lines on the picture that a VLM sees (CROP's visual enhancement)."""
    agentic: bool = False
    """Let the VLM call the tools itself, where it can."""
    solo: bool = False
    """Let only the mind's own crops, and the original, compete: for comparing minds."""
    judge: bool = False
    """Have the model judge every candidate as a picture: one more scorer, at its price."""
    strict: bool = False
    """Make a failed model call an error instead of going on without it."""
    approve: bool = False
    """Pause before the decision for a person's word."""
    index: str = ""
    """Index of expert crops; empty for the default one where it exists."""
    detector: str = ""
    """Open-vocabulary detector: a name or a folder; empty for one whose weights are at hand."""
    clip: str = "auto"
    """CLIP model of the scorers: a name or folder; "auto" if its weights are at hand; "off"."""
    scorer_server: str = ""
    """URL of a served aesthetic scorer (docs/scorers.md); empty for none."""
    temperature: float | None = None
    seed: int = 0
    timeout: float = 120.0
    """Seconds for one model call, retries included."""
    max_cost: float | None = None
    """US dollars."""
    max_calls: int | None = None
    cache_replies: bool = True
    """Answer a question asked before at temperature 0 from disk."""
    trace: bool = True
    taste: tuple[float, ...] = ()
    """Weights of a person's own taste (`tools/photographer/taste.py`); empty for people in general.
    A value, not a file's name, so that a replay decides by the taste of its day."""

    @cached_property
    def views(self) -> Views:
        """The photos opened in this process."""
        return Views()

    @cached_property
    def recorder(self) -> Recorder:
        """Where the steps go."""
        if not self.trace:
            return NoTrace()
        from cropsmith.agents.trace.otel import Spanned, wanted
        from cropsmith.agents.trace.store import StoredTrace

        return Spanned(StoredTrace()) if wanted() else StoredTrace()

    @cached_property
    def preference(self) -> "Preference":
        """What people prefer, shifted by the person's own taste."""
        from cropsmith.tools.photographer.preference import Preference
        from cropsmith.tools.photographer.taste import Taste

        return Preference.load().adapted(Taste.of(self.taste))

    @cached_property
    def builtin(self) -> Mind:
        """The photographer that needs no model."""
        from cropsmith.agents.minds.builtin import BuiltinMind

        return BuiltinMind(self.preference)

    @cached_property
    def mind(self) -> Mind:
        """The mind named by `model`; UsageError if unknown, MissingExtra without its SDK."""
        if self.model == "builtin":
            return self.builtin
        from cropsmith.agents.minds.build import build_mind

        return build_mind(self)

    @cached_property
    def scorers(self) -> "ScorerTable":
        """Every scorer that can run here; with a recipe, weighed as it says."""
        from cropsmith.tools.scorers.table import ScorerTable

        table = ScorerTable.for_run(
            clip=setting("clip", None if self.clip == "auto" else self.clip, default="auto"),
            profile=self.plan.scorers,
            # A millisecond a crop: nothing beside a model call, much beside the built-in search.
            measures=self.model != "builtin",
            preference=self.preference,
            server=setting("scorer_server", self.scorer_server or None, default=""),
        )
        if table.notes and self.plan.stand_in:
            return replace(table, profile=self.plan.stand_in)
        return table

    @cached_property
    def plan(self) -> "Recipe":
        """The recipe's numbers with their overrides. UsageError for an unknown one."""
        from cropsmith.agents.settings.recipe import load_recipe

        return load_recipe(self.recipe, self.overrides)

    @cached_property
    def retriever(self) -> "Retriever | None":
        """Finds expert crops of similar photos; None where there is no index."""
        from cropsmith.tools.examples.opening import open_retriever

        return open_retriever(self.index, pictures=self.mind is not self.builtin)

    def but(self, **changes: Any) -> Self:
        """Return a copy with other settings and parts of its own."""
        return replace(self, **changes)

    def __getstate__(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}
