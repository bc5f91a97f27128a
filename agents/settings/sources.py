"""Where a setting comes from: argument > environment > config.toml > default, and who said it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_origin

from pydantic import ValidationError

from cropsmith.agents.settings.run_settings import ARGUMENT, RunSettings, refusal
from cropsmith.settings import all_stated


@dataclass(frozen=True)
class Found:
    """Settings, and for each that is no default where it was stated."""

    settings: RunSettings
    origins: Mapping[str, str]
    """Field -> "argument", a variable's name or a file's path."""


def find_settings(**arguments: Any) -> Found:
    """Gather the settings of a run; None is "not given". UsageError says which value cannot be."""
    values: dict[str, Any] = {name: v for name, v in arguments.items() if v is not None}
    origins = dict.fromkeys(values, ARGUMENT)
    for name, found in all_stated(n for n in RunSettings.model_fields if n not in values).items():
        kind = get_origin(RunSettings.model_fields[name].annotation)
        listed = isinstance(found.value, str) and kind is tuple
        values[name] = str(found.value).split() if listed else found.value
        origins[name] = found.origin
    try:
        return Found(RunSettings.model_validate(values), origins)
    except ValidationError as error:
        raise refusal(error, origins) from error
