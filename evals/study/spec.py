"""What a study is: systems x datasets x settings, seeds, limits. One file says all of it."""

import hashlib
import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from cropsmith.agents.backends.calls.prices import Rate
from cropsmith.agents.backends.directory.directory import provider_of
from cropsmith.agents.settings.recipe import Final
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.evals.baselines.registry import BASELINES
from cropsmith.evals.datasets.importer import Source, scheme_of
from cropsmith.evals.study.preset import filled
from cropsmith.evals.study.variants import Guise
from cropsmith.evals.trial import Mode, Protocol
from cropsmith.tools.examples.retriever import Choice, Criterion
from cropsmith.tools.schema.values import Value

Setting = bool | int | float | str

OF_THE_RECIPE = ("S", "T", "R", "L", "Q", "G", "final", "scorers")
"""Keys of a system that override its recipe: what Cropper's ablations vary."""

APART = frozenset(
    {"name", "grid", "serve", "price", "cost", "run"}
    | {name for name in RunSettings.model_fields if not RunSettings.knob(name).studied}
)
"""Fields of a system that change no answer, or are the study's own to set."""


class ServeSpec(Value):
    """Start a vLLM server for this system's model, and stop it afterwards."""

    venv: str = ""
    """Virtual environment that holds vLLM; empty looks on the PATH."""
    path: str = ""
    """Weights to serve under the model's name; empty serves the name itself."""
    port: int | None = Field(default=None, ge=1, le=65535)
    """A free one if not given; name it for a model whose conventions were probed at a port."""
    context: int = Field(default=32768, ge=1024)
    """Longest request in tokens."""
    gpus: int | None = Field(default=None, ge=1)
    """GPUs to spread over; all at hand if not given."""
    args: tuple[str, ...] = ()
    """Further arguments for `vllm serve`."""
    wait: float = Field(default=900, gt=0)
    """Seconds until it must be healthy."""


