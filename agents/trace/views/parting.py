"""Where two runs parted: the first step that went otherwise, and all that is not the same."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from cropsmith.agents.trace.conversation import as_sent
from cropsmith.agents.trace.record import CallRecord, Step
from cropsmith.agents.trace.values import Trace
from cropsmith.agents.trace.views.account import Account, account_of
from cropsmith.agents.trace.views.leaves import Change, changes
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.result import Framed
from cropsmith.tools.schema.values import Value


class Part(StrEnum):
    """What differs."""

    REQUEST = "request"
    MODEL = "model"
    STEP = "step"
    PROMPT = "prompt"
    REPLY = "reply"
    OUTPUT = "output"
    CANDIDATE = "candidate"
    CROP = "crop"


class Difference(Value):
    """One thing that is not the same in both."""

    part: Part
    place: str
    """Where: "proposal round 1, call 2", a candidate's id, a shape's number."""
    before: str = ""
    """In the first trace; empty where it has no such thing."""
    after: str = ""
    changes: tuple[Change, ...] = ()
    """Of an output: the single values that changed, instead of before and after."""
    iou: float | None = None
    """Of the two boxes, where both have one."""


class Parting(Value):
    """What is not the same in two traces of a photo."""

    a: str
    b: str
    at: str = ""
    """The first step whose prompts, replies or outputs differ; empty if none does."""
    differences: tuple[Difference, ...] = ()
    """Request and model first, then step by step as the run went, then candidates and crops."""

    @property
    def same(self) -> bool:
        """Whether the two went the same way to the same result."""
        return not self.differences


def parting(a: Trace, b: Trace) -> Parting:
    """Compare two traces, step by step and in their results. Times and ids do not count."""
    heads = [
        Difference(part=part, place="", before=one, after=other)
        for part, one, other in (
            (Part.REQUEST, a.head.request, b.head.request),
            (Part.MODEL, a.head.model, b.head.model),
        )
        if one != other
    ]
    steps = list(_steps(a.steps, b.steps))
    one, other = account_of(a), account_of(b)
    told = {change for difference in steps for change in _values(difference)}
    reports = [
        difference
        for difference in _outputs("report", a.result, b.result)
        if not told.issuperset(_values(difference))  # most of a report is what the steps put there
    ]
    return Parting(
        a=a.head.id,
        b=b.head.id,
        at=steps[0].place.partition(",")[0] if steps else "",
        differences=(*heads, *steps, *_candidates(one, other), *reports, *_crops(one, other)),
    )


def _values(difference: Difference) -> set[tuple[str, str]]:
    return {(change.before, change.after) for change in difference.changes}


@dataclass
class _Turn:
    """What a node did in a round, for all shapes together: they may go side by side or not."""

    calls: list[CallRecord] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def _turns(steps: Sequence[Step]) -> Mapping[str, _Turn]:
    """Return the turns by name. Side-by-side nodes end in any order, so order does not count."""
    found: dict[str, _Turn] = {}
    for step in sorted(steps, key=lambda step: step.shape or 0):
        name = f"{step.node} round {step.round}" if step.round else step.node
        turn = found.setdefault(name, _Turn())
        turn.calls += step.calls
        if step.error:
            turn.errors.append(step.error)
        for key, value in step.outputs.items() if isinstance(step.outputs, Mapping) else ():
            known = turn.outputs.get(key)
            if isinstance(known, list) and isinstance(value, list):
                value = [*known, *value]
            turn.outputs[key] = value
    return found


def _steps(a: Sequence[Step], b: Sequence[Step]) -> Iterator[Difference]:
    before, after = _turns(a), _turns(b)
    for name in dict.fromkeys((*before, *after)):
        if name not in before or name not in after:
            there = "ran" if name in before else "did not run"
            gone = "ran" if name in after else "did not run"
            yield Difference(part=Part.STEP, place=name, before=there, after=gone)
            continue
        yield from _calls(name, before[name].calls, after[name].calls)
        yield from _outputs(name, before[name].outputs, after[name].outputs)
        errors = [" ".join(turn.errors) for turn in (before[name], after[name])]
        if errors[0] != errors[1]:
            yield Difference(part=Part.STEP, place=name, before=errors[0], after=errors[1])


def _paired(
    a: Sequence[CallRecord], b: Sequence[CallRecord]
) -> Iterator[tuple[CallRecord | None, CallRecord | None]]:
    """Yield the calls of both, alike ones together: calls of a step may race one another."""
    left = list(b)
    alone: list[CallRecord] = []
    for call in a:
        same = [
            other
            for other in left
            if (other.purpose, as_sent(other), other.seed)
            == (call.purpose, as_sent(call), call.seed)
        ]
        if same:
            left.remove(same[0])
            yield call, same[0]
        else:
            alone.append(call)
    # Of the rest, questions of one kind stand side by side.
    for purpose in dict.fromkeys(call.purpose for call in (*alone, *left)):
        ours = [call for call in alone if call.purpose == purpose]
        theirs = [call for call in left if call.purpose == purpose]
        yield from zip_longest(ours, theirs)


def _calls(name: str, a: Sequence[CallRecord], b: Sequence[CallRecord]) -> Iterator[Difference]:
    for number, (one, other) in enumerate(_paired(a, b), 1):
        purpose = next(call.purpose for call in (one, other) if call)
        place = f"{name}, call {number} ({purpose})"
        prompts = [as_sent(call) if call else "" for call in (one, other)]
        if prompts[0] != prompts[1]:
            yield Difference(part=Part.PROMPT, place=place, before=prompts[0], after=prompts[1])
        replies = [
            f"{call.status}: {call.raw or call.reason}" if call else "" for call in (one, other)
        ]
        if replies[0] != replies[1]:
            yield Difference(part=Part.REPLY, place=place, before=replies[0], after=replies[1])


_COMPARED_APART = frozenset(
    {"image", "candidates", "report", "crops", "trace_id", "usage", "source", "model"}
)
"""Keys whose parts are compared by themselves (photo, boxes, crops, cost), or name the run."""


def _outputs(name: str, a: Any, b: Any) -> Iterator[Difference]:
    one = a if isinstance(a, Mapping) else {}
    other = b if isinstance(b, Mapping) else {}
    for key in dict.fromkeys((*one, *other)):
        if key not in _COMPARED_APART and (
            found := changes(one.get(key) or None, other.get(key) or None)
        ):
            yield Difference(part=Part.OUTPUT, place=f"{name}, {key}", changes=found)


def _candidates(a: Account, b: Account) -> Iterator[Difference]:
    before = {c.id: c for c in a.candidates}
    after = {c.id: c for c in b.candidates}
    for name in dict.fromkeys((*before, *after)):
        one, other = before.get(name), after.get(name)
        if _told(one) == _told(other):
            continue
        yield Difference(
            part=Part.CANDIDATE,
            place=name,
            before=_candidate(one),
            after=_candidate(other),
            iou=one.box.iou(other.box) if one and other else None,
        )


def _crops(a: Account, b: Account) -> Iterator[Difference]:
    before = a.report.crops if a.report else ()
    after = b.report.crops if b.report else ()
    for number, (one, other) in enumerate(zip_longest(before, after), 1):
        if one == other:
            continue
        yield Difference(
            part=Part.CROP,
            place=f"shape {number}",
            before=_crop(one),
            after=_crop(other),
            iou=one.box.iou(other.box) if one and other else None,
        )


def _told(candidate: Candidate | None) -> object:
    return candidate and (candidate.box, candidate.scores, candidate.total, candidate.reason)


def _candidate(candidate: Candidate | None) -> str:
    if candidate is None:
        return ""
    total = "unscored" if candidate.total is None else f"{candidate.total:.4f}"
    return f"{_corners(candidate.box)}  {total}"


def _crop(crop: Framed | None) -> str:
    return f"{_corners(crop.box)} from {', '.join(crop.sources)}, {crop.verdict}" if crop else ""


def _corners(box: Any) -> str:
    return " ".join(f"{value:.4f}" for value in box.corners)
