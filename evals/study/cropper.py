"""Croppers of others as systems of a study: a Python function, an HTTP endpoint, a table of boxes.

A study names one with `cropper`: `mine.py:crop`, `http://127.0.0.1:9000/crop`, `theirs.csv`, or the
name that a package registers under `cropsmith.systems`.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any

from cropsmith.errors import UsageError
from cropsmith.evals.datasets.folder import corners_of
from cropsmith.evals.study.endpoint import Endpoint
from cropsmith.evals.trial import Answer, Mode, Protocol, Trial
from cropsmith.plugins import Added, added, load_file
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.schema.geometry import Box

Told = Answer | Box | Sequence[float] | None
"""What a cropper may return: x1 y1 x2 y2 as shares of the upright photo, the scores of the trial's
boxes in rank mode, a whole Answer, or None for no crop."""


@dataclass(frozen=True)
class Cropper:
    """A cropper that is not cropsmith's."""

    name: str
    crop: Callable[[Trial], Told | Awaitable[Told]] | None = None
    """Makes the crop of a trial; may be async. Otherwise it runs in a thread."""
    rank: Callable[[Trial], Told | Awaitable[Told]] | None = None
    """Scores `trial.boxes`, higher is better."""
    version: str = ""
    """What tells its weights apart from others of that name."""
    protocols: frozenset[Protocol] = frozenset(Protocol)
    by_chance: bool = False
    """Whether another seed may give another answer."""
    kept: bool = False
    """Whether each answer goes to disk before it is used: those that cost or are far away."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What may change its answers, as hashes: set where it is found."""

    def does(self, protocol: Protocol) -> bool:
        """Tell whether it can answer this protocol."""
        able = self.rank if protocol.mode is Mode.RANK else self.crop
        return able is not None and protocol in self.protocols


def plugged() -> Added[Cropper]:
    """Return the systems of other packages."""
    return added("systems", Cropper, "name")


def find_cropper(told: str, resolve: Callable[[str], Path]) -> Cropper:
    """Return the cropper that a study names; UsageError where there is none."""
    if told.startswith(("http://", "https://")):
        served = Endpoint(told)
        return Cropper(
            told, served.crop, served.rank, kept=True, by_chance=True,
            facts={"endpoint": _sha256(told.rstrip("/").encode())},
        )  # fmt: skip
    if told.lower().endswith(".csv"):
        return _of_table(resolve(told))
    file, colon, name = told.rpartition(":")
    if colon and file.lower().endswith(".py"):
        return _of_file(resolve(file), name)
    found = plugged()
    if told in found.rows:
        package = found.packages[told]
        try:
            shipped = version(package)
        except PackageNotFoundError:  # a row of a file, whose name has its hash
            shipped = ""
        row = found.rows[told]
        return replace(row, facts={**row.facts, "package": f"{package} {shipped}"})
    hint = found.problems.get(told) or (
        "Write FILE.py:NAME, an address, a CSV file, or one of: "
        f"{', '.join(found.rows) or 'none is installed'}."
    )
    raise UsageError(f"There is no cropper '{told}'.", hint=hint)


def _of_file(path: Path, name: str) -> Cropper:
    module: ModuleType = load_file(path)
    if not hasattr(module, name):
        raise UsageError(f"{path} has no '{name}'.")
    thing: Any = getattr(module, name)
    row = thing if isinstance(thing, Cropper) else Cropper(name, crop=thing)
    if not isinstance(thing, Cropper) and not callable(thing):
        raise UsageError(f"{name} of {path} is neither a function nor a Cropper.")
    return replace(row, facts={**row.facts, "file": _sha256(path.read_bytes()), "name": name})


def _of_table(path: Path) -> Cropper:
    boxes = corners_of(path)

    def crop(trial: Trial) -> Box | None:
        corners = boxes.get(trial.name) or boxes.get(Path(trial.path).name)
        if corners is None:
            return None
        size = trial.size or open_photo(trial.path).size
        x1, y1, x2, y2 = corners
        sides = (x1 / size.width, y1 / size.height, x2 / size.width, y2 / size.height)
        return Box.of(min(1.0, max(0.0, side)) for side in sides)

    return Cropper(path.name, crop, facts={"table": _sha256(path.read_bytes())})


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
