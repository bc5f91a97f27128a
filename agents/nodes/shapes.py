"""The asked shapes go side by side: what each one's own task gets to know."""

from typing import Any

from langgraph.types import Send

from cropsmith.agents.nodes.brief import ranked
from cropsmith.agents.nodes.state import CropState, ShapeState


async def shapes(state: CropState) -> dict[str, Any]:
    """Wait for all that is known of the photo, before the shapes part."""
    return {}


def each_shape(node: str, state: CropState) -> list[Send]:
    """Send every shape to a task of its own, with what a brief needs and no more."""
    return [
        Send(
            node,
            ShapeState(
                shape=index,
                image=state["image"],
                intent=state["intent"],
                analysis=state["analysis"],
                grounding=state["grounding"],
                evidence=state["evidence"],
                examples=state["examples"],
                candidates=ranked(state, index),
                round=state["round"],
                approval=state.get("approval"),
            ),
        )
        for index in range(len(state["intent"].targets))
    ]


def to_proposals(state: CropState) -> list[Send]:
    """Have crops proposed for every shape."""
    return each_shape("proposal", state)
