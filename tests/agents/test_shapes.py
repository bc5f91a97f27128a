"""Several shapes of one photo go side by side: asked, judged, recorded, kept small, replayed."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from skimage import data

from cropsmith.agents.backends.protocol.backend import Ask, Reply
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.parts.parts import Parts, build_parts
from cropsmith.agents.replay.replay import replay
from cropsmith.agents.runs.events import Pending, StepBegan
from cropsmith.agents.runs.human_approval import begin, resume
from cropsmith.agents.runs.run import events_of, run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.record import MemoryTrace, Step
from cropsmith.agents.trace.views.account import account_of
from cropsmith.agents.trace.views.parting import parting
from cropsmith.tools.schema.approval import Approval, Choice
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Target

scoring = import_module("cropsmith.agents.nodes.scoring")
PHOTO = data.astronaut()
RATIOS = ((1, 1), (4, 5), (16, 9), (9, 16))
FOUR = CropRequest(targets=tuple(Target(ratio=Ratio(width=w, height=h)) for w, h in RATIOS))
PER_SHAPE = {"propose", "decide"}


class Gate:
    """A model that answers what is asked for a shape only when all four shapes have asked."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.name = inner, inner.name
        self.waiting: Counter[str] = Counter()
        self.open: dict[str, asyncio.Event] = {}

    def fit(self, size: Size) -> Size:
        fitted: Size = self.inner.fit(size)
        return fitted

    async def ask(self, ask: Ask) -> Reply:
        if ask.purpose in PER_SHAPE:
            gate = self.open.setdefault(ask.purpose, asyncio.Event())
            self.waiting[ask.purpose] += 1
            if self.waiting[ask.purpose] == len(RATIOS):
                gate.set()
            await asyncio.wait_for(gate.wait(), 60)
        reply: Reply = await self.inner.ask(ask)
        return reply


def script_of(played: Callable[..., Parts]) -> Any:
    return played(1, failures=0.0)._ready["backend"]


async def test_all_shapes_are_with_the_model_at_once(played: Callable[..., Parts]) -> None:
    gate, trace = Gate(script_of(played)), MemoryTrace()
    parts = build_parts(backend=gate, recorder=trace)
    result = await run(PHOTO, FOUR, parts)
    assert result.failures == () and gate.open.keys() == PER_SHAPE
    assert [crop.target for crop in result.crops] == list(FOUR.targets)
    assert result.report.usage.calls == sum(len(step.calls) for step in trace.steps)


async def test_all_shapes_are_judged_at_once(
    played: Callable[..., Parts], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: set[int] = set()
    all_begun = asyncio.Event()

    async def judged(parts: Parts, brief: Brief, candidates: list[Candidate]) -> Any:
        begun.add(brief.target_index)
        if len(begun) == len(RATIOS):
            all_begun.set()
        await asyncio.wait_for(all_begun.wait(), 60)
        return (), ()

    monkeypatch.setattr(scoring, "judged", judged)
    result = await run(PHOTO, FOUR, played(1, failures=0.0, trace=False))
    assert len(result.crops) == len(begun) == len(RATIOS)


async def test_steps_say_which_shape_they_are_for() -> None:
    events = [e async for e in events_of(PHOTO, FOUR, build_parts(RunSettings(trace=False)))]
    began = [event for event in events if isinstance(event, StepBegan)]
    for node in ("proposal", "decision"):
        assert sorted(e.shape for e in began if e.node == node) == [0, 1, 2, 3]  # type: ignore[type-var]
    assert all(e.shape is None for e in began if e.node not in ("proposal", "decision"))
    assert "decision shape 4" in {e.name for e in began}
    one = events_of(PHOTO, CropRequest(text="square"), build_parts(RunSettings(trace=False)))
    assert all([e.shape is None async for e in one if isinstance(e, StepBegan)])


def test_shapes_replay_and_differ_in_nothing(
    library: TraceLibrary, photo: Path, played: Callable[..., Parts]
) -> None:
    asyncio.run(run(photo, FOUR, played(3, effort="thorough")))
    trace = library.read("last")
    again = asyncio.run(replay(trace, library))
    assert again.identical and parting(trace, again.trace).same
    assert len(account_of(trace).decisions) == len(RATIOS)


def test_a_trace_with_one_step_for_all_shapes_replays(
    library: TraceLibrary, photo: Path, played: Callable[..., Parts]
) -> None:
    asyncio.run(run(photo, FOUR, played(4, failures=0.0)))
    trace = library.read("last")
    joined = [s for s in trace.steps if s.shape is None]
    for node in ("proposal", "decision"):
        parts: list[Step] = [s for s in trace.steps if s.node == node]
        calls = tuple(call for step in reversed(parts) for call in step.calls)
        joined.append(parts[0].model_copy(update={"shape": None, "calls": calls}))
    old = trace.model_copy(update={"steps": tuple(joined)})
    assert asyncio.run(replay(old, library)).identical


def test_a_person_is_asked_once_for_all_shapes(home: Path, photo: Path) -> None:
    waits = asyncio.run(begin(photo, FOUR, build_parts()))
    assert isinstance(waits, Pending) and len(waits.question.shapes) == len(RATIOS)
    with closing(sqlite3.connect(home / "checkpoints.sqlite")) as db:
        (largest,) = db.execute("SELECT max(length(checkpoint)) FROM checkpoints").fetchone()
    assert largest < 100_000
    third = waits.question.shapes[2].leaders[1]
    word = Approval(choices=(Choice(target=2, candidate=third.id),))
    result: Any = asyncio.run(resume(waits.trace_id, word))
    assert result.crops[2].box == third.box and result.crops[2].source == third.provenance.source
    assert result.crops[2].reasons == ("You chose this crop.",) != result.crops[1].reasons
