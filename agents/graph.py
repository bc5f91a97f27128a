"""The wiring: one StateGraph, from a request to a report.

intent -> analysis, grounding, retrieval -> proposal -> scoring -> approval? -> decision -> render
                                               ^           |
                                               +refinement<+
"""

from collections.abc import Awaitable, Sequence
from typing import Any, Protocol

from langgraph.config import get_config
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Checkpointer

from cropsmith.agents.nodes.analysis import analysis
from cropsmith.agents.nodes.approval import after_approval, approval
from cropsmith.agents.nodes.decision import decision
from cropsmith.agents.nodes.grounding import grounding
from cropsmith.agents.nodes.intent import intent
from cropsmith.agents.nodes.proposal import proposal
from cropsmith.agents.nodes.refinement import after_scoring, refinement
from cropsmith.agents.nodes.render import render
from cropsmith.agents.nodes.retrieval import retrieval
from cropsmith.agents.nodes.scoring import scoring
from cropsmith.agents.nodes.state import CropInput, CropOutput, CropState
from cropsmith.agents.parts.parts import RunContext
from cropsmith.agents.trace.record import CallRecord, record_step
from cropsmith.tools.schema.result import Usage

Graph = CompiledStateGraph[CropState, RunContext, CropInput, CropOutput]


class Node(Protocol):
    """A node: reads the state, returns the keys it changes."""

    __name__: str

    def __call__(self, state: CropState, runtime: Runtime[RunContext]) -> Awaitable[dict[str, Any]]:
        """Do the node's work."""
        ...


def usage_of(calls: Sequence[CallRecord]) -> Usage:
    """Return what these calls cost; failed ones count too."""
    costs = [call.cost for call in calls]
    return Usage(
        calls=len(calls),
        prompt_tokens=sum(call.prompt_tokens or 0 for call in calls),
        completion_tokens=sum(call.completion_tokens or 0 for call in calls),
        cost=None if None in costs else sum(c for c in costs if c is not None),
    )


def traced(node: Node) -> Node:
    """Wrap a node so that its run is recorded, also when it fails."""

    async def run(state: CropState, runtime: Runtime[RunContext]) -> dict[str, Any]:
        recorder = runtime.context.parts.recorder
        with record_step(recorder, node.__name__, state.get("round", 0)) as step:
            step.superstep = get_config()["metadata"]["langgraph_step"]
            update = await node(state, runtime)
            step.outputs = update
            return {**update, "usage": usage_of(step.calls)} if step.calls else update

    run.__name__ = run.__qualname__ = node.__name__
    run.__doc__ = node.__doc__
    return run


def build_graph(checkpointer: Checkpointer = None) -> Graph:
    """Compile the graph. Pass a checkpointer only where a run must survive the process."""
    graph = StateGraph(CropState, RunContext, input_schema=CropInput, output_schema=CropOutput)
    for node in (
        intent,
        analysis,
        grounding,
        retrieval,
        proposal,
        scoring,
        refinement,
        approval,
        decision,
        render,
    ):
        graph.add_node(node.__name__, traced(node))
    graph.add_edge(START, "intent")
    for evidence in ("analysis", "grounding", "retrieval"):
        graph.add_edge("intent", evidence)
    graph.add_edge(["analysis", "grounding", "retrieval"], "proposal")
    graph.add_edge("proposal", "scoring")
    graph.add_conditional_edges("scoring", after_scoring, ["refinement", "approval", "decision"])
    graph.add_edge("refinement", "proposal")
    graph.add_conditional_edges("approval", after_approval, ["scoring", "decision"])
    graph.add_edge("decision", "render")
    graph.add_edge("render", END)
    return graph.compile(checkpointer=checkpointer, name="cropsmith")
