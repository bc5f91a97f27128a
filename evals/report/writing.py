"""A study's report and exports as files beside its samples."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cropsmith.evals.datasets.reading import remembering
from cropsmith.evals.report.citation import record_of
from cropsmith.evals.report.export import board_rows, sample_rows, write_csv, write_parquet
from cropsmith.evals.report.markdown import markdown
from cropsmith.evals.report.page import page
from cropsmith.evals.report.results import tables
from cropsmith.evals.report.viewer import Look
from cropsmith.evals.study.plan import Plan, make_plan
from cropsmith.evals.study.store import Store
from cropsmith.evals.study.study_file import read_study
from cropsmith.plugins import rows_of_files

SAMPLES = "samples.sqlite3"


@contextmanager
def opened(study: Path, folder: Path, *, write: bool) -> Iterator[Plan]:
    """Open a study file with its store and its datasets."""
    read = read_study(study)
    files = [read.resolve(name) for name in read.plugins]
    with rows_of_files(files), Store(folder / SAMPLES, write=write) as store:
        known = store.sizes()
        sizes = dict(known)
        with remembering(sizes):
            plan = make_plan(read, store)
        if write and (
            fresh := {path: told for path, told in sizes.items() if known.get(path) != told}
        ):
            store.keep_sizes(fresh)
        yield plan


def write_report(plan: Plan, look: Look, *, parquet: bool) -> list[Path]:
    """Write the page, Markdown, record.json, leaderboard.csv and samples.csv; return the paths."""
    found = tables(plan)
    written = []
    for name, text in (
        ("report.html", page(plan, found, look)),
        ("report.md", markdown(plan, found)),
    ):
        path = look.beside / name
        path.write_text(text, "utf-8")
        written.append(path)
    record = look.beside / "record.json"
    record.write_text(json.dumps(record_of(plan, found), indent=2, ensure_ascii=False), "utf-8")
    written.append(record)
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
