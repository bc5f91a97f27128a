"""Two JSON values compared leaf by leaf: what changed in them, in words instead of braces."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from cropsmith.tools.schema.values import Value

CORNERS = ("x1", "y1", "x2", "y2")


class Change(Value):
    """A single value that is not the same in both."""

    path: str
    """Where: "subjects 2 confidence"; empty where the whole is one value."""
    before: str
    """Empty where it is not there, or says nothing."""
    after: str


def changes(before: Any, after: Any) -> tuple[Change, ...]:
    """Return every leaf of two JSON values that differs, in the order in which they stand."""
    return tuple(_compared("", before, after))


def _compared(path: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    if _sentences(before) and _sentences(after):
        # Of sentences, those that are in one alone: which place they had says nothing.
        gone = [text for text in before if text not in after]
        came = [text for text in after if text not in before]
        for one, other in zip_longest(gone, came, fillvalue=""):
            yield Change(path=path, before=one, after=other)
    elif _listed(before) and _listed(after):
        for number, (one, other) in enumerate(zip_longest(before, after), 1):
            yield from _compared(f"{path} {number}".strip(), one, other)
    elif _keyed(before) and _keyed(after):
        for key in dict.fromkeys((*before, *after)):
            yield from _compared(f"{path} {key}".strip(), before.get(key), after.get(key))
    elif (told := (_told(before), _told(after))) and told[0] != told[1]:
        yield Change(path=path, before=told[0], after=told[1])


def _sentences(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)


def _listed(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _keyed(value: Any) -> bool:
    return isinstance(value, Mapping) and not _is_box(value)


def _is_box(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == set(CORNERS)


def _told(value: Any) -> str:
    """Return a value in words; what says nothing is left out."""
    if _is_box(value):
        return " ".join(_told(value[name]) for name in CORNERS)
    if isinstance(value, Mapping):
        parts = ((name.replace("_", " "), _told(inner)) for name, inner in value.items())
        return ", ".join(f"{name} {text}" for name, text in parts if text)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(filter(None, map(_told, value)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}"
    return "" if value is None else str(value)