class SystemSpec(RunSettings):
    """One system, or a grid of them. The settings are those of a run (docs/settings.md)."""

    name: str = Field(min_length=1)
    S: int | None = Field(default=None, ge=0)
    """Retrieved photos (Cropper)."""
    T: int | None = Field(default=None, ge=1)
    """Expert crops per retrieved photo."""
    R: int | None = Field(default=None, ge=1)
    """Candidates per proposal."""
    L: int | None = Field(default=None, ge=0)
    """Refinement rounds."""
    Q: Choice | None = None
    """Which photos are retrieved: the most similar, or any."""
    G: Criterion | None = None
    """Which crops of a retrieved photo."""
    final: Final | None = None
    """Which of the scored crops is the answer."""
    scorers: str | None = None
    """Profile of scorers, or scorers of equal weight: "aesthetic+area"."""
    grid: Mapping[str, tuple[Setting, ...]] = Field(default_factory=dict)
    """Setting -> values: one system for each combination."""
    serve: ServeSpec | None = None
    price: Rate | None = None
    cropper: str = ""
    """A cropper of others instead of a model: FILE.py:NAME, an address, a CSV, or a plug-in."""
    version: str = ""
    """What tells a cropper's weights apart from those it had before."""
    cost: float | None = Field(default=None, ge=0)
    """US dollars that a cropper costs at most a photo; a ceiling must know it of an address."""
    run: Literal["now", "batch"] = "now"
    """"batch" asks the model in its provider's batches, at half the price: a day for each step."""

    @model_validator(mode="before")
    @classmethod
    def _left_to_the_study(cls, given: Any) -> Any:
        fixed = {n for n in RunSettings.model_fields if not RunSettings.knob(n).studied}
        if isinstance(given, Mapping) and (stated := sorted(fixed & given.keys())):
            raise ValueError(f"'{stated[0]}' is set by the study itself")
        return given

    @model_validator(mode="after")
    def _of_others(self) -> Self:
        if self.cropper:
            meant = {"name", "cropper", "version", "cost", "grid"}
            if idle := sorted({*self.model_fields_set, *self.grid} - meant):
                raise ValueError(f"'{idle[0]}' means nothing to a cropper of others")
        elif self.version or self.cost is not None:
            raise ValueError("'version' and 'cost' are those of a 'cropper'")
        return self

    @model_validator(mode="after")
    def _batches_ask_a_model(self) -> Self:
        if self.run == "batch" and (self.serve or self.model.startswith(("builtin", "scripted/"))):
            raise ValueError("run = 'batch' is for models of a cloud that takes batches")
        row = provider_of(self.model) if self.run == "batch" else None
        if row is not None and not row.batches:
            raise ValueError(f"run = 'batch' cannot be: {row.name} takes no batches")
        return self

    @field_validator("grid")
    @classmethod
    def _known(cls, grid: Mapping[str, tuple[Setting, ...]]) -> Mapping[str, tuple[Setting, ...]]:
        # A list of lists would be needed to vary these; S, T, R and L are keys of their own.
        allowed = set(cls.model_fields) - APART - {"overrides"}
        if unknown := sorted(set(grid) - allowed):
            raise ValueError(f"'{unknown[0]}' is not a setting of a system")
        if empty := [name for name, values in grid.items() if not values]:
            raise ValueError(f"'{empty[0]}' has no values")
        return grid

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for name, values in self.grid.items():
            for value in values:
                try:
                    SystemSpec.model_validate({"name": self.name, name: value})
                except ValidationError as error:
                    told = error.errors()[0]["msg"].lower()
                    raise ValueError(f"'{name}' cannot be '{value}': {told}") from error
        return self

    def expanded(self) -> list["SystemSpec"]:
        """Return one system for each combination of the grid, named by its settings."""
        if not self.grid:
            return [self]
        # What was not said stays unsaid: a cropper of others refuses what means nothing to it.
        single = self.model_dump(exclude={"grid"}, exclude_defaults=True)
        found = []
        for values in itertools.product(*self.grid.values()):
            chosen = dict(zip(self.grid, values, strict=True))
            name = f"{self.name} " + " ".join(f"{k}={v}" for k, v in chosen.items())
            found.append(SystemSpec.model_validate({**single, **chosen, "name": name}))
        return found

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that may change an answer; names, prices and servers do not."""
        return self.model_dump(mode="json", exclude=set(APART), exclude_defaults=True) | {
            "model": self.model
        }

    def run_settings(self, *, trace: bool) -> RunSettings:
        """Return the settings of this system's runs."""
        own = {n: getattr(self, n) for n in RunSettings.model_fields if n not in APART}
        own["overrides"] = self.all_overrides
        # A failed call must not be hidden by what the built-in photographer would have done.
        return RunSettings(**own, strict=True, trace=trace, taste=False)

    @property
    def all_overrides(self) -> tuple[str, ...]:
        """What of the recipe is overridden, by the keys for it too."""
        told = ((name, getattr(self, name)) for name in OF_THE_RECIPE)
        return (*self.overrides, *(f"{name}={value}" for name, value in told if value is not None))

    @property
    def batched(self) -> bool:
        """Whether its model is asked in batches."""
        return self.run == "batch"

    @property
    def asks_a_model(self) -> bool:
        """Whether it calls a VLM, which may cost."""
        return self.model != "builtin"


