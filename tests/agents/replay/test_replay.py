"""Replays: the recorded replies give the same result bit for bit, without asking a model."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from cropsmith import acrop
from cropsmith.agents.parts.parts import Parts, build_parts
from cropsmith.agents.replay.replay import replay
from cropsmith.agents.runs.checkpoints import serializer
from cropsmith.agents.runs.events import Pending
from cropsmith.agents.runs.human_approval import begin, resume
from cropsmith.agents.runs.run import run
from cropsmith.agents.trace.library import TraceFilter, TraceLibrary
from cropsmith.agents.trace.views.account import account_of
from cropsmith.agents.trace.views.parting import Part, parting
from cropsmith.errors import CropsmithError, UsageError
from cropsmith.tools.examples.indexes import keep_crop, personal_folder
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.schema.approval import Approval
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import CropRequest

Played = Callable[..., Parts]
CROP = Box(x1=0.1, y1=0.1, x2=0.9, y2=0.8)
TEXTS = ("", "square", "4:5, leave room on the left", "16:9 and 1:1", "the parrot, tight")


def recorded(library: TraceLibrary, photo: Path, text: str, context: Parts) -> str:
    asyncio.run(run(photo, CropRequest(text=text), context))
    return library.head("last").id


@pytest.mark.parametrize("seed", range(10))
def test_runs_of_a_model_replay_bit_for_bit(
    library: TraceLibrary, many_photos: list[Path], played: Played, seed: int
) -> None:
    photo = many_photos[seed]
    effort = ("quick", "standard", "thorough")[seed % 3]
    name = recorded(library, photo, TEXTS[seed % 5], played(seed, effort=effort))
    trace = library.read(name)
    assert trace.head.calls > 0
    again = asyncio.run(replay(trace, library))
    assert again.identical and parting(trace, again.trace).same
    assert again.trace.head.parent == name and again.trace.head.calls == trace.head.calls


@pytest.mark.integration  # for its length alone
def test_fifty_replays_are_bit_identical(
    library: TraceLibrary, many_photos: list[Path], played: Played
) -> None:
    for number in range(50):
        photo = many_photos[number % 24]
        effort = ("quick", "standard", "thorough")[number % 3]
        context = played(number, effort=effort, overlays=number % 4 == 0)
        recorded(library, photo, TEXTS[number % 5], context)
    heads = library.list(TraceFilter(limit=100))
    assert len(heads) == 50 and sum(head.failed_calls for head in heads) > 10
    traces = [library.read(head.id) for head in heads]
    different = [t.head.id for t in traces if not asyncio.run(replay(t, library)).identical]
    assert different == []


def test_the_builtin_photographer_replays(library: TraceLibrary, photo: Path) -> None:
    trace = library.read(recorded(library, photo, "square", build_parts()))
    assert asyncio.run(replay(trace, library)).identical


def test_examples_are_those_of_then(
    library: TraceLibrary, many_photos: list[Path], photo: Path
) -> None:
    for one in many_photos[:3]:
        keep_crop(open_photo(one), CROP)
    trace = library.read(recorded(library, photo, "", build_parts()))
    assert len(account_of(trace).examples) == 3
    shutil.rmtree(personal_folder())
    again = asyncio.run(replay(trace, library))
    assert again.identical and len(account_of(again.trace).examples) == 3


def test_bytes_without_a_file_replay(library: TraceLibrary, photo: Path) -> None:
    asyncio.run(acrop(photo.read_bytes(), "square"))
    assert asyncio.run(replay(library.read("last"), library)).identical


def test_a_photo_that_is_gone_is_one_sentence(
    library: TraceLibrary, photo: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.jpg"
    copy.write_bytes(photo.read_bytes())
    trace = library.read(recorded(library, copy, "", build_parts()))
    copy.unlink()
    with pytest.raises(UsageError, match="is gone or has changed"):
        asyncio.run(replay(trace, library))


def test_a_step_can_be_asked_anew(library: TraceLibrary, photo: Path, played: Played) -> None:
    trace = library.read(recorded(library, photo, "square", played(3, failures=0.0)))
    again = asyncio.run(replay(trace, library, since="decision", changes={"model": "builtin"}))
    compared = parting(trace, again.trace)
    nodes = {found.place.split(",")[0] for found in compared.differences if found.place}
    assert compared.at == "decision" and "proposal" not in nodes
    assert Part.MODEL in {found.part for found in compared.differences}
    calls = {step.node: len(step.calls) for step in again.trace.steps}
    assert calls["analysis"] == 1 and calls["decision"] == 0


def test_an_unknown_step_names_the_known_ones(library: TraceLibrary, photo: Path) -> None:
    trace = library.read(recorded(library, photo, "", build_parts()))
    with pytest.raises(UsageError, match="It has: .*decision"):
        asyncio.run(replay(trace, library, since="nonsense"))


def test_a_missing_reply_is_an_error_and_not_an_answer(
    library: TraceLibrary, photo: Path, played: Played
) -> None:
    trace = library.read(recorded(library, photo, "", played(5, failures=0.0)))
    steps = tuple(
        step.model_copy(update={"calls": ()}) if step.node == "proposal" else step
        for step in trace.steps
    )
    with pytest.raises(CropsmithError, match="no further reply to 'propose'"):
        asyncio.run(replay(trace.model_copy(update={"steps": steps}), library))


def test_the_record_says_where_a_run_goes_on_from(
    library: TraceLibrary, photo: Path, played: Played
) -> None:
    parent = recorded(library, photo, "square", played(3, failures=0.0))
    again = asyncio.run(
        replay(library.read(parent), library, since="decision", changes={"model": "builtin"})
    )
    origin = again.trace.facts.origin
    assert origin is not None and (origin.trace, origin.since) == (parent, "decision")
    assert origin.changed == {"model": "builtin"} and origin.settings["model"] == "scripted/3"
    assert [head.id for head in library.children(parent)] == [again.trace.head.id]
    assert library.children(again.trace.head.id) == ()


def test_a_run_that_went_on_twice_replays_bit_for_bit(
    library: TraceLibrary, photo: Path, played: Played
) -> None:
    name = recorded(library, photo, "the cup, 4:5", played(3, failures=0.0, effort="thorough"))
    first = asyncio.run(
        replay(library.read(name), library, since="decision", changes={"model": "builtin"})
    )
    second = asyncio.run(replay(first.trace, library, since="scoring", changes={"clip": "off"}))
    for trace in (first.trace, second.trace):
        again = asyncio.run(replay(trace, library))
        assert again.identical
        assert asyncio.run(replay(again.trace, library)).identical


def test_a_setting_holds_from_the_step_on_and_not_before(
    library: TraceLibrary, photo: Path
) -> None:
    trace = library.read(recorded(library, photo, "the cup", build_parts()))
    again = asyncio.run(
        replay(trace, library, since="grounding", changes={"detector": "off"})
    ).trace
    compared = parting(trace, again)
    assert compared.at == "grounding"
    nodes = {found.place.split(",")[0] for found in compared.differences}
    assert "intent" not in nodes and "analysis" not in nodes
    assert again.facts.settings["detector"] == "off"


@pytest.mark.parametrize(
    ("since", "changes", "said"),
    [
        ("decision", {"detector": "off"}, "means nothing from decision on"),
        ("decision", {"judge": True}, "Not used: judge"),
        ("decision", {"trace": False}, "cannot be changed here"),
        ("decision", {"approve": True}, "cannot be changed here"),
        ("decision", {"model": "nobody/nothing"}, "nobody"),
        ("decision", {"prompts": "none-such", "model": "builtin"}, "none-such|Not used"),
        ("decision", {"effort": "heroic"}, "effort"),
    ],
)
def test_what_cannot_be_gone_on_with_leaves_no_trace(
    library: TraceLibrary, photo: Path, since: str, changes: dict[str, object], said: str
) -> None:
    trace = library.read(recorded(library, photo, "square", build_parts()))
    with pytest.raises(CropsmithError, match=said):
        asyncio.run(replay(trace, library, since=since, changes=changes))
    assert [head.id for head in library.list()] == [trace.head.id]


def test_a_replay_that_lacks_a_reply_leaves_no_trace(
    library: TraceLibrary, photo: Path, played: Played
) -> None:
    trace = library.read(recorded(library, photo, "", played(5, failures=0.0)))
    steps = tuple(
        step.model_copy(update={"calls": ()}) if step.node == "proposal" else step
        for step in trace.steps
    )
    short = trace.model_copy(update={"steps": steps})
    for changes in ({}, {"model": "builtin"}):
        since = "decision" if changes else ""
        with pytest.raises(CropsmithError, match="no further reply"):
            asyncio.run(replay(short, library, since=since, changes=changes))
    assert [head.id for head in library.list()] == [trace.head.id]


def test_a_persons_word_holds_after_it_alone(library: TraceLibrary, photo: Path) -> None:
    parts = build_parts()
    memory = InMemorySaver(serde=serializer())
    pending = asyncio.run(begin(photo, CropRequest(text="square"), parts, memory))
    assert isinstance(pending, Pending)
    word = Approval.model_validate({"choices": [{"target": 0, "box": CROP.model_dump()}]})
    asyncio.run(resume(pending.trace_id, word, parts=parts, checkpointer=memory))
    trace = library.read(pending.trace_id)
    assert asyncio.run(replay(trace, library)).identical
    kept = asyncio.run(replay(trace, library, since="decision")).trace
    assert kept.result["crops"] == trace.result["crops"]
    anew = asyncio.run(replay(trace, library, since="proposal")).trace
    assert anew.result["crops"] != trace.result["crops"]
