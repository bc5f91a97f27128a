"""What is wrong with a dataset on disk: collected while it loads, counted, never silent."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cropsmith.evals.datasets.reading import Place
from cropsmith.tools.schema.geometry import Box, Size

OVERRUN = 2.0
"""Pixels by which a box may leave the photo and is clamped; FCDB has 19 such boxes."""


@dataclass(frozen=True)
class Problem:
    """One kind of flaw, how often it occurs, and where it occurs first."""

    kind: str
    count: int
    first: Place
    effect: str
    """What the loader did about it: "clamped", "dropped", "kept"."""

    def __str__(self) -> str:
        return f"{self.count} x {self.kind}: {self.effect} (first: {self.first})"


@dataclass
class Checks:
    """Collects problems while a dataset loads."""

    _counts: dict[str, int] = field(default_factory=dict)
    _first: dict[str, Place] = field(default_factory=dict)
    _effects: dict[str, str] = field(default_factory=dict)

    def note(self, kind: str, place: Place, effect: str, count: int = 1) -> None:
        """Count one flaw, or several of a kind at once."""
        self._counts[kind] = self._counts.get(kind, 0) + count
        self._first.setdefault(kind, place)
        self._effects.setdefault(kind, effect)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every kind of flaw, in the order of discovery."""
        return tuple(
            Problem(kind, count, self._first[kind], self._effects[kind])
            for kind, count in self._counts.items()
        )

    def box(self, corners: Sequence[float], size: Size, place: Place) -> Box | None:
        """Normalise x1 y1 x2 y2 pixels; clamp a small overrun, drop what cannot be a crop."""
        x1, y1, x2, y2 = corners
        if x1 >= x2 or y1 >= y2:
            self.note("box without area", place, "dropped")
            return None
        overrun = max(-x1, -y1, x2 - size.width, y2 - size.height)
        if overrun > OVERRUN:
            self.note(f"box over {OVERRUN:g} px out of the frame", place, "dropped")
            return None
        if overrun > 0:
            self.note(f"box up to {OVERRUN:g} px out of the frame", place, "clamped")
        try:
            return Box.of((x1 / size.width, y1 / size.height, x2 / size.width, y2 / size.height))
        except ValueError:
            self.note("box without area", place, "dropped")
            return None


def from_corner(corners: Sequence[float]) -> tuple[float, float, float, float]:
    """Return x1 y1 x2 y2 of an [x, y, width, height] box."""
    x, y, width, height = corners
    return x, y, x + width, y + height


def repeated(photos: Iterable[Path]) -> list[list[Path]]:
    """Return the groups of byte-identical files; only equal sizes are read and hashed."""
    by_size: dict[int, list[Path]] = defaultdict(list)
    for path in photos:
        if path.is_file():
            by_size[path.stat().st_size].append(path)
    by_hash: dict[str, list[Path]] = defaultdict(list)
    for same in by_size.values():
        for path in same if len(same) > 1 else []:
            by_hash[hashlib.sha256(path.read_bytes()).hexdigest()].append(path)
    return [group for group in by_hash.values() if len(group) > 1]


PLACEHOLDER_COPIES = 3
"""So many copies of one file are a host's "unavailable" picture; two may be a mere duplicate."""


def placeholders(photos: Iterable[Path], checks: Checks) -> frozenset[Path]:
    """Return the stand-ins for photos that vanished; note them and other duplicates."""
    found: set[Path] = set()
    for group in repeated(photos):
        if len(group) >= PLACEHOLDER_COPIES:
            found.update(group)
            checks.note("placeholder picture", Place(group[0]), "dropped", len(group))
        else:
            checks.note("duplicate photo", Place(group[1]), "kept", len(group) - 1)
    return frozenset(found)
