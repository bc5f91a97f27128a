"""What `cropsmith train lessons` does: progress, and what it says at the end."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.commands.evaluating import folder_of
from cropsmith.evals.datasets.dataset import Dataset
from cropsmith.evals.datasets.registry import load
from cropsmith.evals.report.writing import opened
from cropsmith.evals.training.lessons.school import Course, voted_in, write_lessons
from cropsmith.tools.schema.plain_text import visible_line

OF_A_STUDY = 1
"""Margin of votes there: most pairs are seen by one person."""


def lesson_lines(
    data: Path,
    out: Path,
    tests: Sequence[Path],
    settings: Mapping[str, Any],
    traces: bool,
    *,
    shown: bool,
) -> Iterator[str]:
    """Write lessons and yield what to print. Raises CropsmithError, one sentence."""
    study = data.is_file()
    usual = {"margin": OF_A_STUDY} if study else {}
    learner = str(settings["model"]).removeprefix("vllm/")  # as a run names it once it is served
    course = Course.model_validate({**usual, **settings, "model": learner})
    manifest = write_lessons(
        _voted(data) if study else load(data),
        course,
        out,
        [load(folder) for folder in tests],
        TraceLibrary() if traces else None,
        told if shown else None,
    )
    taught = manifest.data
    yield f"{taught.photos:,} photos of {visible_line(taught.format)} gave lessons."
    for reason, count in taught.refused.items():
        yield f"{count:,} did not: {reason}."
    yield "Lessons: " + ", ".join(f"{n} {count:,.0f}" for n, count in manifest.metrics.items())
    yield f"wrote {out}; how to train on them is in {out / 'README.md'}"


def told(done: int, photos: int) -> None:
    """Show how far it is on one line of the error output."""
    end = "\n" if done == photos else ""
    print(f"\r{done:,} of {photos:,} photos", end=end, file=sys.stderr, flush=True)


def _voted(study: Path) -> Dataset:
    folder = folder_of(study, None)
    with opened(study, folder, write=False) as plan:
        return voted_in(plan, folder)
