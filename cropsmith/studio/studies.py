"""The reports of studies that the studio can show: those that this home folder knows of."""

import hashlib
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
    """In addresses."""
    title: str
    """Its file's name, with the folder it lies in where another one is called the same."""
    written: float
    """Unix time of its report, seconds."""


def remember(home: Path, folder: Path) -> None:
    """Note where a study's report lies, so that the studio of this home finds it."""
    studies = home / "studies"
    studies.mkdir(parents=True, exist_ok=True)
    path = str(folder.resolve())
    mark = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    name = re.sub(r"[^\w.-]", "_", folder.stem)
    # Two studies may be called the same, and so the name alone does not tell them apart.
    (studies / f"{name}-{mark}{KNOWN}").write_text(path, "utf-8")


class Studies:
    """Knows the folders that were remembered, and shows nothing else of the disk."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "studies"

    def list(self) -> Sequence[Study]:
        """Return the studies that have a report, newest first."""
        reports = list(self._reports())
        stems = [report.parent.stem for _, report in reports]

        def title(folder: Path) -> str:
            alone = stems.count(folder.stem) == 1
            return folder.stem if alone else f"{folder.parent.name}/{folder.stem}"

        found = [
            Study(name=known.stem, title=title(report.parent), written=report.stat().st_mtime)
            for known, report in reports
        ]
        return sorted(found, key=lambda study: -study.written)

    def report(self, name: str) -> str:
        """Return the report of a study. UsageError when there is none of that name."""
        for known, report in self._reports():
            if known.stem == name:
                return report.read_text("utf-8")
        raise UsageError(f"There is no study '{name[:80]}' with a report.")

    def _reports(self) -> Iterator[tuple[Path, Path]]:
        seen = set()
        for known in sorted(self._folder.glob(f"*{KNOWN}"), reverse=True):
            report = Path(known.read_text("utf-8")) / REPORT
            # Earlier versions remembered a study by its name alone.
            if report not in seen and report.is_file():
                seen.add(report)
                yield known, report
