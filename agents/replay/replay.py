"""Runs a trace again: from its recorded replies, or from a chosen step on with another model."""

from collections.abc import Sequence
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver

from cropsmith.agents.minds.base.mind import Brief, Mind
from cropsmith.agents.parts.parts import Parts, Ready, build_parts
from cropsmith.agents.replay.examples import recorded_examples
from cropsmith.agents.replay.order import comes_after
from cropsmith.agents.replay.replies import RecordedReplies
from cropsmith.agents.runs.checkpoints import serializer
from cropsmith.agents.runs.events import Pending
from cropsmith.agents.runs.human_approval import begin, resume, settings_of
from cropsmith.agents.runs.run import run
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.photo import photo_of
from cropsmith.agents.trace.record import OpenStep, current_step
from cropsmith.agents.trace.store import StoredTrace
from cropsmith.agents.trace.values import Trace
from cropsmith.errors import CropsmithError, UsageError
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.approval import Approval
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import Analysis
from cropsmith.tools.schema.request import CropRequest, Intent
from cropsmith.tools.schema.result import Decision
from cropsmith.tools.schema.values import Value


class Replay(Value):
    """The run that repeated a trace."""

    trace: Trace
    identical: bool
    """Whether the report is the same to the last bit; the traces' own names apart."""


class Since:
    """Tells whether the step under way comes at or after a chosen one: "decision", "proposal:1"."""

    def __init__(self, name: str, trace: Trace) -> None:
        node, _, number = name.partition(":")
        known = {(step.node, step.round) for step in trace.steps}
        known |= {(mark.node, mark.round) for mark in trace.unfinished}
        round = int(number) if number.isdigit() else 0
        if not number:  # "decision" has the round that the run had reached
            round = max((r for n, r in known if n == node), default=0)
        if (node, round) not in known:
            names = ", ".join(dict.fromkeys(f"{n}:{r}" if r else n for n, r in sorted(known)))
            raise UsageError(f"The trace has no step '{name[:80]}'.", hint=f"It has: {names}.")
        self._node, self._round = node, round

    def __call__(self, step: OpenStep | None) -> bool:
        """Tell whether this step asks anew."""
        if step is None:
            return False
        if step.node == self._node:
            return step.round >= self._round
        return comes_after(step.node, step.round, self._node, self._round)


class SwitchedMind:
    """One mind until a chosen step, another from there on."""

    def __init__(self, before: Mind, after: Mind, since: Since) -> None:
        self._before = before
        self._after = after
        self._since = since

    @property
    def acting(self) -> Mind:
        """The mind whose turn it is."""
        return self._after if self._since(current_step.get()) else self._before

    @property
    def name(self) -> str:
        """Of the mind whose turn it is."""
        return self.acting.name

    async def understand(self, view: View, request: CropRequest) -> Intent:
        """Ask the mind whose turn it is."""
        return await self.acting.understand(view, request)

    async def analyse(self, view: View, intent: Intent) -> Analysis:
        """Ask the mind whose turn it is."""
        return await self.acting.analyse(view, intent)

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        """Ask the mind whose turn it is."""
        return await self.acting.propose(brief)

    async def decide(self, brief: Brief, leaders: Sequence[Candidate]) -> Decision:
        """Ask the mind whose turn it is."""
        return await self.acting.decide(brief, leaders)


async def replay(
    trace: Trace, library: TraceLibrary, *, since: str = "", model: str = ""
) -> Replay:
    """Run a trace again and keep that run as a trace of its own.

    Without `since` no model is asked, and the result is the same bit for bit if this version
    works as the one that made the trace. With `since` the steps from there on ask the model anew:
    that of the trace, or `model`. UsageError when the photo is gone, or a reply is not recorded.
    """
    if model and not since:
        since = "intent"
    recorder = StoredTrace(library.home, parent=trace.head.id)
    replies = RecordedReplies(trace)
    parts = _recorded_parts(trace, recorder, replies)
    if since:
        parts = _switched(trace, parts, since, model)
    photo = photo_of(trace, library.images)
    request = CropRequest.model_validate(trace.facts.request)
    try:
        await _run(photo, request, parts, _word(trace))
    except CropsmithError as error:
        # A run that failed must fail again; anything new is a failure of the replay.
        if f"{type(error).__name__}: {error}" != trace.head.error:
            raise
    if replies.missing is not None:
        raise replies.missing
    assert recorder.trace_id is not None
    again = library.read(recorder.trace_id)
    same = _comparable(trace.result) == _comparable(again.result)
    return Replay(trace=again, identical=same and trace.head.error == again.head.error)


async def _run(photo: Photo, request: CropRequest, parts: Parts, word: Approval | None) -> None:
    """Run to the end; where the recorded run waited for a person, give the recorded word."""
    if word is None:
        await run(photo, request, parts)
        return
    memory = InMemorySaver(serde=serializer())
    pending = await begin(photo, request, parts, memory)
    if isinstance(pending, Pending):
        await resume(pending.trace_id, word, parts=parts, checkpointer=memory)


def _word(trace: Trace) -> Approval | None:
    for step in trace.steps:
        if isinstance(step.outputs, dict) and step.outputs.get("approval") is not None:
            return Approval.model_validate(step.outputs["approval"])
    return None


def _recorded_parts(trace: Trace, recorder: StoredTrace, replies: RecordedReplies) -> Parts:
    # No reply may come from anywhere but the trace; a person's word comes from it too.
    settings = settings_of(trace.facts).but(trace=True, approve=False)
    ready: Ready = {"recorder": recorder, "retriever": recorded_examples(trace)}
    if settings.model != "builtin":
        ready["backend"] = replies
    return build_parts(settings, **ready)


def _switched(trace: Trace, before: Parts, since: str, model: str) -> Parts:
    settings = before.settings.but(model=model or before.settings.model)
    after = build_parts(settings, recorder=before.recorder)
    ready: Ready = {"recorder": before.recorder}
    if since not in ("intent", "retrieval"):
        ready["retriever"] = before.retriever
    ready["mind"] = SwitchedMind(before.mind, after.mind, Since(since, trace))
    return build_parts(settings, **ready)


def _comparable(result: Any) -> Any:
    """Return a report without what names the run itself."""
    if not isinstance(result, dict):
        return result
    return {key: value for key, value in result.items() if key != "trace_id"}
