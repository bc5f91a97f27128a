"""Similar photos with expert crops, as examples (Cropper)."""

from typing import Any

from langgraph.runtime import Runtime

from cropsmith.agents.context import Context
from cropsmith.agents.state import CropState


async def retrieval(state: CropState, runtime: Runtime[Context]) -> dict[str, Any]:
    """Retrieve nothing: no index of expert crops is configured."""
    return {"examples": ()}
