"""Every provider by its name: ours, those of the home folder, those of other packages."""

import importlib.util
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from cropsmith.agents.backends.directory.provider import FREE, Provider
from cropsmith.errors import UsageError, why
from cropsmith.plugins import Added, added
from cropsmith.settings import home
from cropsmith.tools.schema.faults import first_fault

OURS = "providers.toml"
HINT = "Fields and examples: docs/models.md, your own providers."
RESERVED = ("scripted", "builtin")
"""Names of what is no provider."""


@cache
def shipped() -> Mapping[str, Provider]:
    """Return the providers that cropsmith knows."""
    text = files(__package__).joinpath(OURS).read_text("utf-8")
    rows = tomllib.loads(text)
    return MappingProxyType(
        {name: Provider.model_validate({"name": name, **row}) for name, row in rows.items()}
    )


def plugged() -> Added[Provider]:
    """Return the providers of other packages."""
    return added("providers", Provider, "name", own=(*shipped(), *RESERVED))


def providers() -> Mapping[str, Provider]:
    """Return every provider by its name, without the scripts, which are files.

    UsageError for a providers.toml in the home folder that cannot be read.
    """
    known = {**shipped(), **plugged().rows}
    path = home() / OURS
    if not path.exists():
        return known
    stated = _stated(path, path.stat().st_mtime_ns)
    return {**known, **{name: _joined(path, name, row, known) for name, row in stated.items()}}


@cache
def _stated(path: Path, _modified: int) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"The providers in {path} cannot be read: {why(error)}.") from error


def _joined(path: Path, name: str, stated: Any, known: Mapping[str, Provider]) -> Provider:
    """Return a person's own row; of one that is known, the fields that are stated replace ours."""
    where = f"The provider '{name}' in {path} cannot be used"
    if name in RESERVED or not isinstance(stated, dict):
        raise UsageError(f"{where}: write it as a table [{name}], by another name than builtin.")
    base = known.get(name)
    ours = {} if base is None else {field: getattr(base, field) for field in base.model_fields_set}
    facts = {"help": f"of {path.name}", **ours, **stated, "name": name}
    try:
        row = Provider.model_validate(facts)
    except ValidationError as error:
        fault = first_fault(error, Provider)
        near = get_close_matches(fault.field, Provider.model_fields, n=1) if fault.unknown else []
        hint = f"Did you mean {near[0]}?" if near else HINT
        raise UsageError(f"{where}: {fault.field or 'it'} {fault.reason}.", hint=hint) from error
    if row.price not in ("", FREE, *_priced()):
        raise UsageError(
            f"{where}: genai-prices has no prices of a '{row.price}'.",
            hint='Write price = "free", or leave it out and state prices in prices.toml.',
        )
    return row


@cache
def _priced() -> Sequence[str]:
    """Return whose prices are known; what our own rows name, where the package is not there."""
    if importlib.util.find_spec("genai_prices") is None:
        return [row.price for row in shipped().values()]
    from genai_prices.data_snapshot import get_snapshot

    return [provider.id for provider in get_snapshot().providers]


def provider_of(name: str) -> Provider | None:
    """Return the provider of `provider/model`; None where there is none."""
    provider = name.partition("/")[0]
    if provider in shipped() and not (home() / OURS).exists():  # before each call: soon
        return shipped()[provider]
    return providers().get(provider)


def model_behind(name: str) -> str:
    """Return the model that `provider/model` stands for, without the provider."""
    model = name.partition("/")[2]
    row = provider_of(name)
    return model if row is None else row.stands_for(model)
