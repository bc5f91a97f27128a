"""Doors for other packages: what their entry points add to a table, and which cannot be used.

A package registers under `cropsmith.<group>`. A group is loaded when its table is first read; a
plug-in that cannot be used is told of in one sentence that names its package, and stops nothing.
"""

import hashlib
import importlib.util
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar

from cropsmith.errors import UsageError

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


OF_FILES = frozenset({"datasets", "importers", "metrics", "systems"})
"""Tables that take rows of Python files named in a study, too."""

_files: ContextVar[tuple[tuple[Path, ModuleType], ...]] = ContextVar("files", default=())


@contextmanager
def rows_of_files(paths: Sequence[Path]) -> Iterator[None]:
    """Within this block the rows that these Python files hold count as plug-ins. It runs them."""
    token = _files.set(tuple((path, load_file(path)) for path in paths))
    try:
        yield
    finally:
        _files.reset(token)


def load_file(path: Path) -> ModuleType:
    """Run a Python file as a module, once; UsageError in one sentence for one that cannot be."""
    if not path.is_file():
        raise UsageError(f"There is no Python file {path}.")
    return _loaded(path, hashlib.sha256(path.read_bytes()).hexdigest())


@cache
def _loaded(path: Path, _sha256: str) -> ModuleType:
    name = f"cropsmith_file_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses of the file look themselves up
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # the code of others may raise anything
        told = " ".join(f"{type(error).__name__}: {error}".split())
        raise UsageError(f"The file {path} cannot be used: {told}.") from error
    return module


def added(group: str, kind: type[Any], name: str, own: Collection[str] = ()) -> Added[Any]:
    """Return what `cropsmith.<group>` adds: instances of `kind`, none called as one of `own`.

    `name` is the attribute that a row is called by: "name", "row.name".
    """
    rows: dict[str, Any] = {}
    packages: dict[str, str] = {}
    problems: dict[str, str] = {}
    if group in OF_FILES:
        for path, module in _files.get():
            for value in vars(module).values():
                called = _name_of(value, kind, name)
                if called and called not in own:
                    rows[called], packages[called] = value, _named(path)
                elif called:
                    raise UsageError(f"{path}: cropsmith has its own '{called}'.")
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


def _named(path: Path) -> str:
    """Return a file's name with what tells it apart from itself after a change."""
    return f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"


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
