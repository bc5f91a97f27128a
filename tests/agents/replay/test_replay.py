"""Replays: the recorded replies give the same result bit for bit, without asking a model."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cropsmith import acrop
from cropsmith.agents.parts.parts import Parts, build_parts
from cropsmith.agents.replay.replay import replay
from cropsmith.agents.runs.run import run
from cropsmith.agents.trace.library import TraceFilter, TraceLibrary
from cropsmith.agents.trace.views.account import account_of
from cropsmith.agents.trace.views.diff import Part, diff
from cropsmith.errors import CropsmithError, UsageError
from cropsmith.tools.examples.indexes import keep_crop, personal_folder
from cropsmith.tools.images.photo import open_photo
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
    assert again.identical and diff(trace, again.trace).same
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
    again = asyncio.run(replay(trace, library, since="decision", model="builtin"))
    compared = diff(trace, again.trace)
    nodes = {found.place.split(",")[0] for found in compared.differences if found.place}
    assert compared.parted == "decision" and "proposal" not in nodes
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
