"""The reports of studies that lie below the home folder."""

import re
from collections.abc import Sequence
from pathlib import Path

from cropsmith.errors import UsageError
from cropsmith.tools.values import Value

REPORT = "report.html"


class Study(Value):
    """A study with a report."""

    name: str
    written: float
    """Unix time of its report, seconds."""


class Studies:
    """Looks into `home/studies/NAME/report.html`."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "studies"

    def list(self) -> Sequence[Study]:
        """Return the studies that have a report, newest first."""
        found = [
            Study(name=path.parent.name, written=path.stat().st_mtime)
            for path in self._folder.glob(f"*/{REPORT}")
        ]
        return sorted(found, key=lambda study: -study.written)

    def report(self, name: str) -> str:
        """Return the report of a study. UsageError when there is none of that name."""
        known = {study.name for study in self.list()}
        if name not in known or not re.fullmatch(r"[\w.-]+", name):
            raise UsageError(f"There is no study '{name[:80]}' with a report.")
        return (self._folder / name / REPORT).read_text("utf-8")
