"""Proposals with tool calls that are forced by name: random weights choose nothing sensible."""

from cropsmith.agents.backends.protocol.backend import Backend
from cropsmith.agents.minds.argued.mind import Argued
from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.base.mind import Brief, MindFailed
from cropsmith.agents.minds.builtin import BuiltinMind
from cropsmith.agents.minds.recorded_backend import Recorded
from cropsmith.agents.minds.with_tools.mind import WithTools
from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.record import OpenStep, current_step

TOOLS = ("retrieve_examples", "ground", "measure_composition")


async def inquire(asked: Backend, brief: Brief, seed: int, *openings: str) -> OpenStep:
    """Propose with calls forced by name; random weights rarely end with a usable answer."""
    context = build_parts(RunSettings(trace=False, model=asked.name))
    mind = WithTools(
        Argued(Asker(Recorded(asked), temperature=1.0, seed=seed), BuiltinMind()),
        context.bench,
        openings=openings,
        turns=max(2, len(openings)),
    )
    step = OpenStep(node="proposal")
    token = current_step.set(step)
    try:
        await mind.propose(brief)
    except MindFailed as failed:
        step.notes.append(str(failed))
    finally:
        current_step.reset(token)
    return step


def check_three(step: OpenStep) -> None:
    """Three tools were called and carried out, and the answer was held to its schema."""
    assert [record.name for record in step.tools] == list(TOOLS)
    assert [bool(record.error) for record in step.tools[:2]] == [False, False]
    # Random corners of a box are swapped three times in four: told to the model.
    assert "swapped" in step.tools[2].error or not step.tools[2].error
    turns, answer = step.calls[:3], step.calls[3]
    assert all(call.status == "ok" and call.tool_calls for call in turns)
    assert answer.purpose == "propose" and answer.raw.startswith('{"crops":')
