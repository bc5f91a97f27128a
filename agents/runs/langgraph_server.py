"""The graph for LangGraph's own server and Studio, which bring their own checkpoints."""

from cropsmith.agents.graph import Graph, build_graph
from cropsmith.agents.minds.with_tools.loop import tool_loop

ASKING = ("proposal", "decision")
"""Nodes in which a model may call tools."""


def make_graph() -> Graph:
    """Return the graph without a checkpointer, as langgraph.json asks for it."""
    graph = build_graph()
    for node in ASKING:
        # LangGraph looks for subgraphs in a node's own code; the mind invokes this one further in.
        graph.nodes[node].subgraphs = [tool_loop()]
    return graph
