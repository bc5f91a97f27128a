"""The table of scorers over all candidates."""

import asyncio
from typing import Any

from langgraph.runtime import Runtime

from cropsmith.agents.context import Context
from cropsmith.agents.mind import Brief
from cropsmith.agents.nodes.briefing import brief_for
from cropsmith.agents.state import CropState
from cropsmith.tools.candidate import Candidate
from cropsmith.tools.geometry import as_array
from cropsmith.tools.preference import Preference


def scored(brief: Brief, candidates: list[Candidate]) -> list[Candidate]:
    """Return the candidates with the scores of every scorer that could run."""
    values = Preference.load().score(brief.view.sight, as_array(c.box for c in candidates), brief.target.ratio)
    return [
        candidate.scored({"preference": float(value), "area": candidate.box.area}, float(value))
        for candidate, value in zip(candidates, values, strict=True)
    ]


async def scoring(state: CropState, runtime: Runtime[Context]) -> dict[str, Any]:
    """Score the candidates that have no scores yet."""
    done: list[Candidate] = []
    for index in range(len(state["intent"].targets)):
        fresh = [c for c in state["candidates"] if c.target == index and c.total is None]
        if fresh:
            brief = await asyncio.to_thread(brief_for, state, runtime.context, index)
            done += await asyncio.to_thread(scored, brief, fresh)
    return {"candidates": tuple(done)}
