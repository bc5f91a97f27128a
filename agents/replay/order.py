"""Which of two steps comes after the other, read off the compiled graph."""

from collections.abc import Mapping
from functools import cache

from cropsmith.agents.graph import build_graph


def comes_after(node: str, round: int, other: str, other_round: int) -> bool:
    """Tell whether a step comes after another one; of two that run side by side neither does.

    On a loop the later round comes after, and within a round what lies farther from the start.
    """
    order = _order()
    if node not in order.get(other, {}):
        return False
    if other not in order.get(node, {}):
        return True
    return (round, order["__start__"][node]) > (other_round, order["__start__"][other])


@cache
def _order() -> Mapping[str, Mapping[str, int]]:
    """Return for each node those that can follow it, and after how many steps at the soonest."""
    then: dict[str, list[str]] = {}
    for edge in build_graph().get_graph().edges:
        then.setdefault(edge.source, []).append(edge.target)
    order: dict[str, dict[str, int]] = {}
    for node in then:
        found, reached, far = order.setdefault(node, {}), then[node], 1
        while reached := [name for name in dict.fromkeys(reached) if name not in found]:
            found.update(dict.fromkeys(reached, far))
            reached, far = [to for name in reached for to in then.get(name, ())], far + 1
    return order
