"""The reports of studies that the studio can show: those that this home folder knows of."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from cropsmith.errors import UsageError
from cropsmith.tools.schema.values import Value

REPORT = "report.html"
KNOWN = ".folder"
"""Suffix of the files in `home/studies` that each hold the path of a study's folder."""


class Study(Value):
    """A study with a report."""

    name: str
    written: float
    """Unix time of its report, seconds."""


def remember(home: Path, folder: Path) -> None:
    """Note where a study's report lies, so that the studio of this home finds it."""
    studies = home / "studies"
    studies.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.-]", "_", folder.stem)
    (studies / f"{name}{KNOWN}").write_text(str(folder.resolve()), "utf-8")


class Studies:
    """Knows the folders that were remembered, and shows nothing else of the disk."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "studies"

    def list(self) -> Sequence[Study]:
        """Return the studies that have a report, newest first."""
        found = [
            Study(name=known.stem, written=report.stat().st_mtime)
            for known, report in self._reports()
        ]
        return sorted(found, key=lambda study: -study.written)

    def report(self, name: str) -> str:
        """Return the report of a study. UsageError when there is none of that name."""
        for known, report in self._reports():
            if known.stem == name:
                return report.read_text("utf-8")
        raise UsageError(f"There is no study '{name[:80]}' with a report.")

    def _reports(self) -> Iterator[tuple[Path, Path]]:
        for known in self._folder.glob(f"*{KNOWN}"):
            report = Path(known.read_text("utf-8")) / REPORT
            if report.is_file():
                yield known, report
