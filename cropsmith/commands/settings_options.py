"""The settings of a run as options of a command, made from `RunSettings`."""

import inspect
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Optional, get_args, get_origin

import typer

from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.settings.sources import find_settings


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes `settings` an option for each of them instead.

    What is not given comes from the environment, config.toml or the default.
    """
    own = inspect.signature(command)
    options = list(options_of_settings())

    def run(**given: Any) -> None:
        stated = {name: given.pop(name) for name in RunSettings.model_fields}
        stated = {n: tuple(v) if isinstance(v, list) else v for n, v in stated.items() if v != []}
        command(**given, settings=find_settings(**stated).settings)

    parameters = [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for name, one in own.parameters.items()
        if name != "settings"
    ]
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__signature__ = inspect.Signature([*parameters, *options])  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in [*parameters, *options]}
    return run


def options_of_settings() -> Iterator[inspect.Parameter]:
    """Yield one option for each setting; all are None where they are not given."""
    for name, field in RunSettings.model_fields.items():
        knob = RunSettings.knob(name)
        kind: Any = field.annotation
        if bool in get_args(kind):
            kind = bool  # taste: its numbers are for replays
        if get_origin(kind) is tuple:
            kind = list[get_args(kind)[0]]
        flags = knob.flag.split("/") if knob.flag and not knob.flag.count("--") > 1 else [knob.flag]
        default = field.default
        if kind is bool and default and not knob.flag:
            flags = [f"--{name}/--no-{name}"]
        told = "" if default in (None, "", (), True, False) else f" Default: {default}."
        unit = f" In {knob.unit}." if knob.unit else ""
        option = typer.Option(
            *filter(None, flags),
            help=f"{field.description}{unit}{told}",
            show_default=False,
            rich_help_panel="Settings",
        )
        yield inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[Optional[kind], option],  # type: ignore[misc]  # noqa: UP045
        )
