"""Runs that wait for a person's word (`crop --approve`): their questions, and how they go on."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from cropsmith.agents.graph import build_graph
from cropsmith.agents.runs.checkpoints import sqlite_checkpoints
from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.agents.runs.events import Pending
from cropsmith.agents.runs.human_approval import REJECTED, reject, resume
from cropsmith.agents.trace.database import images_of
from cropsmith.agents.trace.library import TraceFilter, TraceLibrary
from cropsmith.agents.trace.photo import small_jpeg
from cropsmith.agents.trace.values import TraceHead, TraceStatus
from cropsmith.batch.keeping import forget, kept_of
from cropsmith.batch.writing import deliver, not_over
from cropsmith.errors import CropsmithError, UsageError
from cropsmith.studio.photos import SIDES
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.tools.schema.approval import Approval, Question
from cropsmith.tools.schema.values import Value

MOST = 60
"""Cards on the page."""


class Card(Value):
    """One run that waits."""

    trace: str
    source: str
    request: str
    model: str
    width: int
    height: int
    question: Question | None = None
    """None where another version began it: it cannot go on."""


class Answered(Value):
    """What became of a run that went on."""

    done: bool
    """False where the answer was not understood, and the run waits on."""
    said: str
    files: tuple[str, ...] = ()


class Waiting:
    """The runs of one home folder that wait."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._library = TraceLibrary(home)
        self._images = ImageStore(images_of(home))

    def heads(self) -> Sequence[TraceHead]:
        """Return the runs that wait, newest first. Does file work."""
        return self._library.list(TraceFilter(status=TraceStatus.WAITING, limit=MOST))

    async def cards(self) -> list[Card]:
        """Return the runs that wait, with what each asks."""
        heads = await asyncio.to_thread(self.heads)
        cards = []
        for head in heads:
            size = head.size
            cards.append(
                Card(
                    trace=head.id,
                    source=head.source,
                    request=head.request,
                    model=head.model,
                    width=size.width if size else 1,
                    height=size.height if size else 1,
                    question=await self._question(head.id),
                )
            )
        return cards

    def picture(self, trace: str) -> bytes:
        """Return the photo of a run that waits, small. UsageError when it is gone."""
        read = self._library.read(trace)
        jpeg = small_jpeg(read, self._images, SIDES[""])
        if jpeg is None:
            raise UsageError("The photo of this run is gone.", hint="Put the file back.")
        return jpeg

    async def answer(self, trace: str, word: Approval) -> Answered:
        """Go on with a run, and write its crops as its command was told to.

        A crop that cannot be written leaves the decision kept; `cropsmith trace resume` writes it.
        """
        answer = await resume(trace, word, home=self._home)
        if isinstance(answer, Pending):
            return Answered(done=False, said=answer.question.problem)
        return await asyncio.to_thread(self._written, trace, answer)

    async def reject(self, trace: str) -> Answered:
        """End a run without a crop."""
        await reject(trace, home=self._home)
        await asyncio.to_thread(forget, trace)
        return Answered(done=True, said=REJECTED)

    async def _question(self, trace: str) -> Question | None:
        async with sqlite_checkpoints(self._home) as saver:
            state = await build_graph(saver).aget_state({"configurable": {"thread_id": trace}})
        stops = [stop for task in state.tasks for stop in task.interrupts]
        return Question.model_validate(stops[0].value) if stops else None

    def _written(self, trace: str, result: CropResult) -> Answered:
        kept = kept_of(trace)
        head = self._library.read(trace).head
        if kept is None:
            return Answered(done=True, said="Decided. Open its page to see the crop.")
        if kept.delivery.streams:
            told = f"Decided. Its command wanted standard output: cropsmith trace resume {trace}"
            return Answered(done=True, said=told)
        done: list[Path] = []
        try:
            claim = not_over(head.path or head.source)
            deliver(result, kept.delivery, kept.place, claim, done)
        except CropsmithError as error:
            said = f"Decided, but not written: {error.message} cropsmith trace resume {trace}"
            return Answered(done=True, said=said, files=tuple(map(str, done)))
        forget(trace)
        wrote = f"Wrote {', '.join(path.name for path in done)}." if done else ""
        said = " ".join(filter(None, ("Decided.", wrote, *result.notes)))
        return Answered(done=True, said=said, files=tuple(map(str, done)))
