"""The composition of the photo: scene, subjects, elements, lines, distractions (CROP, stage 1)."""

from typing import Any

from langgraph.runtime import Runtime

from cropsmith.agents.nodes.ask_mind import ask_mind, view_of
from cropsmith.agents.nodes.state import CropState
from cropsmith.agents.parts.parts import RunContext


async def analysis(state: CropState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Ask the mind to analyse the composition."""
    parts = runtime.context.parts
    view = await view_of(state, parts)
    answer = await ask_mind(parts, "analysis", lambda mind: mind.analyse(view, state["intent"]))
    return {"analysis": answer.value, "failures": answer.failures}
