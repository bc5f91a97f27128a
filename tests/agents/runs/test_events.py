"""A run as a stream of events."""

import asyncio
from pathlib import Path

import pytest

import cropsmith
from cropsmith.agents.runs.events import RunBegan, RunEnded, StepBegan, StepEnded
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.values import TraceStatus
from cropsmith.errors import UnreadableImage, UsageError


@pytest.fixture
def photo(photos: Path) -> Path:
    return photos / "astronaut.jpg"


async def test_events_tell_the_run_in_order(home: Path, photo: Path) -> None:
    events = [event async for event in cropsmith.stream(photo, "square")]
    assert isinstance(events[0], RunBegan) and isinstance(events[-1], RunEnded)
    began = [event.node for event in events if isinstance(event, StepBegan)]
    ended = [event.step.node for event in events if isinstance(event, StepEnded)]
    assert began[0] == "intent" and ended[-1] == "render" and sorted(began) == sorted(ended)
    assert set(began) >= {"analysis", "grounding", "retrieval", "proposal", "scoring", "decision"}
    trace = TraceLibrary(home).read("last")
    assert trace.head.id == events[0].trace_id == events[-1].report.trace_id
    assert [step.node for step in trace.steps] == began
    together = {
        s.superstep for s in trace.steps if s.node in ("analysis", "grounding", "retrieval")
    }
    assert len(together) == 1 and None not in together


async def test_leaving_early_cancels_the_run(home: Path, photo: Path) -> None:
    stream = cropsmith.stream(photo, "square")
    async for event in stream:
        if isinstance(event, StepEnded):
            break
    await stream.aclose()  # type: ignore[attr-defined]
    assert TraceLibrary(home).head("last").status is TraceStatus.ERROR


async def test_errors_are_those_of_acrop(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(UnreadableImage):
        async for _ in cropsmith.stream(tmp_path / "a.jpg"):
            pass
    with pytest.raises(UsageError):
        async for _ in cropsmith.stream(tmp_path / "a.jpg", ratio="potato"):
            pass


async def test_the_same_settings_serve_runs_at_once(home: Path, photo: Path) -> None:
    settings = cropsmith.RunSettings()
    results = await asyncio.gather(
        *(cropsmith.acrop(photo, "square", settings=settings) for _ in range(3))
    )
    assert len({result.trace_id for result in results}) == 3
    assert not any("trace is incomplete" in note for r in results for note in r.notes)
