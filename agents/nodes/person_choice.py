"""The decision that a person made, where one did."""

from cropsmith.agents.nodes.state import ShapeState
from cropsmith.tools.schema.result import Decision


def drawn_id(target: int) -> str:
    """Return the id of the box that a person drew for a shape."""
    return f"{target}.person"


def decided_by_person(state: ShapeState) -> Decision | None:
    """Return the decision that a person made for a shape."""
    index, word = state["shape"], state["approval"]
    for choice in word.choices if word else ():
        if choice.target == index:
            chosen = choice.candidate or drawn_id(index)
            kept = next(c for c in state["candidates"] if c.id == chosen).box.area == 1
            return Decision(
                target=index,
                chosen=chosen,
                kept=kept,
                reasons=("You chose this crop.",),
                source="person",
                ranking=(chosen,),
            )
    return None
