"""The parts of a run that repeats a trace: those of the record, and others from a step on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cropsmith.agents.parts.parts import Parts, Ready, build_parts
from cropsmith.agents.replay.examples import recorded_examples
from cropsmith.agents.replay.order import comes_after
from cropsmith.agents.replay.replies import RecordedReplies
from cropsmith.agents.runs.human_approval import settings_of
from cropsmith.agents.settings.checks import check_settings
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.record import Origin, Recorder
from cropsmith.agents.trace.values import Trace
from cropsmith.errors import UsageError

LAST_NODE = {
    "index": "retrieval",
    "detector": "grounding",
    "clip": "scoring",
    "scorer_server": "scoring",
    "decoder": "scoring",
    "rater": "scoring",
    "judge": "scoring",
}
"""The last node in which a setting means something, where that is not the decision."""


@dataclass(frozen=True)
class Since:
    """Tells whether a step comes at or after a chosen one: "decision", "proposal:1"."""

    node: str
    round: int = 0

    @classmethod
    def of(cls, name: str, trace: Trace) -> "Since":
        """Return the step that a person named. UsageError where the trace has none of that name."""
        node, _, number = name.partition(":")
        known = {(step.node, step.round) for step in trace.steps}
        known |= {(mark.node, mark.round) for mark in trace.unfinished}
        round = int(number) if number.isdigit() else 0
        if not number:  # "decision" has the round that the run had reached
            round = max((r for n, r in known if n == node), default=0)
        if (node, round) not in known:
            names = ", ".join(dict.fromkeys(f"{n}:{r}" if r else n for n, r in sorted(known)))
            raise UsageError(f"The trace has no step '{name[:80]}'.", hint=f"It has: {names}.")
        return cls(node, round)

    @classmethod
    def recorded(cls, text: str) -> "Since":
        """Return the step that an `Origin` names."""
        node, _, number = text.partition(":")
        return cls(node, int(number or 0))

    def __str__(self) -> str:
        return f"{self.node}:{self.round}" if self.round else self.node

    def __call__(self, node: str, round: int) -> bool:
        """Tell whether this step is done anew."""
        if node == self.node:
            return round >= self.round
        return comes_after(node, round, self.node, self.round)

    def follows(self, node: str) -> bool:
        """Tell whether the chosen step comes after every step of that node."""
        return comes_after(self.node, self.round, node, self.round)


def recorded_parts(
    trace: Trace, replies: RecordedReplies, recorder: Recorder, *, asks_a_person: bool
) -> Parts:
    """Return parts that take every reply, example and setting from the trace.

    A run that went on from a step of another one has two sets of settings: each holds in its
    steps.
    """

    def made(settings: RunSettings) -> Parts:
        # No reply may come from anywhere but the trace.
        ready: Ready = {"recorder": recorder, "retriever": recorded_examples(trace)}
        if settings.model != "builtin":
            ready["backend"] = replies
        return build_parts(settings.but(trace=True, approve=asks_a_person), **ready)

    return _since_its_origin(made(settings_of(trace.facts)), trace.facts.origin, made)


def _since_its_origin(
    parts: Parts, origin: Origin | None, made: Callable[[RunSettings], Parts]
) -> Parts:
    """Return the parts of a run, with those of its origin in the steps before it went on."""
    if origin is None:
        return parts
    if not origin.since:
        return _since_its_origin(parts, origin.origin, made)
    former = made(RunSettings.recorded(origin.settings))
    former = _since_its_origin(former, origin.origin, made)
    return _joined(former, parts, Since.recorded(origin.since))


def changed(before: RunSettings, changes: Mapping[str, Any]) -> RunSettings:
    """Return settings with changes. UsageError for one that a run like this cannot have."""
    for name in ("trace", "approve"):
        if name in changes:
            raise UsageError(
                f"The setting {name} cannot be changed here.",
                hint="A run that goes on keeps its trace and waits for nobody.",
            )
    if "model" in changes and "server" not in changes:
        changes = {**changes, "server": ""}  # it is the other model's
    return before.but(**changes)


def going_on(before: Parts, start: Since, changes: Mapping[str, Any]) -> Parts:
    """Return parts that ask anew from a step on, `before` until then.

    UsageError where a change cannot be, or means nothing from there on.
    """
    settings = changed(before.settings, changes)
    check_settings(settings)
    ready: Ready = {"views": before.views, "recorder": before.recorder}
    if not start("retrieval", start.round):
        ready["retriever"] = before.retriever
    after = build_parts(settings, **ready)
    _refuse_idle(after, start, changes)
    return _joined(before, after, start)


def _joined(before: Parts, after: Parts, since: Since) -> Parts:
    def earlier(node: str, round: int) -> Parts | None:
        return None if since(node, round) else before.at(node, round)

    return after.but(views=before.views, earlier=earlier)


def _refuse_idle(after: Parts, start: Since, changes: Mapping[str, Any]) -> None:
    """Raise UsageError for a change that would be without effect."""
    asks = after.settings.model != "builtin"
    idle = after.settings.idle(asks_a_model=asks, argued=after.recipe.style != "in-context")
    for name in changes:
        if name in idle:
            raise UsageError(after.notes[0], hint=f"Leave {name} as it is.")
        last = LAST_NODE.get(name)
        # Tools that the model calls itself look and score in every step.
        tools = asks and after.recipe.with_tools(after.settings)
        if last and not tools and start.node != last and start.follows(last):
            raise UsageError(
                f"The setting {name} means nothing from {start.node} on.",
                hint=f"Begin at {last}.",
            )
