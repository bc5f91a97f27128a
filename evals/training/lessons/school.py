"""`cropsmith train lessons`: from labelled photos to a folder that TRL and LLaMA-Factory read."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pydantic import Field

from cropsmith.agents.backends.boxes.checkpoint import checkpoint_row
from cropsmith.agents.backends.boxes.convention import Convention
from cropsmith.agents.backends.boxes.family import family_of
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.errors import CropsmithError, UsageError
from cropsmith.evals.datasets.dataset import Dataset
from cropsmith.evals.study.plan import Plan
from cropsmith.evals.training.data.guard import Guard
from cropsmith.evals.training.data.manifest import Manifest, commit, taught_by
from cropsmith.evals.training.data.pupils import pupils
from cropsmith.evals.training.lessons.folder import LessonFolder
from cropsmith.evals.training.lessons.lecture import lessons_of
from cropsmith.evals.training.lessons.lesson import Kind, Lesson
from cropsmith.evals.training.lessons.lore import clear_pairs, held_out, voted_photos
from cropsmith.evals.training.lessons.recorded import recorded_lessons, strong_traces
from cropsmith.evals.vote.ballots import VOTES, read_votes
from cropsmith.evals.vote.lessons import choices_of
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.tools.schema.values import Value

UNREAD = "the photo could not be read"
NOT_REPEATED = "a recorded run could not be repeated"

Progress = Callable[[int, int], None]
"""Takes photos done, and all."""


class Course(Value):
    """Which lessons are made, and for whom."""

    kind: Kind
    model: str
    """A name of the hub, or a folder."""
    split: str = "train"
    margin: int = Field(3, ge=1)
    """Votes that the better crop of a pair has more."""
    limit: int | None = Field(None, ge=1)
    """Photos at most, chosen by their names' hashes."""
    seed: int = Field(0, ge=0)


def convention_for(model: str) -> Convention:
    """Return how a model writes boxes. UsageError where that is not known for sure."""
    if not model:
        raise UsageError(
            "Who is to learn has no name.", hint="Name a folder or a model of the hub."
        )
    if model.startswith(("/", "./", "../", "~")) and not Path(model).expanduser().is_dir():
        raise UsageError(
            f"There is no folder {model}.",
            hint="Name a folder with a model, or one of the Hugging Face hub.",
        )
    row = checkpoint_row(model) or family_of(model)
    if row is None or not row.usable:
        raise UsageError(
            f"How {model} writes boxes is not known, so that nothing can be written for it.",
            hint="Name a model of a known family: cropsmith models list --families.",
        )
    return row


def chosen(photos: Sequence[LabelledPhoto], limit: int | None) -> Sequence[LabelledPhoto]:
    """Return so many photos, the same ones in every run; all without a limit."""
    if limit is None:
        return photos
    return sorted(photos, key=lambda p: hashlib.sha256(p.name.encode()).digest())[:limit]


def teaches(photo: LabelledPhoto) -> bool:
    """Tell whether anybody said anything of a photo's crops."""
    return bool(photo.crops or photo.votes or photo.advice)


def write_lessons(
    data: Dataset,
    course: Course,
    out: Path,
    tests: Sequence[Dataset] = (),
    traces: TraceLibrary | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Write the lessons of a data set into a new folder; return its manifest.

    With `traces` also those of recorded runs of models on the same photos. What one photo fails at
    is counted in the manifest. CropsmithError, one sentence, and nothing half-written otherwise.
    """
    convention = convention_for(course.model)
    found = pupils(data, course.split, Guard(tests), teaches, "crops, votes or advice")
    photos = chosen(found.photos, course.limit)
    folder = LessonFolder(out, course.kind)
    refused = dict(found.taught.refused)
    taught: list[LabelledPhoto] = []
    try:
        pairs = clear_pairs(photos, course.margin, course.seed)
        for number, photo in enumerate(photos, start=1):
            mine = pairs.get(photo.name, ())
            try:
                lessons = list(lessons_of(photo, mine, convention, course.kind))
            except CropsmithError:
                refused[UNREAD] = refused.get(UNREAD, 0) + 1
                lessons = []
            for lesson in lessons:
                folder.add(lesson, part_of(lesson, photo))
            if lessons:
                taught.append(photo)
            if progress is not None:
                progress(number, len(photos))
        if traces is not None and course.kind == "sft":
            for lesson, photo in _recorded(traces, photos, convention, refused):
                folder.add(lesson, part_of(lesson, photo))
        manifest = Manifest(
            kind=f"lessons {course.kind}",
            seed=course.seed,
            commit=commit(),
            data=taught_by(data, taught, course.split, refused),
            plan={"family": convention.family, "margin": course.margin},
            metrics={name: float(count) for name, count in sorted(folder.counts.items())},
        )
        folder.finish(manifest, course.model, convention.family)
    except BaseException:
        folder.leave()
        raise
    return manifest


def part_of(lesson: Lesson, photo: LabelledPhoto) -> str:
    """Return the part of the folder that a lesson belongs to."""
    if not held_out(photo):
        return "train"
    return "equal" if lesson.equal and lesson.rejected is not None else "test"


def _recorded(
    library: TraceLibrary,
    photos: Sequence[LabelledPhoto],
    convention: Convention,
    refused: dict[str, int],
) -> Iterator[tuple[Lesson, LabelledPhoto]]:
    by_digest = {hashlib.sha256(Path(p.path).read_bytes()).hexdigest(): p for p in photos}
    for head, photo in strong_traces(library, by_digest):
        try:
            lessons = recorded_lessons(head, library, photo, convention)
        except CropsmithError:
            refused[NOT_REPEATED] = refused.get(NOT_REPEATED, 0) + 1
            continue
        for lesson in lessons:
            yield lesson, photo


def voted_in(plan: Plan, folder: Path) -> Dataset:
    """Return the photos of a study's blind votes. UsageError where nobody has chosen yet."""
    duels = [duel for _, _, duel in read_votes(folder)]
    if not (photos := voted_photos(choices_of(plan, duels))):
        raise UsageError("Nobody has chosen yet.", hint="Run: cropsmith eval vote STUDY")
    return Dataset("blind votes", folder, tuple(photos), files=(folder / VOTES,))
