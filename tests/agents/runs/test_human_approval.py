"""Runs that wait for a person: resumed after a restart, with no paid call repeated."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import cropsmith
from cropsmith.agents.parts.parts import Parts, build_parts
from cropsmith.agents.replay.replay import replay
from cropsmith.agents.runs import checkpoints
from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.agents.runs.events import Pending, RunBegan, RunEnded, StepBegan, StepEnded
from cropsmith.agents.runs.human_approval import (
    REJECTED,
    Waiting,
    begin,
    reject,
    resume,
    resume_events,
)
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.values import TraceStatus
from cropsmith.commands.approving import told
from cropsmith.errors import UsageError
from cropsmith.tools.schema.approval import Approval, Choice
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import CropRequest, Intent
from cropsmith.tools.schema.result import Verdict

REQUEST = CropRequest(text="square")


@pytest.fixture
def photo(photos: Path) -> Path:
    return photos / "astronaut.jpg"


def pending(photo: Path, context: Parts | None = None) -> Pending:
    answer = asyncio.run(begin(photo, REQUEST, context or build_parts()))
    assert isinstance(answer, Pending)
    return answer


def resumed(name: str, *choices: Choice, context: Parts | None = None) -> CropResult:
    answer = asyncio.run(resume(name, Approval(choices=choices), parts=context))
    assert isinstance(answer, CropResult)
    return answer


def test_a_person_chooses_after_a_restart(home: Path, photo: Path) -> None:
    waits = pending(photo)
    assert TraceLibrary(home).head(waits.trace_id).status is TraceStatus.WAITING
    third = waits.question.shapes[0].leaders[2]
    # Each asyncio.run has its own loop and Parts: nothing of the first survives but the files.
    result = resumed(waits.trace_id, Choice(candidate=third.id))
    assert result.box == third.box and result.reasons == ("You chose this crop.",)
    trace = TraceLibrary(home).read(waits.trace_id)
    assert trace.head.status is TraceStatus.OK and trace.result["source"] == "astronaut.jpg"
    nodes = [step.node for step in trace.steps]
    assert nodes.count("proposal") == 1 and nodes.count("approval") == 2
    assert not any(step.error for step in trace.steps)
    with pytest.raises(UsageError, match="does not wait"):
        resumed(waits.trace_id)
    with closing(sqlite3.connect(home / "checkpoints.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM checkpoints").fetchone() == (0,)


def test_the_nearest_that_a_person_takes_is_told_for_what_it_lacks(
    home: Path, photos: Path
) -> None:
    request = CropRequest(text="passport photo, UK")
    waits = asyncio.run(begin(photos / "coffee.jpg", request, build_parts()))
    assert isinstance(waits, Pending)
    asked = told(waits.question)
    assert asked[0] == "No crop of this photo answers the request; these are the nearest to it."
    first = waits.question.shapes[0].leaders[0]
    result = resumed(waits.trace_id, Choice(candidate=first.id))
    assert result.verdict is Verdict.CROP and result.box == first.box
    assert result.reasons[0] == "You chose this crop." and "no face" in result.reasons[1]


def test_a_box_of_ones_own_is_solved_and_scored(home: Path, photo: Path) -> None:
    box = Box(x1=0.1, y1=0.1, x2=0.8, y2=0.6)
    result = resumed(pending(photo).trace_id, Choice(box=box))
    left, top, right, bottom = result.pixels
    assert right - left == bottom - top and result.box.iou(box) > 0.8
    assert result.crops[0].source == "person" and result.crops[0].scores


def test_without_a_choice_the_mind_decides(home: Path, photo: Path) -> None:
    result = resumed(pending(photo).trace_id)
    assert result.crops[0].reasons != ("You chose this crop.",)


def test_a_slip_is_asked_again(home: Path, photo: Path) -> None:
    waits = pending(photo)
    answer = asyncio.run(resume(waits.trace_id, Approval(choices=(Choice(candidate="9.9.9"),))))
    assert isinstance(answer, Pending) and "no candidate '9.9.9'" in answer.question.problem
    assert resumed(waits.trace_id).report.trace_id == waits.trace_id


def test_it_is_replayed_with_the_persons_word(home: Path, photo: Path) -> None:
    waits = pending(photo)
    resumed(waits.trace_id, Choice(candidate=waits.question.shapes[0].leaders[1].id))
    library = TraceLibrary(home)
    assert asyncio.run(replay(library.read(waits.trace_id), library)).identical


def test_no_paid_call_is_repeated(
    home: Path,
    photo: Path,
    played: Callable[..., Parts],
    asked: Callable[[Parts], list[str]],
) -> None:
    before, after = played(1, failures=0.0), played(1, failures=0.0)
    waits = pending(photo, before)
    paid = asked(before)
    assert {"analyse", "propose"} <= set(paid)
    chosen = waits.question.shapes[0].leaders[0].id
    result = resumed(waits.trace_id, Choice(candidate=chosen), context=after)
    assert asked(after) == [] and asked(before) == paid
    assert result.report.usage.calls == len(paid)


def test_the_checkpoint_stays_small(home: Path, turned_photos: Path) -> None:
    pending(turned_photos / "landscape_6.jpg")
    with closing(sqlite3.connect(home / "checkpoints.sqlite")) as db:
        (largest,) = db.execute("SELECT max(length(checkpoint)) FROM checkpoints").fetchone()
    assert largest < 100_000


def test_what_another_version_began_is_refused_in_a_sentence(
    home: Path, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = pending(photo)
    allowed = checkpoints.state_types() - {Intent}  # as if it had lain in another module then
    with monkeypatch.context() as other, pytest.raises(UsageError, match="another version"):
        other.setattr(checkpoints, "state_types", lambda: allowed)
        resumed(waits.trace_id)
    assert TraceLibrary(home).head(waits.trace_id).status is TraceStatus.WAITING
    assert resumed(waits.trace_id).report.trace_id == waits.trace_id


async def test_a_run_that_asks_is_streamed_to_the_question_and_from_it(
    home: Path, photo: Path
) -> None:
    events = [event async for event in cropsmith.stream(photo, "square", approve=True)]
    assert isinstance(events[0], RunBegan) and isinstance(events[-1], Pending)
    assert [e.node for e in events if isinstance(e, StepBegan)][-1] == "approval"
    waiting = await asyncio.to_thread(Waiting.read, events[-1].trace_id)
    after = [event async for event in resume_events(waiting, Approval())]
    nodes = [e.step.node for e in after if isinstance(e, StepEnded)]
    assert nodes == ["approval", "decision", "render"] and isinstance(after[-1], RunEnded)
    assert TraceLibrary(home).head("last").status is TraceStatus.OK


def test_a_drawn_box_that_has_to_be_changed_is_told(photo: Path) -> None:
    waits = pending(photo)
    cut = Box(x1=0.2, y1=0.2, x2=0.8, y2=0.8)  # through the face, which is to stay whole
    result = resumed(waits.trace_id, Choice(box=cut))
    (note,) = [one for one in result.notes if "you drew" in one]
    assert "(230 x 308 pixels)" in note
    taken = result.crops[0].pixels.size
    assert f"is {taken.width} x {taken.height}." in note


def test_a_run_is_rejected(home: Path, photo: Path) -> None:
    waits = pending(photo)
    asyncio.run(reject(waits.trace_id, home=home))
    head = TraceLibrary(home).head(waits.trace_id)
    assert head.status is TraceStatus.ERROR and head.error == REJECTED
    with closing(sqlite3.connect(home / "checkpoints.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM checkpoints").fetchone() == (0,)
    with pytest.raises(UsageError, match="does not wait"):
        asyncio.run(reject(waits.trace_id, home=home))
