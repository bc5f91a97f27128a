"""A part of a study's samples, for one of several machines: by key, so that nobody need agree."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cropsmith.errors import UsageError


@dataclass(frozen=True)
class Shard:
    """The samples whose key falls to one of `count` parts."""

    number: int = 1
    count: int = 1

    @classmethod
    def parsed(cls, text: str) -> "Shard | Self":
        """Read "2/4"; nothing is the whole. UsageError for anything else."""
        if not text:
            return WHOLE
        found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text)
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            raise UsageError(f"'{text}' is no shard.", hint="Write 2/4 for the second of four.")
        return cls(int(found[1]), int(found[2]))

    def has(self, key: str) -> bool:
        """Tell whether a sample is this shard's."""
        return int(key[:12], 16) % self.count == self.number - 1

    def part_of(self, cost: float | None, spent: float = 0.0, own: float = 0.0) -> float | None:
        """Return this shard's part of a ceiling: together they never pass it.

        `spent` is what the study's own store has spent, `own` how much of that this shard did.
        """
        if cost is None:
            return None
        return max(0.0, (cost - spent) / self.count + own)

    def folder(self, study: Path) -> Path:
        """Return where its samples lie, the study's own folder for the whole."""
        return study if self is WHOLE else study / f"shard-{self.number}-of-{self.count}"


WHOLE = Shard()
