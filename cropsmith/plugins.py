"""Doors for other packages: what their entry points add to a table, and which cannot be used.

A package registers under `cropsmith.<group>`. A group is loaded when its table is first read; a
plug-in that cannot be used is told of in one sentence that names its package, and stops nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from operator import attrgetter
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Added(Generic[T]):
    """What other packages add to one table."""

    rows: Mapping[str, T] = field(default_factory=dict)
    """By the row's own name."""
    packages: Mapping[str, str] = field(default_factory=dict)
    """Which package each row is of."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """Entry point -> why it cannot be used, in one sentence."""


def added(group: str, kind: type[Any], name: str, own: Collection[str] = ()) -> Added[Any]:
    """Return what `cropsmith.<group>` adds: instances of `kind`, none called as one of `own`.

    `name` is the attribute that a row is called by: "name", "row.name".
    """
    rows: dict[str, Any] = {}
    packages: dict[str, str] = {}
    problems: dict[str, str] = {}
    for point, value, why in _group(group):
        package = point.dist.name if point.dist else "unknown"
        called = "" if why else _name_of(value, kind, name)
        if called in own:
            why = f"cropsmith has its own '{called}'"
        elif called in rows:
            why = f"the package {packages[called]} has a '{called}', too"
        elif called:
            rows[called], packages[called] = value, package
            continue
        why = why or f"{point.value} is no {kind.__name__}"
        problems[point.name] = (
            f"The plug-in '{point.name}' ({group}) of the package {package} cannot be used: {why}."
        )
    return Added(rows, packages, problems)


def _name_of(value: object, kind: type[Any], name: str) -> str:
    """Return what a row is called; "" for what is none, such as a class instead of an instance."""
    if isinstance(value, type) or not isinstance(value, kind):
        return ""
    try:
        return str(attrgetter(name)(value))
    except AttributeError:
        return ""


@cache
def _points() -> Any:
    """Read the metadata of every installed package once a process: 10 to 30 ms."""
    return entry_points()


@cache
def _group(group: str) -> Sequence[tuple[EntryPoint, object, str]]:
    """Load a group once a process: each entry point, its object, and why there is none."""
    found = []
    points = _points().select(group=f"cropsmith.{group}")
    for point in sorted(points, key=lambda p: (p.name, p.value)):
        try:
            found.append((point, point.load(), ""))
        except (Exception, SystemExit) as error:  # the code of others may raise anything
            told = " ".join(f"{type(error).__name__}: {error}".split())
            found.append((point, None, told.rstrip(".: ")))
    return found
