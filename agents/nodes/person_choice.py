"""The decision that a person made, where one did."""

from cropsmith.agents.nodes.rejection import NEAREST
from cropsmith.agents.nodes.state import ShapeState
from cropsmith.tools.schema.result import Decision, Verdict


def drawn_id(target: int) -> str:
    """Return the id of the box that a person drew for a shape."""
    return f"{target}.person"


def decided_by_person(state: ShapeState) -> Decision | None:
    """Return the decision that a person made for a shape."""
    index, word = state["shape"], state["approval"]
    for choice in word.choices if word else ():
        if choice.target == index:
            chosen = choice.candidate or drawn_id(index)
            candidate = next(c for c in state["candidates"] if c.id == chosen)
            lacks = candidate.reason if candidate.proposed_by(NEAREST) else ""
            return Decision(
                target=index,
                chosen=chosen,
                verdict=Verdict.on(candidate.box),
                reasons=tuple(filter(None, ("You chose this crop.", lacks))),
                source="person",
                ranking=(chosen,),
            )
    return None
