"""Another round while it helps (Cropper): candidates go back to the mind with their scores."""

from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import Send

from cropsmith.agents.nodes.brief import ranked
from cropsmith.agents.nodes.shapes import each_shape
from cropsmith.agents.nodes.state import CropState
from cropsmith.agents.parts.parts import Parts, RunContext

ROUNDS = {"quick": 0, "standard": 0, "thorough": 2}
"""Refinement rounds by effort; two is where Cropper saturates (methods, section 1.5)."""

GAIN = 1e-3
"""Smallest rise of the best total that earns another round."""


def rounds_wanted(parts: Parts, state: CropState) -> int:
    """Return how many rounds may follow the first; the built-in optimiser refines by itself."""
    if parts.mind is parts.builtin:
        return 0
    if parts.named_recipe or "L" in parts.settings.overridden:
        return parts.recipe.of(state["intent"]).L
    return ROUNDS[parts.settings.effort]


def still_improving(state: CropState) -> bool:
    """Tell whether the last round beat the earlier ones for some target."""
    number = state["round"]
    if number == 0:
        return True
    for index in range(len(state["intent"].targets)):
        totals: dict[bool, list[float]] = {True: [], False: []}
        for candidate in ranked(state, index):
            totals[candidate.provenance.round == number].append(candidate.total or 0.0)
        if totals[True] and max(totals[True]) > max(totals[False], default=float("-inf")) + GAIN:
            return True
    return False


def after_scoring(
    state: CropState, runtime: Runtime[RunContext]
) -> Literal["refinement", "approval"] | list[Send]:
    """Choose the next node: another round, a person's word, or a decision for each shape."""
    parts = runtime.context.parts.at("refinement", state["round"])
    if state.get("approval") is not None:  # a box that a person drew has just been scored
        return each_shape("decision", state)
    more = state["round"] < rounds_wanted(parts, state)
    stops = (
        not (parts.named_recipe or "stop_early" in parts.settings.overridden)
        or parts.recipe.of(state["intent"]).stop_early
    )
    if more and not (stops and not still_improving(state)):
        return "refinement"
    return "approval" if parts.settings.approve else each_shape("decision", state)


async def refinement(state: CropState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Open the next round."""
    return {"round": state["round"] + 1}
