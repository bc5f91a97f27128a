"""What travels between the nodes: JSON-sized values and references, never pixels."""

from collections.abc import Mapping, Sequence
from operator import not_
from typing import Annotated, Any

from langgraph.channels import EphemeralValue
from langgraph.types import Overwrite
from pydantic import Field

# Not typing's own: before Python 3.12 pydantic cannot make a schema of that, which LangGraph's
# server shows as the graph's input.
from typing_extensions import TypedDict

from cropsmith.tools.schema.approval import Approval
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import Analysis, Evidence, Example, Grounding
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest, Intent
from cropsmith.tools.schema.result import CropReport, Decision, Failure, Usage
from cropsmith.tools.schema.values import Value


class ImageRef(Value):
    """A photo by name: enough to open it again after a restart."""

    source: str
    """Path or URL, as given; "sha256:..." for a photo that lies in the image store."""
    sha256: str
    size: Size
    """Upright and level, in pixels."""
    angle: float = Field(default=0.0, exclude_if=not_)
    """Degrees that it is turned by, clockwise, to be level."""


def merge_candidates(
    known: tuple[Candidate, ...], news: tuple[Candidate, ...]
) -> tuple[Candidate, ...]:
    """Reduce: replace candidates of the same id, append new ones, keep the order of arrival."""
    by_id = {candidate.id: candidate for candidate in known}
    by_id.update({candidate.id: candidate for candidate in news})
    return tuple(by_id.values())


def merge_decisions(
    known: tuple[Decision, ...], news: tuple[Decision, ...]
) -> tuple[Decision, ...]:
    """Reduce: one decision for each shape, the latest, in the order of shapes."""
    by_target = {decision.target: decision for decision in (*known, *news)}
    return tuple(by_target[target] for target in sorted(by_target))


def joined(known: Sequence[Any], news: Sequence[Any]) -> tuple[Any, ...]:
    """Reduce: append. A checkpoint gives tuples back as lists, so both are taken."""
    return (*known, *news)


def add_usage(known: Usage | None, more: Usage) -> Usage:
    """Reduce: sum calls, tokens and cost; a cost that is unknown once is unknown in sum."""
    # LangGraph starts the channel with an empty Usage, whose cost is unknown.
    if known is None or known.calls == 0:
        return more
    costs = (known.cost, more.cost)
    return Usage(
        calls=known.calls + more.calls,
        prompt_tokens=known.prompt_tokens + more.prompt_tokens,
        completion_tokens=known.completion_tokens + more.completion_tokens,
        cost=None if None in costs else sum(c for c in costs if c is not None),
    )


class CropInput(TypedDict):
    """The narrow door to the graph."""

    photo: str
    """Path or URL; "sha256:..." for a photo already opened or stored."""
    request: CropRequest | dict[str, Any] | str
    """A request, its JSON, or just the words."""


class CropOutput(TypedDict):
    """What the graph answers."""

    report: Annotated[CropReport, EphemeralValue]
    """Ephemeral: a run that stops for a person must not answer with the last one's report."""


class CropState(CropInput, CropOutput):
    """Everything the nodes share. Each node returns only the keys it changes."""

    image: ImageRef
    """The opened photo (intent)."""
    intent: Intent
    """What is wanted (intent)."""
    analysis: Analysis | None
    """The composition; None when the mind failed and nothing else could say (analysis)."""
    grounding: Grounding
    """What the named things were found to be (grounding)."""
    evidence: Annotated[tuple[Evidence, ...], joined]
    """Faces, text, saliency: found without words (analysis, grounding)."""
    examples: Sequence[Example]
    """Retrieved expert crops (retrieval)."""
    candidates: Annotated[tuple[Candidate, ...], merge_candidates]
    """All candidates of all rounds and targets (proposal, scoring)."""
    round: int
    """0 at the first proposal; raised by refinement."""
    approval: Approval | None
    """A person's word before the decision (approval)."""
    decisions: Annotated[tuple[Decision, ...], merge_decisions]
    """One per target (decision, joint_framing)."""
    failures: Annotated[tuple[Failure, ...], joined]
    """What could not be done, in any node."""
    usage: Annotated[Usage, add_usage]
    """What the model calls cost so far (added by the wiring, from the recorded calls)."""
    notes: Annotated[tuple[str, ...], joined]
    """Plain sentences for the person."""


class ShapeState(TypedDict):
    """What the task of one shape gets: everything a brief needs, and nothing of other shapes."""

    shape: int
    """Index among the intent's targets."""
    image: ImageRef
    intent: Intent
    analysis: Analysis | None
    grounding: Grounding
    evidence: tuple[Evidence, ...]
    examples: Sequence[Example]
    candidates: tuple[Candidate, ...]
    """Those of this shape that are scored and legal, best first."""
    round: int
    approval: Approval | None


NOTHING: Mapping[str, Any] = {
    "evidence": (),
    "candidates": (),
    "decisions": (),
    "failures": (),
    "notes": (),
    "usage": Usage(),
}
"""Where the keys that add up begin."""


def afresh(update: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run's first update such that nothing of the thread's earlier photo remains."""
    begun = {key: Overwrite(update.get(key, empty)) for key, empty in NOTHING.items()}
    return {"approval": None, **update, **begun}
