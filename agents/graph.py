"""The wiring: one StateGraph, from a request to a report.

intent -> analysis, grounding, retrieval -> shapes => proposal -> scoring -> approval?
                                                     ^            |            |
                                                     +=refinement<+            |
                                 render <- joint framing? <- decision <========+

A double arrow sends each asked shape to a task of its own; they run side by side.
"""

from collections.abc import Awaitable, Sequence
from functools import cache
from typing import Any, Protocol

from langgraph.config import get_config
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Checkpointer

from cropsmith.agents.nodes.analysis import analysis
from cropsmith.agents.nodes.approval import after_approval, approval
from cropsmith.agents.nodes.decision import after_decision, decision
from cropsmith.agents.nodes.grounding import grounding
from cropsmith.agents.nodes.intent import intent
from cropsmith.agents.nodes.joint_framing import joint_framing
from cropsmith.agents.nodes.proposal import proposal
from cropsmith.agents.nodes.refinement import after_scoring, refinement
from cropsmith.agents.nodes.render import render
from cropsmith.agents.nodes.retrieval import retrieval
from cropsmith.agents.nodes.scoring import scoring
from cropsmith.agents.nodes.shapes import shapes, to_proposals
from cropsmith.agents.nodes.state import CropInput, CropOutput, CropState, afresh
from cropsmith.agents.parts.parts import RunContext
from cropsmith.agents.trace.events import event_of
from cropsmith.agents.trace.record import CallRecord, StepMark, record_step
from cropsmith.errors import UsageError
from cropsmith.prompts import replaced_by
from cropsmith.tools.schema.result import Usage

Graph = CompiledStateGraph[CropState, RunContext, CropInput, CropOutput]


class Node(Protocol):
    """A node: reads the state, or what one shape's task was sent; returns the keys it changes."""

    __name__: str

    def __call__(self, state: Any, runtime: Runtime[RunContext]) -> Awaitable[dict[str, Any]]:
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
    """Wrap a node so that its run is recorded and told to the stream, also when it fails."""

    async def run(state: CropState, runtime: Runtime[RunContext]) -> dict[str, Any]:
        def tell(mark: StepMark) -> None:
            runtime.stream_writer(event_of(mark))

        shape: Any = state.get("shape")
        if shape is not None and len(state["intent"].targets) == 1:
            shape = None  # the only one goes without saying
        round = state.get("round", 0)
        whole = runtime.context.parts
        if (parts := whole.at(node.__name__, round)) is not whole:
            runtime = runtime.override(context=RunContext.around(parts))
        recorded = record_step(whole.recorder, node.__name__, round, shape, tell)
        with replaced_by(parts.prompts), recorded as step:
            step.superstep = get_config()["metadata"]["langgraph_step"]
            update = await node(state, runtime)
            if step.lacking:
                if parts.lacks_stop:
                    raise UsageError(step.lacking[0], hint="Do without it, or without strict.")
                update = {**update, "notes": (*update.get("notes", ()), *step.lacking)}
            step.outputs = update
            return {**update, "usage": usage_of(step.calls)} if step.calls else update

    run.__name__ = run.__qualname__ = node.__name__
    run.__doc__ = node.__doc__
    return run


def opening(node: Node) -> Node:
    """Wrap the first node so that nothing of the thread's earlier photo remains."""

    # LangGraph reads what to give a node off its first annotation: not the old photo's state.
    async def run(state: CropInput, runtime: Runtime[RunContext]) -> dict[str, Any]:
        return afresh(await node(state, runtime))

    run.__name__ = run.__qualname__ = node.__name__
    run.__doc__ = node.__doc__
    return run


def build_graph(checkpointer: Checkpointer = None) -> Graph:
    """Return the graph, compiled once a process.

    Pass a checkpointer only where a run must survive the process.
    """
    graph = _compiled()
    return graph.copy({"checkpointer": checkpointer}) if checkpointer else graph


@cache
def _compiled() -> Graph:
    graph = StateGraph(CropState, RunContext, input_schema=CropInput, output_schema=CropOutput)
    graph.add_node("intent", opening(traced(intent)))
    for node in (analysis, grounding, retrieval, proposal, scoring, refinement, approval):
        graph.add_node(node.__name__, traced(node))
    graph.add_node("shapes", shapes)
    for node in (decision, joint_framing, render):
        graph.add_node(node.__name__, traced(node))
    graph.add_edge(START, "intent")
    for evidence in ("analysis", "grounding", "retrieval"):
        graph.add_edge("intent", evidence)
    graph.add_edge(["analysis", "grounding", "retrieval"], "shapes")
    graph.add_conditional_edges("shapes", to_proposals, ["proposal"])
    graph.add_edge("proposal", "scoring")
    graph.add_conditional_edges("scoring", after_scoring, ["refinement", "approval", "decision"])
    graph.add_conditional_edges("refinement", to_proposals, ["proposal"])
    graph.add_conditional_edges("approval", after_approval, ["scoring", "decision"])
    graph.add_conditional_edges("decision", after_decision, ["joint_framing", "render"])
    graph.add_edge("joint_framing", "render")
    graph.add_edge("render", END)
    return graph.compile(name="cropsmith")
