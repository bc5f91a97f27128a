"""Every setting of a run as a row that a form, a page or a command can show."""

from collections.abc import Sequence
from typing import Any, Literal, get_args, get_origin

from cropsmith.agents.settings.run_settings import Applies, RunSettings
from cropsmith.tools.schema.values import Value

Kind = Literal["choice", "flag", "number", "text", "words"]


class SettingRow(Value):
    """One setting, described."""

    name: str
    kind: Kind
    choices: tuple[str, ...] = ()
    default: Any
    help: str
    unit: str
    applies: Applies
    option: str
    """On the command line."""
    studied: bool


def rows() -> Sequence[SettingRow]:
    """Return a row for each setting, in the order in which they are stated."""
    found = []
    for name, field in RunSettings.model_fields.items():
        knob, kind = RunSettings.knob(name), kind_of(field.annotation)
        option = f"--{name.replace('_', '-')}"
        if kind == "flag":
            option += f"/--no-{name.replace('_', '-')}"
        found.append(
            SettingRow(
                name=name,
                kind=kind,
                choices=get_args(field.annotation) if kind == "choice" else (),
                default=field.default,
                help=field.description or "",
                unit=knob.unit,
                applies=knob.applies,
                option=knob.flag or option,
                studied=knob.studied,
            )
        )
    return found


def kind_of(annotation: Any) -> Kind:
    """Return how a value of this type is asked for."""
    if get_origin(annotation) is Literal:
        return "choice"
    if get_origin(annotation) is tuple:
        return "words"
    kinds = {annotation, *get_args(annotation)}
    if bool in kinds:
        return "flag"
    return "number" if kinds & {int, float} else "text"
