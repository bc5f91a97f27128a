"""Recipes: how a model is asked, with how many examples, candidates and rounds, per task.

They are data files: those that ship, and a person's own in the home folder. Each number can be
overridden: `--recipe cropper --set S=10 --set subject.L=3`; a name alone changes all tasks,
`task.name` one. In a file, too, a number above the tasks holds for all that do not say otherwise.
"""

import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.errors import UsageError, why
from cropsmith.plugins import added
from cropsmith.settings import home
from cropsmith.tools.examples.retriever import Choice, Criterion
from cropsmith.tools.schema.request import Intent
from cropsmith.tools.schema.values import Value

Final = Literal["last", "best", "agreed"]
"""The best-scoring crop of the last round, of all rounds, or the one of all rounds that the model's
answers agree on most."""
Task = Literal["free", "subject", "ratio"]
TASKS: tuple[Task, ...] = ("free", "subject", "ratio")

STANDARD = "standard"
"""The recipe of a run that names none: examples where there is an index, rounds by effort."""


STYLES = ("argued", "in-context")
"""Ways of asking that every installation has."""


class TaskRecipe(Value):
    """The numbers of one task, under the letters of the paper."""

    S: int = Field(default=0, ge=0, le=200)
    """Example photos."""
    T: int = Field(default=1, ge=1, le=20)
    """Crops of each."""
    Q: Choice = "similar"
    """Which photos; "random" is the paper's ablation of retrieval."""
    G: Criterion = "score"
    """Which crops of an example."""
    R: int = Field(default=6, ge=1, le=8)
    """Candidates asked at first."""
    L: int = Field(default=2, ge=0, le=50)
    """Refinement rounds."""
    per_round: int = Field(default=0, ge=0, le=8)
    """Candidates asked in a refinement round; 0 for R."""
    temperature: float = Field(default=0.0, ge=0, le=2)
    """Of the proposals."""
    final: Final = "best"
    """Which of the scored crops is the answer."""
    stop_early: bool = True
    """Stop when a round brings nothing better."""
    side: int = Field(default=512, ge=64, le=2048)
    """Long side in pixels of an example's picture."""
    tokens: int = Field(default=0, ge=0)
    """Prompt tokens that examples and photo may take; the least similar go first. 0: no limit."""
    slots: int = Field(default=0, ge=0)
    """Pictures that a request may have; examples are packed into sheets to fit. 0: no limit."""
    per_sheet: int = Field(default=1, ge=1, le=64)
    """Examples on one contact sheet; 1 shows each by itself."""


class Recipe(Value):
    """A named way of retrieving, proposing, refining and deciding."""

    name: str
    style: str = "argued"
    """How crops are asked for: argued from an analysis (CROP), by example alone ("in-context", as
    Cropper), or a way that another package brings."""
    tools: bool = False
    """Let the model call the tools itself."""
    alone: bool = False
    """No candidates beside the model's own."""
    scorers: str = "default"
    """Profile of tools/scorers/scorer_weights.toml."""
    stand_in: str = ""
    """Profile where a scorer that `scorers` weighs is missing; empty to go without it."""
    free: TaskRecipe = TaskRecipe()
    subject: TaskRecipe = TaskRecipe()
    ratio: TaskRecipe = TaskRecipe()

    @field_validator("style")
    @classmethod
    def _known(cls, style: str) -> str:
        if style in STYLES:
            return style
        # Only the names are read here; agents/minds/build.py knows what stands behind them.
        more = added("minds", object, "name", own=STYLES)
        if style in more.rows:
            return style
        told = more.problems.get(style, f"known are {', '.join([*STYLES, *more.rows])}")
        raise PydanticCustomError("style", "{told}", {"told": told.rstrip(".")})

    def of(self, intent: Intent) -> TaskRecipe:
        """Return the numbers for what is wanted."""
        return {"free": self.free, "subject": self.subject, "ratio": self.ratio}[intent.task]

    def with_tools(self, settings: RunSettings) -> bool:
        """Tell whether the model may call tools; an argued question asked once leaves no room."""
        return (self.tools or settings.agentic) and not self.asked_once(settings)

    def asked_once(self, settings: RunSettings) -> bool:
        """Tell whether the effort allows the model one call alone."""
        return self.style == "argued" and settings.effort == "quick"


