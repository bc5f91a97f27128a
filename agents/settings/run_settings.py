"""The settings of a run: each stated once, with its type, default, help, and what it applies to.

The command line, `crop()`, studies, the studio, LangGraph's server, config.toml and
docs/settings.md all take them from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError

from cropsmith.errors import ArgumentError, UsageError
from cropsmith.tools.photographer.alignment import OWN_WEIGHT
from cropsmith.tools.schema.faults import first_fault
from cropsmith.tools.schema.values import Value

Effort = Literal["quick", "standard", "thorough"]
Thinking = Literal["default", "off", "low", "medium", "high"]

ARGUMENT = "argument"
"""Where a setting was stated that was given to the call or command itself."""

Applies = Literal["every mind", "models", "models, argued with"]
"""Whom a setting concerns; argued with means: not asked by example alone (Cropper)."""


@dataclass(frozen=True)
class Knob:
    """How the surfaces offer a setting."""

    applies: Applies = "every mind"
    unit: str = ""
    flag: str = ""
    """Its option on the command line, where that is not its name."""
    heeded_by_all: tuple[str, ...] = ()
    """Values that mean something to every mind, whatever `applies` says of the others."""
    studied: bool = True
    """Whether systems of a study may differ in it; the others the study sets itself."""


OF_EVERY_MIND = frozenset({"T", "G", "scorers", "stand_in", "alone"})
"""Numbers of a recipe that the built-in photographer heeds."""

MODELS = Knob(applies="models")
EFFORT = Knob(applies="models, argued with", heeded_by_all=("quick",))


class RunSettings(Value):
    """Choices of one run, beside the request itself."""

    model: Annotated[str, Knob(flag="--model/-m")] = Field(
        "builtin", description="Who looks: builtin, or provider/model."
    )
    effort: Annotated[Effort, EFFORT] = Field(
        "standard",
        description="quick: one call; standard: the full path; thorough: samples and refinement.",
    )
    recipe: str = Field("", description="A named recipe, such as cropper, or one of your own.")
    overrides: Annotated[tuple[str, ...], Knob(flag="--set")] = Field(
        (), description="Numbers of the recipe to override: S=10."
    )
    overlays: Annotated[bool, Knob(applies="models, argued with")] = Field(
        False, description="Draw boxes and guides on what the model sees."
    )
    prompts: Annotated[str, MODELS] = Field(
        "", description="A set of prompts: standard, plain, one of your own, or a folder."
    )
    agentic: Annotated[bool, MODELS] = Field(
        False, description="Let the model call the tools itself."
    )
    judge: Annotated[bool, MODELS] = Field(
        False, description="Have the model judge every candidate: one more scorer, at its price."
    )
    solo: Annotated[bool, MODELS] = Field(
        False, description="Let only the model's own crops and the original compete."
    )
    strict: Annotated[bool, Knob(studied=False)] = Field(
        False, description="Make a failed model call an error instead of going on without it."
    )
    strict_files: Annotated[bool, Knob(studied=False)] = Field(
        False, description="Refuse a damaged photo instead of cropping what can be read."
    )
    approve: Annotated[bool, Knob(studied=False)] = Field(
        False, description="Ask before the decision; can be answered later."
    )
    index: str = Field("", description="Index of expert crops; off for none.")
    detector: str = Field(
        "",
        description="owlvit, owlv2, a folder of weights; nanodet: only what ships; off: none.",
    )
    decoder: str = Field(
        "", description="A trained ClipCrop decoder: its folder; off for none (docs/training.md)."
    )
    rater: str = Field(
        "",
        description="A trained CLIPCropping model: its folder; off for none (docs/training.md).",
    )
    clip: str = Field("auto", description="CLIP of the scorers: auto, a name, a folder, or off.")
    scorer_server: str = Field("", description="URL of a served aesthetic scorer.")
    server: Annotated[str, MODELS] = Field(
        "", description="URL of the server that hosts the model, instead of its variable's."
    )
    temperature: Annotated[float | None, MODELS] = Field(
        None, ge=0, le=2, description="Sampling temperature; the recipe's own if not given."
    )
    thinking: Annotated[Thinking, MODELS] = Field(
        "default",
        description="How much the model thinks before it answers; default: little or not at all.",
    )
    own_weight: Annotated[float, MODELS] = Field(
        OWN_WEIGHT,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="What a model's own ranking counts beside the preference people showed.",
    )
    seed: Annotated[int, Knob(applies="models", studied=False)] = Field(
        0, ge=0, description="Seed of the model's sampling."
    )
    timeout: Annotated[float, Knob(applies="models", unit="seconds")] = Field(
        120.0, gt=0, allow_inf_nan=False, description="For one model call, retries included."
    )
    max_cost: Annotated[float | None, Knob(applies="models", unit="US dollars", studied=False)] = (
        Field(None, gt=0, allow_inf_nan=False, description="Most that a photo's calls may cost.")
    )
    max_calls: Annotated[int | None, Knob(applies="models", studied=False)] = Field(
        None, ge=0, description="Most model calls for a photo."
    )
    cache_replies: Annotated[
        bool, Knob(applies="models", flag="--cache/--no-cache", studied=False)
    ] = Field(True, description="Reuse replies to the same question at temperature 0.")
    trace: Annotated[bool, Knob(studied=False)] = Field(
        True, description="Keep a record of the run."
    )
    taste: Annotated[bool | tuple[float, ...], Knob(studied=False)] = Field(
        True, description="Rank by what you accepted and rejected before."
    )
    """Numbers are the taste of a certain day, so that a replay decides as the run did."""

    @classmethod
    def knob(cls, name: str) -> Knob:
        """Return how a field is offered."""
        found = (m for m in cls.model_fields[name].metadata if isinstance(m, Knob))
        return next(found, Knob())

    @classmethod
    def checked(cls, values: Mapping[str, Any]) -> Self:
        """Return settings of these values; UsageError names the first that cannot be."""
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            raise refusal(error) from error

    @classmethod
    def recorded(cls, values: Mapping[str, Any]) -> Self:
        """Return settings that a trace kept; those of other versions are left out."""
        return cls.checked({name: v for name, v in values.items() if name in cls.model_fields})

    def but(self, **changes: Any) -> Self:
        """Return a copy with other values. UsageError when one cannot be."""
        return self.checked({**dict(self), **changes})

    @property
    def overridden(self) -> frozenset[str]:
        """Names of the recipe's numbers that were overridden, whatever the task."""
        names = (override.partition("=")[0] for override in self.overrides)
        return frozenset(name.strip().rpartition(".")[2] for name in names)

    def idle(self, *, asks_a_model: bool, argued: bool) -> tuple[str, ...]:
        """Return the settings that were changed and mean nothing to the chosen mind."""
        met = {"every mind"}
        if asks_a_model:
            met |= {"models", "models, argued with"} if argued else {"models"}
        unmet = [
            name
            for name, field in type(self).model_fields.items()
            if (knob := self.knob(name)).applies not in met
            and getattr(self, name) not in (field.default, *knob.heeded_by_all)
        ]
        if not asks_a_model and (numbers := self.overridden - OF_EVERY_MIND):
            unmet.append(f"overrides ({', '.join(sorted(numbers))})")
        return tuple(unmet)


def refusal(error: ValidationError, origins: Mapping[str, str] | None = None) -> UsageError:
    """Return one sentence about the first value that settings cannot have."""
    fault = first_fault(error, RunSettings)
    if fault.unknown:
        return UsageError(f"There is no setting '{fault.field}'.")
    return refused(fault.field, fault.reason, origins=origins)


def refused(
    name: str, reason: str, *, hint: str = "", origins: Mapping[str, str] | None = None
) -> UsageError:
    """Return one sentence about a setting that names where it was stated: "must be above 0"."""
    origin = (origins or {}).get(name, ARGUMENT)
    if origin == ARGUMENT:
        return ArgumentError(name, reason, hint=hint)
    return UsageError(f"The setting {name} of {origin} {reason}.", hint=hint)