class DatasetSpec(Value):
    """A dataset on disk, the part of it to use, and what is given to the systems."""

    path: str
    """A folder, or an address that an importer reads: hf://owner/name."""
    source: Source | None = None
    """What stands where at an address."""
    preset: str = ""
    """The protocol of a published table (presets.toml): fixes the keys that it names."""
    name: str = ""
    """Title in the report; the folder's name if empty."""
    format: str = ""
    """Recognised if empty."""
    protocols: tuple[Protocol, ...] = (Protocol.FREE,)
    metric: str = ""
    """Key of the figure to rank by, in place of the table's own."""
    split: str = ""
    fold: Literal["", "tune", "validate"] = ""
    limit: int | None = Field(default=None, ge=1)
    faces: bool = False
    """Detect faces once per photo, to count those that a crop cuts or leaves out."""
    keep: bool = True
    """Systems may answer "leave it as it is"; false where the people always cropped (FCDB)."""
    robustness: tuple[Guise, ...] = ()
    """Also ask for each photo mirrored, as a JPEG of quality 30, at half size, renamed: every one
    is a sample more of each system that looks, and tells how far its crops move."""
    thumbnails: bool = False
    """The photos' licence lets small copies appear in a report."""

    @model_validator(mode="before")
    @classmethod
    def _preset(cls, given: Any) -> Any:
        return filled(given) if isinstance(given, Mapping) else given

    @field_validator("protocols", mode="before")
    @classmethod
    def _one_is_enough(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _of_an_address(self) -> Self:
        if self.source and not scheme_of(self.path):
            raise ValueError("'source' is for an address, such as hf://owner/name")
        return self

    @property
    def title(self) -> str:
        """Name in tables: with the part that was used."""
        parts = [self.split, f"fold {self.fold}" if self.fold else ""]
        parts += [f"{self.limit} photos" if self.limit else ""]
        name = self.name or Path(self.path).name
        return ", ".join([name, *filter(None, parts)])


class Study(Value):
    """A whole study."""

    name: str = Field(min_length=1)
    mode: Mode | None = None
    """Given, every dataset's protocols must belong to it."""
    datasets: tuple[DatasetSpec, ...] = Field(min_length=1)
    systems: tuple[SystemSpec, ...] = ()
    baselines: bool | tuple[str, ...] = True
    """All that apply, or these; a study without them cannot tell skill from chance."""
    baseline: str = ""
    """The row that the others are compared with; empty for the strongest that looks at nothing."""
    seeds: tuple[int, ...] = Field(default=(0,), min_length=1)
    """Each photo is asked once per seed."""
    concurrency: int = Field(default=4, ge=1, le=4096)
    """Samples under way at once; 64 of systems in batches, if it is not stated."""
    timeout: float = Field(default=900.0, gt=0)
    """Seconds for one sample, all its calls together; none for systems in batches."""
    retries: int = Field(default=2, ge=0, le=10)
    """Further tries within a run for samples that got no answer."""
    max_cost: float | None = Field(default=None, gt=0)
    """US dollars over the whole study, earlier runs included."""
    traces: bool = True
    plugins: tuple[str, ...] = ()
    """Python files whose datasets, metrics, systems and importers count; they are run."""
    text: str = Field(default="", repr=False)
    folder: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [arm.name for arm in self.arms]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two systems are named '{twice[0]}'")
        if clash := sorted(set(names) & set(BASELINES)):
            raise ValueError(f"'{clash[0]}' is the name of a baseline")
        if isinstance(self.baselines, tuple):
            if unknown := [name for name in self.baselines if name not in BASELINES]:
                known = ", ".join(BASELINES)
                raise ValueError(f"there is no baseline '{unknown[0]}'; there are {known}")
        rows = {*names, *self.baseline_names}
        if self.baseline and self.baseline not in rows:
            raise ValueError(f"the study has no row '{self.baseline}' to compare with")
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError("a seed is given twice")
        for dataset in self.datasets:
            for protocol in dataset.protocols:
                if self.mode not in (None, protocol.mode):
                    raise ValueError(
                        f"'{protocol}' is a {protocol.mode} protocol in a {self.mode} study"
                    )
        return self

    @property
    def arms(self) -> list[SystemSpec]:
        """Every system, grids expanded."""
        return [arm for spec in self.systems for arm in spec.expanded()]

    @property
    def baseline_names(self) -> list[str]:
        """The baselines asked for."""
        if isinstance(self.baselines, tuple):
            return list(self.baselines)
        return [n for n, row in BASELINES.items() if not row.named] if self.baselines else []

    @property
    def sha256(self) -> str:
        """Of the file's text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def resolve(self, path: str) -> Path:
        """Return a path of the study file, which may be relative to it."""
        return (Path(self.folder or ".") / Path(path).expanduser()).resolve()


def digest(facts: Any) -> str:
    """Return the sha256 of a JSON value, independent of the order of keys."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
