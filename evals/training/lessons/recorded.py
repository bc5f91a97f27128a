"""Lessons from recorded runs: what a strong model answered, where it ended near the expert.

A trace keeps no pictures in its prompts, so each run is repeated from its recorded replies, and the
questions are noted as they are asked: with pictures at the size of the model that learns.
"""

import asyncio
from collections.abc import Iterator, Mapping

from cropsmith.agents.backends.boxes.convention import Convention
from cropsmith.agents.backends.protocol.backend import Ask, Backend, Reply, Status
from cropsmith.agents.replay.replay import planned
from cropsmith.agents.runs.run import run
from cropsmith.agents.trace.library import TraceFilter, TraceLibrary
from cropsmith.agents.trace.record import NoTrace
from cropsmith.agents.trace.values import TraceHead, TraceStatus
from cropsmith.errors import CropsmithError
from cropsmith.evals.training.data.samples import judged
from cropsmith.evals.training.lessons.lesson import Lesson
from cropsmith.evals.training.lessons.teacher import NEAR, truth_of
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.tools.schema.request import CropRequest
from cropsmith.tools.schema.result import CropReport

EVERY = 1_000_000_000


class Listener:
    """A backend around another, which notes what is asked and answered."""

    def __init__(self, inner: Backend, convention: Convention) -> None:
        self._inner = inner
        self._convention = convention
        self.heard: list[tuple[Ask, Reply]] = []

    @property
    def name(self) -> str:
        """Of the model that answered."""
        return self._inner.name

    def fit(self, size: Size) -> Size:
        """Return the size at which the family that learns is shown a picture."""
        return self._convention.sent(size)

    async def ask(self, ask: Ask) -> Reply:
        """Pass the question on, and note it with its answer."""
        reply = await self._inner.ask(ask)
        if reply.status is Status.OK and reply.value is not None and not ask.tools:
            self.heard.append((ask, reply))
        return reply


def strong_traces(
    library: TraceLibrary, photos: Mapping[str, LabelledPhoto]
) -> Iterator[tuple[TraceHead, LabelledPhoto]]:
    """Yield the finished runs of models on these photos that ended near the expert.

    `photos` by the sha256 of their files. A run counts if it asked for one crop.
    """
    wanted = TraceFilter(status=TraceStatus.OK, studies=True, limit=EVERY)
    for head in library.list(wanted):
        photo = photos.get(head.sha256)
        if photo is None or head.model == "builtin":
            continue
        trace = library.read(head.id)
        if trace.result is None or trace.facts.origin is not None:
            continue
        crops = CropReport.model_validate(trace.result).crops
        if len(crops) == 1 and _near(crops[0].box, photo):
            yield head, photo


def recorded_lessons(
    head: TraceHead, library: TraceLibrary, photo: LabelledPhoto, convention: Convention
) -> list[Lesson]:
    """Return what a recorded run teaches. CropsmithError where it cannot be repeated."""
    trace = library.read(head.id)
    plan = planned(trace, library)
    listener = Listener(plan.replies, convention)
    # Nothing that a settings file of the recorded run names is asked again, and nothing is kept.
    parts = plan.parts.but(backend=listener, recorder=NoTrace())
    asyncio.run(run(plan.photo, CropRequest.model_validate(trace.facts.request), parts))
    if plan.replies.missing is not None:
        raise CropsmithError(str(plan.replies.missing))
    experts = tuple(map(Box.of, judged(photo).good))
    assert photo.size is not None
    return [
        Lesson(
            photo=photo.name,
            source="recorded",
            ask=ask,
            answer=reply.value,
            truth=truth_of(ask, convention, photo.size, None).model_copy(
                update={"experts": experts}
            ),
        )
        for ask, reply in listener.heard
        if ask.frame is not None
    ]


def _near(box: Box, photo: LabelledPhoto) -> bool:
    return bool(photo.crops) and max(box.iou(Box.of(b)) for b in judged(photo).good) >= NEAR
