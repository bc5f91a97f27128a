"""The composition of the photo: scene, subjects, elements, lines, distractions (CROP, stage 1)."""

import asyncio
from typing import Any

from langgraph.runtime import Runtime

from cropsmith.agents.nodes.ask_mind import ask_mind, view_of
from cropsmith.agents.nodes.state import CropState
from cropsmith.agents.parts.context import Context


async def analysis(state: CropState, runtime: Runtime[Context]) -> dict[str, Any]:
    """Ask the mind to analyse the composition."""
    context = runtime.context
    view = await asyncio.to_thread(view_of, state, context)
    answer = await ask_mind(context, "analysis", lambda mind: mind.analyse(view, state["intent"]))
    return {"analysis": answer.value, "failures": answer.failures}
