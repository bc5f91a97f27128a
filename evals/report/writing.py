"""A study's report and exports as files beside its samples."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cropsmith.evals.report.export import board_rows, sample_rows, write_csv, write_parquet
from cropsmith.evals.report.markdown import markdown
from cropsmith.evals.report.page import page
from cropsmith.evals.report.results import tables
from cropsmith.evals.report.viewer import Look
from cropsmith.evals.study.plan import Plan, make_plan
from cropsmith.evals.study.store import Store
from cropsmith.evals.study.study_file import read_study

SAMPLES = "samples.sqlite3"


@contextmanager
def opened(study: Path, folder: Path, *, write: bool) -> Iterator[Plan]:
    """Open a study file with its store and its datasets."""
    read = read_study(study)
    with Store(folder / SAMPLES, write=write) as store:
        yield make_plan(read, store)


def write_report(plan: Plan, look: Look, *, parquet: bool) -> list[Path]:
    """Write report.html, report.md, leaderboard.csv and samples.csv; return their paths."""
    found = tables(plan)
    written = []
    for name, text in (
        ("report.html", page(plan, found, look)),
        ("report.md", markdown(plan, found)),
    ):
        path = look.beside / name
        path.write_text(text, "utf-8")
        written.append(path)
    exports: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
        "leaderboard": lambda: board_rows(found),
        "samples": lambda: sample_rows(plan, found),
    }
    for name, rows in exports.items():
        write_csv(rows(), look.beside / f"{name}.csv")
        written.append(look.beside / f"{name}.csv")
        if parquet:
            write_parquet(rows(), look.beside / f"{name}.parquet")
            written.append(look.beside / f"{name}.parquet")
    return written
