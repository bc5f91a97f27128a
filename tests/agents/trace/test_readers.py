"""What readers make of a trace: account, story, export, diff, gc."""

import io
import json
import os
import time
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from cropsmith.agents.trace.database import connect
from cropsmith.agents.trace.gc import gc, remove_ended
from cropsmith.agents.trace.library import TraceFilter, TraceLibrary
from cropsmith.agents.trace.limits import bytes_of, seconds_of
from cropsmith.agents.trace.photo import original, small_jpeg
from cropsmith.agents.trace.record import Facts, StepMark
from cropsmith.agents.trace.store import StoredTrace
from cropsmith.agents.trace.values import Trace
from cropsmith.agents.trace.views.account import account_of
from cropsmith.agents.trace.views.compared import parted
from cropsmith.agents.trace.views.drawing import drawn
from cropsmith.agents.trace.views.export import lines, schema
from cropsmith.agents.trace.views.listing import table
from cropsmith.agents.trace.views.parting import Part, parting
from cropsmith.agents.trace.views.story import told
from cropsmith.errors import UsageError
from cropsmith.evals.lab.trace.sample import Sample, write_sample


def shown(*things: object) -> str:
    out = io.StringIO()
    console = Console(file=out, width=120, markup=False, emoji=False, highlight=False)
    for thing in things:
        console.print(thing)
    return out.getvalue()


def test_the_account_folds_all_rounds(sample: Trace) -> None:
    account = account_of(sample)
    assert len(account.candidates) == 40
    assert all(candidate.total is not None for candidate in account.candidates)
    assert account.round == 2 and len(account.failures) == 1
    assert account.report is not None and account.report.trace_id == sample.head.id


def test_the_story_names_every_step_and_the_failed_call(sample: Trace) -> None:
    story = shown(told(sample))
    for step in sample.steps:
        assert step.node in story
    assert "invalid" in story and "40 candidates" not in story
    assert "Look again" not in story and "Look again" in shown(told(sample, full=True))


def test_a_hostile_trace_is_spelt_out_in_the_terminal(
    hostile: Trace, library: TraceLibrary
) -> None:
    heads = library.list()
    text = shown(
        told(hostile, full=True), table(heads), parted(parting(hostile, hostile), ("A", "B"))
    )
    assert not any(ord(c) < 32 and c != "\n" or 127 <= ord(c) < 160 or c == "\u202e" for c in text)
    assert "\\x1b[31m" in text and "[bold]markup[/bold]" in text and ":smile:" in text


def test_the_photo_is_drawn_in_half_blocks(sample: Trace, library: TraceLibrary) -> None:
    out = io.StringIO()
    console = Console(file=out, width=60, force_terminal=True, color_system="truecolor")
    console.print(drawn(sample, library.images, columns=60))
    assert out.getvalue().count("▀") > 60 * 15


def test_export_fits_its_schema(sample: Trace) -> None:
    validator = jsonschema.Draft202012Validator(schema())
    rows = [json.loads(line) for line in lines(sample)]
    for row in rows:
        validator.validate(row)
    assert [row["kind"] for row in rows] == ["trace"] + ["step"] * len(sample.steps)
    assert rows[0]["result"]["sha256"] == sample.head.sha256


def test_hostile_export_is_ascii(hostile: Trace) -> None:
    assert all(line.isascii() and "\n" not in line for line in lines(hostile))
    assert any(
        json.loads(line)["head"]["request"] == hostile.head.request
        for line in list(lines(hostile))[:1]
    )


def test_a_trace_does_not_differ_from_itself(sample: Trace) -> None:
    assert parting(sample, sample).same


def test_parting_says_where_two_runs_parted(
    sample: Trace, library: TraceLibrary, photo: Path
) -> None:
    other = library.read(write_sample(library.home, photo, Sample(candidates=41, seed=1)))
    compared = parting(sample, other)
    parts = {found.part for found in compared.differences}
    assert compared.at == "decision round 2" and {Part.CANDIDATE, Part.CROP} <= parts
    (crop,) = [found for found in compared.differences if found.part is Part.CROP]
    assert crop.iou is not None and 0 <= crop.iou < 1
    assert "A and B parted in decision" in shown(parted(compared, ("A", "B")))


def test_the_preview_stands_in_for_a_photo_that_is_gone(
    library: TraceLibrary, photo: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.jpg"
    copy.write_bytes(photo.read_bytes())
    trace = library.read(write_sample(library.home, copy))
    assert original(trace, library.images) == photo.read_bytes()
    copy.write_bytes(b"another picture")
    assert original(trace, library.images) is None
    small = small_jpeg(trace, library.images, 1000)
    assert small is not None and small[:2] == b"\xff\xd8"


def aged(home: Path, trace_id: str, days: float) -> None:
    db = connect(home)
    db.execute("UPDATE traces SET started = ? WHERE id = ?", (time.time() - days * 86400, trace_id))
    db.close()


def test_gc_by_age_keeps_shared_pictures(library: TraceLibrary, photo: Path) -> None:
    old, new = (write_sample(library.home, photo) for _ in range(2))
    foreign = library.images.put(b"a picture of an index")
    aged(library.home, old, 40)
    dry = gc(library.home, older_than=30 * 86400, dry_run=True)
    assert dry.traces == 1 and len(library.list()) == 2
    assert gc(library.home, older_than=30 * 86400) == dry
    assert [head.id for head in library.list()] == [new]
    own = {picture.sha256 for picture in library.read(new).pictures}
    preview = library.read(new).pictures[0].sha256
    assert library.images.get(preview) is not None and dry.pictures == 0
    cleared = gc(library.home, older_than=-1)
    assert cleared.traces == 1 and cleared.pictures == len(own)
    assert library.images.get(preview) is None
    assert library.images.get(foreign) == b"a picture of an index"


def test_gc_by_size_removes_the_oldest_first(library: TraceLibrary, photo: Path) -> None:
    names = [write_sample(library.home, photo, Sample(seed=k)) for k in range(4)]
    for age, name in enumerate(reversed(names)):
        aged(library.home, name, age)
    before = os.path.getsize(library.file)
    cleared = gc(library.home, max_bytes=150_000)
    left = [head.id for head in library.list(TraceFilter())]
    assert 0 < cleared.traces < 4 and left == names[::-1][: 4 - cleared.traces]
    assert os.path.getsize(library.file) <= before


@pytest.mark.parametrize(("text", "value"), [("90m", 5400), ("1.5h", 5400), ("2w", 1209600)])
def test_ages(text: str, value: float) -> None:
    assert seconds_of(text) == value


@pytest.mark.parametrize(("text", "value"), [("500MB", 5e8), ("2 gb", 2e9), ("10", 10)])
def test_sizes(text: str, value: float) -> None:
    assert bytes_of(text) == value


@pytest.mark.parametrize("text", ["", "soon", "-3d", "3", "1e9d"])
def test_nonsense_is_one_sentence(text: str) -> None:
    with pytest.raises(UsageError):
        seconds_of(text)


def test_what_is_under_way_is_not_removed(home: Path, photos: Path) -> None:
    library, ended = TraceLibrary(home), write_sample(home, photos / "coffee.jpg")
    going = StoredTrace(home)
    going.begin(Facts(source="a.jpg"))
    going.start(StepMark(node="intent", started=1.0))
    going.end("waiting", None)
    with pytest.raises(UsageError, match="waits for a person"):
        remove_ended(home, [ended, str(going.trace_id)])
    assert len(library.list()) == 2
    remove_ended(home, [ended[:8]])
    assert [head.id for head in library.list()] == [going.trace_id]
