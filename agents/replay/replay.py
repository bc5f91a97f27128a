"""Runs a trace again: from its recorded replies, or from a chosen step on with other settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver

from cropsmith.agents.parts.parts import Parts
from cropsmith.agents.replay.recorded_parts import Since, changed, going_on, recorded_parts
from cropsmith.agents.replay.replies import RecordedReplies
from cropsmith.agents.runs.checkpoints import serializer
from cropsmith.agents.runs.events import Pending
from cropsmith.agents.runs.human_approval import begin, resume, settings_of
from cropsmith.agents.runs.run import run
from cropsmith.agents.trace.gc import remove
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.photo import photo_of
from cropsmith.agents.trace.record import Origin
from cropsmith.agents.trace.store import StoredTrace
from cropsmith.agents.trace.values import Trace
from cropsmith.errors import CropsmithError
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.schema.approval import Approval
from cropsmith.tools.schema.request import CropRequest
from cropsmith.tools.schema.values import Value


class Replay(Value):
    """The run that repeated a trace."""

    trace: Trace
    identical: bool
    """Whether the report is the same to the last bit; the traces' own names apart."""


@dataclass(frozen=True)
class Planned:
    """A run that is ready to repeat a trace. Nothing of it is kept before it begins."""

    trace: Trace
    library: TraceLibrary
    photo: Photo
    parts: Parts
    replies: RecordedReplies
    asks_anew: bool
    word: Approval | None
    """What a person said in the recorded run, where that still holds."""

    @property
    def trace_id(self) -> str:
        """What the trace of the new run will be called."""
        assert self.parts.recorder.trace_id is not None
        return self.parts.recorder.trace_id

    async def run(self) -> Replay:
        """Run it. CropsmithError when it fails where the recorded run did not.

        A repetition that fails so leaves no trace; what was asked anew was paid for, and is kept.
        """
        recorded = self.trace.head.error
        try:
            await self._run()
        except CropsmithError as error:
            # A run that failed must fail again; anything new is a failure of the replay.
            if f"{type(error).__name__}: {error}" != recorded:
                if not self.asks_anew or self.replies.missing is not None:
                    remove(self.library.home, self.trace_id)
                raise
        if self.replies.missing is not None:
            remove(self.library.home, self.trace_id)
            raise self.replies.missing
        again = self.library.read(self.trace_id)
        same = _comparable(self.trace.result) == _comparable(again.result)
        return Replay(trace=again, identical=same and recorded == again.head.error)

    async def _run(self) -> None:
        """Run to the end; where the recorded run waited for a person, give the recorded word."""
        request = CropRequest.model_validate(self.trace.facts.request)
        if self.word is None:
            await run(self.photo, request, self.parts)
            return
        memory = InMemorySaver(serde=serializer())
        pending = await begin(self.photo, request, self.parts, memory)
        if isinstance(pending, Pending):
            await resume(pending.trace_id, self.word, parts=self.parts, checkpointer=memory)


def planned(
    trace: Trace,
    library: TraceLibrary,
    *,
    since: str = "",
    changes: Mapping[str, Any] | None = None,
) -> Planned:
    """Return the run that repeats a trace, or goes on from a step of it.

    With `since` ("decision", "proposal:1") the steps from there on ask the model anew, under the
    trace's settings but for `changes`; changes alone hold from the first step on. UsageError when
    the photo is gone, there is no such step, or a change would mean nothing.
    """
    changes = changes or {}
    since = since or ("intent" if changes else "")
    start = Since.of(since, trace) if since else None
    facts, word = trace.facts, _word(trace)
    if start and not start.follows("approval"):
        word = None  # it was about other candidates
    photo = photo_of(trace, library.images)
    origin = Origin(trace=trace.head.id, origin=facts.origin)
    if start:
        told = changed(settings_of(facts), changes).model_dump(mode="json")
        origin = Origin(
            trace=trace.head.id,
            since=str(start),
            changed={name: told[name] for name in changes},
            settings={**facts.settings, "model": facts.model},
            origin=facts.origin,
        )
    recorder, replies = StoredTrace(library.home, origin=origin), RecordedReplies(trace)
    parts = recorded_parts(trace, replies, recorder, asks_a_person=word is not None)
    if start:
        parts = going_on(parts, start, changes)
    return Planned(trace, library, photo, parts, replies, start is not None, word)


async def replay(
    trace: Trace,
    library: TraceLibrary,
    *,
    since: str = "",
    changes: Mapping[str, Any] | None = None,
) -> Replay:
    """Run a trace again and keep that run as a trace of its own; see `planned`.

    Without `since` and `changes` no model is asked, and the result is the same bit for bit if this
    version works as the one that made the trace. CropsmithError when a reply is not recorded.
    """
    return await planned(trace, library, since=since, changes=changes).run()


def _word(trace: Trace) -> Approval | None:
    for step in trace.steps:
        if isinstance(step.outputs, dict) and step.outputs.get("approval") is not None:
            return Approval.model_validate(step.outputs["approval"])
    return None


def _comparable(result: Any) -> Any:
    """Return a report without what names the run itself."""
    if not isinstance(result, dict):
        return result
    return {key: value for key, value in result.items() if key != "trace_id"}
