"""Which family a model belongs to: one of the table, or of another package."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cropsmith.agents.backends.boxes.convention import Convention
from cropsmith.agents.backends.boxes.families import FAMILIES, MODEL_TYPES, PATTERNS
from cropsmith.errors import UsageError
from cropsmith.plugins import Added, added


@dataclass(frozen=True)
class Family:
    """A family that another package brings: how it writes boxes, and which models are of it."""

    row: Convention
    pattern: str
    """Regular expression, searched in the lower-case model name."""
    model_types: Sequence[str] = ()
    """`model_type`s in config.json, for models that are folders."""

    def __post_init__(self) -> None:
        re.compile(self.pattern)


def plugged() -> Added[Family]:
    """Return the families of other packages."""
    return added("families", Family, "row.family", own=FAMILIES)


def families() -> Mapping[str, Convention]:
    """Return every family by its name."""
    return {**FAMILIES, **{name: family.row for name, family in plugged().rows.items()}}


def family_of(model: str) -> Convention | None:
    """Return the row that a model's name belongs to, or None when no row claims it.

    Another package's claim comes first: whoever installed it knows that model better.
    """
    name = model.lower()
    for more in plugged().rows.values():
        if re.search(more.pattern, name):
            return more.row
    for pattern, family in PATTERNS:
        if pattern.search(name):
            return FAMILIES[family]
    return None


def family_of_type(model_type: str, model: str = "") -> Convention | None:
    """Return the row of a checkpoint by the `model_type` of its config.json, None if unknown.

    Of families that share a type, the one that its name speaks for is taken, else the first.
    """
    for more in plugged().rows.values():
        if model_type in more.model_types:
            return more.row
    kin = MODEL_TYPES.get(model_type, [])
    named = family_of(model)
    if named is not None and named.family in kin:
        return named
    return FAMILIES[kin[0]] if kin else None


def family_named(family: str) -> Convention:
    """Return a row by its own name; UsageError with the nearest names otherwise."""
    known = families()
    if family in known:
        return known[family]
    near: Sequence[str] = difflib.get_close_matches(family, known, n=3) or sorted(known)
    raise UsageError(
        f"'{family}' is not a known family of models.", hint=f"Did you mean: {', '.join(near)}?"
    )
