"""The graph for LangGraph's own server and Studio, which bring their own checkpoints."""

from cropsmith.agents.graph import Graph, build_graph


def make_graph() -> Graph:
    """Return the graph without a checkpointer, as langgraph.json asks for it."""
    return build_graph()
