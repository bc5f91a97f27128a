"""The one work function: a photo is cropped, its crops are written, what became of it is told."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.batch.delivery import Delivery
from cropsmith.batch.skipping import there_already
from cropsmith.batch.telling import told as lines_of
from cropsmith.batch.writing import Claim, Place, Written, deliver
from cropsmith.errors import CropsmithError, Infeasible
from cropsmith.tools.images.camera_raw import is_raw_name, no_pixels
from cropsmith.tools.images.output import exists
from cropsmith.tools.images.remote import shown
from cropsmith.tools.schema.plain_text import visible
from cropsmith.tools.schema.request import CropRequest
from cropsmith.tools.schema.result import Verdict
from cropsmith.tools.schema.secret_text import without_secrets


class State(StrEnum):
    """What became of a photo."""

    WAITING = "waiting"
    AGAIN = "again"
    """The process that cropped it died; it is tried once more, alone."""
    CROPPED = "cropped"
    KEPT = "kept"
    """It is best left as it is, and was written so."""
    REFUSED = "refused"
    """No crop of it answers the request, for one shape at least."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """Its files are there already."""


@dataclass(frozen=True)
class Order:
    """What is asked of every photo. Picklable, so that it can go to other processes."""

    request: CropRequest
    settings: RunSettings
    delivery: Delivery
    tells: bool = True
    """Whether the outcome shall have lines for a person."""
    reports: bool = False
    """Whether it shall have the report."""


@dataclass(frozen=True)
class Job:
    """One photo of a batch."""

    number: int
    """Its name in the manifest."""
    photo: str
    place: Place = field(default_factory=Place)


@dataclass(frozen=True)
class Outcome:
    """What became of one photo. Picklable."""

    photo: str
    state: State
    files: tuple[Path, ...] = ()
    lines: Sequence[str] = ()
    """What was done."""
    problem: str = ""
    """What could not be done, one sentence; empty where the exit code is 0."""
    exit_code: int = 0
    report: dict[str, Any] | None = None
    trace_id: str | None = None

    def as_line(self) -> dict[str, Any]:
        """Return this as JSON-ready data, a line of `--json` for several photos."""
        return {
            "photo": self.photo,
            "state": self.state.value,
            "files": [shown(path) for path in self.files],
            "problem": self.problem,
            "report": self.report,
        }


Spoken = Callable[[CropsmithError], str]
"""How an error is told to the person: with options of the command line, or arguments."""


def cropped(job: Job, order: Order, claim: Claim, spoken: Spoken = str) -> Outcome:
    """Crop one photo and write the crops; what a person can cause becomes the outcome.

    Every engine runs this, in whatever process. `claim` is told of the files before the first is
    written. Errors that are no CropsmithError are faults of ours, and are raised.
    """
    done: list[Path] = []
    try:
        delivery, photo = order.delivery, Path(job.photo)
        if is_raw_name(job.photo) and delivery.writes_pixels and not delivery.dry_run:
            raise no_pixels(photo.name)  # before it is looked at for nothing
        if found := there_already(photo, job.place, order.request, order.settings, delivery):
            if delivery.skip_existing:
                return Outcome(job.photo, State.SKIPPED, found)
            raise exists(found[0])
        result = asyncio.run(run(job.photo, order.request, build_parts(order.settings)))
        return delivered(result, job, order, claim, done)
    except CropsmithError as error:
        told, name = spoken(error), Path(job.photo).name
        if job.place.many and job.photo not in told:
            told = told.replace(name, job.photo, 1)
        where = "" if name in told else f"{job.photo}: "
        problem = without_secrets(where + told)
        return Outcome(job.photo, State.FAILED, tuple(done), (), problem, error.exit_code)


FAULT = 70
"""Exit code of a job that failed by a fault of ours."""


def fault_of(job: Job, error: Exception) -> Outcome:
    """Return the outcome of a job that a fault of ours ended."""
    told = f"{job.photo}: a fault of cropsmith itself, {type(error).__name__}: {error}."
    if isinstance(error, MemoryError):
        told = f"{job.photo}: there is not enough memory for that."
    return Outcome(job.photo, State.FAILED, problem=told, exit_code=FAULT)


def delivered(
    result: CropResult, job: Job, order: Order, claim: Claim, done: list[Path]
) -> Outcome:
    """Write the crops of a result, and tell of them; each file joins `done` when it is written."""
    written = deliver(result, order.delivery, job.place, claim, done)
    refused = [crop for crop in result.crops if crop.verdict is Verdict.REJECT]
    lines: list[str] = []
    # Of several photos some may share a name.
    name = visible(without_secrets(shown(Path(job.photo)))) if job.place.many else ""
    if order.tells and len(refused) < len(result.crops):
        lines = [*lines_of(result, name), *_of_files(written)]
    problem = ""
    if refused:
        why = " ".join(dict.fromkeys(reason for crop in refused for reason in crop.reasons))
        problem = f"{name or result.report.source}: {why}"
    return Outcome(
        job.photo,
        _state(result, written),
        written.files,
        lines,
        problem,
        Infeasible.exit_code if refused else 0,
        result.model_dump() if order.reports else None,
        result.trace_id,
    )


def _state(result: CropResult, written: Written) -> State:
    verdicts = {crop.verdict for crop in result.crops}
    if Verdict.REJECT in verdicts:
        return State.REFUSED
    if written.spared and not written.files:
        return State.SKIPPED
    return State.KEPT if verdicts == {Verdict.KEEP} else State.CROPPED


def _of_files(written: Written) -> list[str]:
    skipped = [f"  skipped   {shown(path)} is there already" for path in written.spared]
    return [*(f"  wrote     {shown(path)}" for path in written.files), *skipped]
