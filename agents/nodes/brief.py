"""What a mind may look at for one target, gathered from the state."""

from collections.abc import Sequence

import numpy as np

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.nodes.ask_mind import view_of
from cropsmith.agents.nodes.state import CropState, ShapeState
from cropsmith.agents.parts.parts import Parts
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import as_array, diverse


async def brief_for(state: CropState | ShapeState, parts: Parts, index: int) -> Brief:
    """Return the brief of target `index`."""
    return Brief(
        view=await view_of(state, parts),
        intent=state["intent"],
        target=state["intent"].targets[index],
        target_index=index,
        analysis=state["analysis"],
        grounding=state["grounding"],
        evidence=state["evidence"],
        examples=state["examples"],
        earlier=ranked(state, index),
        round=state["round"],
    )


def distinct(candidates: Sequence[Candidate], n: int) -> list[Candidate]:
    """Return up to `n` of the candidates in their order, none much like an earlier one."""
    boxes = as_array(candidate.box for candidate in candidates)
    order = -np.arange(len(candidates), dtype=np.float64)
    return [candidates[index] for index in diverse(boxes, order, n)]


def ranked(state: CropState | ShapeState, index: int) -> tuple[Candidate, ...]:
    """Return the legal, scored candidates of a target, best first; ties in order of arrival."""
    scored = [
        candidate
        for candidate in state.get("candidates", ())
        if candidate.target == index and candidate.total is not None and candidate.legal
    ]
    return tuple(sorted(scored, key=lambda candidate: -(candidate.total or 0.0)))
