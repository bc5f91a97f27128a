"""Runs photos through the graph with a teacher for a model, and hands over the lessons."""

import asyncio
from collections.abc import Iterator, Sequence

from cropsmith.agents.backends.boxes.convention import Convention
from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.evals.training.lessons.lesson import Kind, Lesson
from cropsmith.evals.training.lessons.lore import cut_to_its_crop, lore_of
from cropsmith.evals.training.lessons.teacher import Lore, Teacher, taken
from cropsmith.tools.schema.labelled_photo import LabelledPhoto, VotedPair
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Target

SETTINGS = RunSettings(
    index="off",
    detector="nanodet",
    decoder="off",
    rater="off",
    clip="off",
    trace=False,
    taste=False,
)
"""Of a run on any machine: nothing that happens to lie on this one may get into a lesson."""


def requests_for(photo: LabelledPhoto, lore: Lore) -> Sequence[CropRequest]:
    """Return what is asked of a photo: the best crop, the data's own words, the expert's shape."""
    words = CropRequest(
        text="" if photo.described else photo.text,
        caption=photo.text if photo.described else "",
        subject_box=photo.subject,
    )
    if lore.keep or lore.reject or not lore.experts or photo.size is None:
        return (words,)
    best = lore.experts[0]
    width, height = best.width * photo.size.width, best.height * photo.size.height
    shape = Ratio.of_value(width / height)
    return (words, words.model_copy(update={"targets": (Target(name=str(shape), ratio=shape),)}))


def lessons_of(
    photo: LabelledPhoto, pairs: Sequence[VotedPair], convention: Convention, kind: Kind
) -> Iterator[Lesson]:
    """Yield the lessons of a photo for a family of models. Raises what opening the photo does."""
    lore = lore_of(photo, pairs)
    requests = requests_for(photo, lore)
    # Votes name no shape, and a preference is asked once.
    for number, request in enumerate(requests[:1] if kind == "dpo" else requests):
        told = lore if number == 0 else Lore(lore.name, lore.experts, subject=lore.subject)
        yield from _taught(photo.path, request, told, convention, kind)
    if kind != "dpo" and (cut := cut_to_its_crop(photo)) is not None:
        data, kept = cut
        yield from _taught(data, CropRequest(), kept, convention, kind)


def _taught(
    source: object, request: CropRequest, lore: Lore, convention: Convention, kind: Kind
) -> Iterator[Lesson]:
    teacher = Teacher(lore, convention, kind)
    asyncio.run(run(source, request, build_parts(SETTINGS, mind=teacher)))
    yield from taken(teacher.lessons, kind)