@cache
def _shipped() -> Mapping[str, str]:
    folder = files("cropsmith.agents.settings").joinpath("recipes")
    found = (path for path in folder.iterdir() if ".toml" in path.name)
    return {path.name.removesuffix(".toml"): path.read_text("utf-8") for path in found}


def recipe_names() -> Sequence[str]:
    """Return the names of the recipes that ship."""
    return sorted(_shipped())


def own_recipes() -> Mapping[str, Path]:
    """Return a person's own recipes: name -> file."""
    return {path.stem: path for path in sorted((home() / "recipes").glob("*.toml"))}


def load_recipe(name: str = "", overrides: Sequence[str] = ()) -> Recipe:
    """Return a recipe with its overrides.

    UsageError for an unknown name, number or value, a file that cannot be read, and a person's own
    recipe of a name that ships: results of that name would no longer mean the same.
    """
    name = name or STANDARD
    text, origin = _text_of(name)
    try:
        data = _for_all_tasks(tomllib.loads(text), origin)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{origin} is not TOML: {error}.") from error
    if "name" in data:
        raise UsageError(f"{origin} has no 'name'.", hint="A recipe is called as its file is.")
    for override in overrides:
        _override(data, override)
    try:
        return Recipe.model_validate({**data, "name": name})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise UsageError(f"{origin} has no '{where}'.") from error
        raise UsageError(f"{origin}: {where} cannot be so: {first['msg']}.") from error


def _text_of(name: str) -> tuple[str, str]:
    """Return the text of a recipe, and what to call it. UsageError when there is none."""
    shipped, own = recipe_names(), own_recipes()
    if name in shipped:
        if path := own.get(name):
            hint = f"Rename {path}."
            raise UsageError(f"A recipe called '{name}' ships with cropsmith.", hint=hint)
        return _shipped()[name], f"The recipe {name}"
    if name not in own:
        near = get_close_matches(name, [*shipped, *own], n=1) or [*shipped, *own]
        raise UsageError(f"There is no recipe '{name}'.", hint=f"Known: {', '.join(near)}.")
    try:
        return own[name].read_text("utf-8"), f"The recipe {own[name]}"
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The recipe {own[name]} cannot be read: {why(error)}.") from error


def _for_all_tasks(data: dict[str, Any], origin: str) -> dict[str, Any]:
    """Return a recipe's data with the numbers above its tasks given to each of them."""
    common = {name: data.pop(name) for name in TaskRecipe.model_fields if name in data}
    for task in TASKS:
        if not isinstance(section := data.get(task, {}), dict):
            raise UsageError(f"{origin}: {task} must be a table, [{task}].")
        data[task] = {**common, **section}
    return data


def _override(data: dict[str, Any], override: str) -> None:
    path, equals, text = (part.strip() for part in override.partition("="))
    task, _, name = path.rpartition(".")
    if not equals or not name:
        raise UsageError(f"'{override}' is not an override.", hint="Write name=value: S=10.")
    value = _value(text)
    if not task and name in ("style", "tools", "alone", "scorers", "stand_in"):
        data[name] = value
        return
    if name not in TaskRecipe.model_fields or (task and task not in TASKS):
        near = get_close_matches(name, TaskRecipe.model_fields, n=1, cutoff=0.4)
        hint = (
            f"Did you mean {near[0]}?" if near else f"Known: {', '.join(TaskRecipe.model_fields)}."
        )
        raise UsageError(f"A recipe has no '{path}'.", hint=hint)
    for each in TASKS if not task else (task,):
        data[each] = {**data[each], name: value}


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"v = {text}")["v"]
    except tomllib.TOMLDecodeError:
        return text  # a bare word: final=best
