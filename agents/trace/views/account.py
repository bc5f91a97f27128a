"""What a trace's steps add up to: the state of the run, typed again, as far as it got."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from cropsmith.agents.trace.record import Step
from cropsmith.agents.trace.values import Trace
from cropsmith.errors import CropsmithError
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import Analysis, Evidence, Example, Grounding
from cropsmith.tools.schema.request import Intent
from cropsmith.tools.schema.result import CropReport, Decision, Failure
from cropsmith.tools.schema.values import Value


class Account(Value):
    """The run as its steps left it. Parts that were not reached are None or empty."""

    intent: Intent | None = None
    analysis: Analysis | None = None
    grounding: Grounding | None = None
    evidence: tuple[Evidence, ...] = ()
    examples: tuple[Example, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    """All candidates of all rounds, in order of arrival, with their last scores."""
    decisions: tuple[Decision, ...] = ()
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()
    round: int = 0
    report: CropReport | None = None

    def candidate(self, name: str) -> Candidate | None:
        """Return the candidate of that id."""
        return next((c for c in self.candidates if c.id == name), None)

    @property
    def chosen(self) -> frozenset[str]:
        """The ids that the decisions name."""
        return frozenset(decision.chosen for decision in self.decisions)


_ADDED = ("evidence", "failures", "notes")
_REPLACED = ("intent", "analysis", "grounding", "examples", "round", "report")


def account_of(trace: Trace) -> Account:
    """Return what a trace's steps add up to. CropsmithError when they do not fit this version."""
    return fold(trace.steps)


def fold(steps: Iterable[Step]) -> Account:
    """Apply the outputs of steps in order, as the graph's own reducers do."""
    state: dict[str, Any] = {}
    candidates: dict[str, Any] = {}
    decisions: dict[int, Any] = {}
    for step in steps:
        if not isinstance(step.outputs, Mapping):
            continue
        for key in _REPLACED:
            if key in step.outputs:
                state[key] = step.outputs[key]
        for key in _ADDED:
            state[key] = [*state.get(key, ()), *step.outputs.get(key, ())]
        for candidate in step.outputs.get("candidates", ()):
            candidates[candidate["id"]] = candidate
        for decision in step.outputs.get("decisions", ()):
            decisions[decision["target"]] = decision
    state["candidates"] = tuple(candidates.values())
    state["decisions"] = tuple(decisions[target] for target in sorted(decisions))
    try:
        return Account.model_validate(state)
    except ValidationError as error:
        raise CropsmithError(
            "This trace was written by another version of cropsmith and cannot be read.",
            hint="cropsmith trace export gives it as it is.",
        ) from error
