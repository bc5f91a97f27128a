"""The settings of a run as options of a command, made from `RunSettings`."""

import inspect
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, Optional

import typer

from cropsmith.agents.settings.checks import check_settings
from cropsmith.agents.settings.rows import SettingRow, rows
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.settings.sources import find_settings

TYPES: dict[str, Any] = {"flag": bool, "text": str, "words": list[str]}


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes `settings` an option for each of them instead.

    What is not given comes from the environment, config.toml or the default.
    """

    def run(**given: Any) -> None:
        stated = {name: given.pop(name) for name in RunSettings.model_fields}
        # An option that may be repeated is an empty list where it is not given.
        found = find_settings(**{n: v for n, v in stated.items() if v != []})
        check_settings(found.settings, found.origins)
        command(**given, settings=found.settings)

    return _with_options(command, run, "settings")


def _with_options(
    command: Callable[..., None], run: Callable[..., None], instead: str
) -> Callable[..., None]:
    """Return `run` as a command like `command`, with an option for each setting for `instead`."""
    own = [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for one in inspect.signature(command).parameters.values()
        if one.name != instead
    ]
    parameters = [*own, *options()]
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run


def with_changes(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes `changes` an option for each setting instead.

    It gets those alone that were given.
    """

    def run(**given: Any) -> None:
        stated = {name: given.pop(name) for name in RunSettings.model_fields}
        command(**given, changes={n: v for n, v in stated.items() if v not in (None, [])})

    return _with_options(command, run, "changes")


def options() -> Iterator[inspect.Parameter]:
    """Yield one option for each setting; all are None where they are not given."""
    for row in rows():
        flags = [row.option] if row.kind == "flag" else row.option.split("/")
        option = typer.Option(*flags, help=told(row), show_default=False)
        kind: Any = type_of(row)
        yield inspect.Parameter(
            row.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[Optional[kind], option],  # noqa: UP045
        )


def type_of(row: SettingRow) -> Any:
    """Return the type that the command line reads."""
    if row.kind == "choice":
        return Literal[row.choices]
    if row.kind == "number":
        return int if "int" in str(RunSettings.model_fields[row.name].annotation) else float
    return TYPES[row.kind]


def told(row: SettingRow) -> str:
    """Return the help of an option."""
    unit = f" In {row.unit}." if row.unit else ""
    plain = isinstance(row.default, bool) or row.default in (None, "", ())
    return f"{row.help}{unit}" + ("" if plain else f" Default: {row.default}.")
