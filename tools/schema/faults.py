"""What is wrong with a value, in words: pydantic's first finding as half a sentence."""

from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

SHOWN = 60
"""Characters of a value that are repeated to the person who gave it."""


@dataclass(frozen=True)
class Fault:
    """A field, and what it must be."""

    field: str
    """Empty where the values do not go together."""
    reason: str
    """Follows the field's name: "must be 1 to 20, not 500"."""
    unknown: bool = False
    """Whether there is no such field."""


def first_fault(error: ValidationError, model: type[BaseModel]) -> Fault:
    """Return the first thing that is wrong with the values of a model."""
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        return Fault(name, "is unknown", unknown=True)
    field = model.model_fields.get(name)
    if field is None or first["type"] == "value_error":
        return Fault(name, f"cannot be so: {first['msg'].removeprefix('Value error, ')}")
    if first["type"] == "string_pattern_mismatch":
        return Fault(name, f"cannot be {shown(first['input'])}")
    return Fault(name, f"must be {wanted(field)}, not {shown(first['input'])}")


def wanted(field: FieldInfo) -> str:
    """Return what a field takes: "1 to 20", "more than 0", "true or false"."""
    kinds = _kinds(field.annotation)
    choices = [str(value) for kind in kinds for value in _choices(kind)]
    if choices:
        return f"{', '.join(choices[:-1])} or {choices[-1]}"
    if bool in kinds:
        return "true or false"
    if kinds & {int, float}:
        return _number(field, whole=float not in kinds)
    if str in kinds:
        return "text"
    return "several words" if any(get_origin(kind) is tuple for kind in kinds) else "something else"


def shown(value: object) -> str:
    """Return a value as it may stand in a sentence, cut where it is long."""
    text = f"'{value}'" if isinstance(value, str) else repr(value)
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def _choices(kind: Any) -> list[Any]:
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [member.value for member in kind]
    return []


def _kinds(annotation: Any) -> set[Any]:
    """Return the types that a field may hold, each by itself."""
    if annotation is None or get_origin(annotation) in (Literal, tuple):
        return {annotation}
    parts = get_args(annotation)
    return set().union(*map(_kinds, parts)) if parts else {annotation}


def _number(field: FieldInfo, *, whole: bool) -> str:
    bounds = {type(one): one for one in field.metadata if isinstance(one, Ge | Gt | Le | Lt)}
    low, above, high = bounds.get(Ge), bounds.get(Gt), bounds.get(Le)
    kind = "a whole number" if whole else "a number"
    if isinstance(low, Ge) and isinstance(high, Le):
        return f"{'' if whole else 'a number from '}{low.ge:g} to {high.le:g}"
    if isinstance(low, Ge):
        return f"{kind} of {low.ge:g} or more"
    if isinstance(above, Gt):
        return f"{kind} above {above.gt:g}"
    return kind
