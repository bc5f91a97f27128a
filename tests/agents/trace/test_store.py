"""StoredTrace keeps what a run says, whatever happens to the run."""

import asyncio
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cropsmith.agents.trace.database import connect, file_of
from cropsmith.agents.trace.library import TraceFilter, TraceLibrary
from cropsmith.agents.trace.migrations import MIGRATIONS
from cropsmith.agents.trace.record import CallRecord, Facts, Origin, current_step, record_step
from cropsmith.agents.trace.store import StoredTrace
from cropsmith.agents.trace.values import TraceStatus
from cropsmith.errors import OutputError, UsageError
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.geometry import Box, Size

FACTS = Facts(source="a.jpg", path="/p/a.jpg", text="the dog, square", model="builtin")


def candidate(name: str) -> Candidate:
    return Candidate(
        id=name,
        target=0,
        box=Box(x1=0.1, y1=1 / 3, x2=0.7, y2=0.9),
        provenance=Provenance(source="grid"),
        scores={"composition": 0.1 + 0.2},
    )


def run(home: Path, facts: Facts = FACTS, steps: int = 2) -> str:
    trace = StoredTrace(home)
    trace.begin(facts)
    for number in range(steps):
        with record_step(trace, "proposal", number) as step:
            step.outputs = {"candidates": (candidate(f"g{number}"),)}
    trace.end("ok", {"answer": 42})
    assert trace.problem == ""
    assert trace.trace_id is not None
    return trace.trace_id


def test_what_was_written_is_read(home: Path) -> None:
    name = run(home)
    trace = TraceLibrary(home).read(name[:6])
    assert trace.head.status is TraceStatus.OK
    assert trace.facts == FACTS
    assert trace.result == {"answer": 42}
    assert [step.round for step in trace.steps] == [0, 1]
    found = Candidate.model_validate(trace.steps[0].outputs["candidates"][0])
    assert found == candidate("g0")  # floats survive bit for bit


def test_the_photo_is_learnt_from_the_step_that_opens_it(home: Path) -> None:
    from cropsmith.agents.trace.values import TraceHead

    image = TraceHead(
        id="",
        started=0,
        status=TraceStatus.OK,
        source="b.jpg",
        model="",
        sha256="ab" * 32,
        size=Size(width=40, height=30),
    )  # anything with the fields of an ImageRef
    trace = StoredTrace(home)
    with record_step(trace, "intent") as step:  # nobody called begin: the bare graph
        step.outputs = {"image": image}
    with record_step(trace, "render") as step:
        step.outputs = {"report": {"model": "builtin"}}
    trace.end("ok", None)
    head = TraceLibrary(home).head("last")
    assert (head.source, head.sha256, head.size) == ("b.jpg", "ab" * 32, Size(width=40, height=30))
    assert TraceLibrary(home).read("last").result == {"model": "builtin"}


def test_a_failing_step_is_kept_with_its_error(home: Path) -> None:
    trace = StoredTrace(home)
    trace.begin(FACTS)
    with pytest.raises(RuntimeError), record_step(trace, "scoring"):
        raise RuntimeError("no \x1b[31mscore")
    trace.end("error", "no score")
    read = TraceLibrary(home).read("last")
    assert read.steps[0].error == "RuntimeError: no \x1b[31mscore"
    assert (read.head.status, read.head.error) == (TraceStatus.ERROR, "no score")


def test_calls_are_counted(home: Path) -> None:
    trace = StoredTrace(home)
    trace.begin(FACTS)
    with record_step(trace, "analysis"):
        step = current_step.get()
        assert step is not None
        call = CallRecord(purpose="analyse", model="m", status="ok", prompt="p", prompt_tokens=7)
        step.calls += [
            call.model_copy(update={"cost": 0.5}),
            call.model_copy(update={"status": "refused", "cost": 0.25}),
        ]
    trace.end("ok", None)
    head = TraceLibrary(home).head("last")
    assert (head.calls, head.failed_calls, head.prompt_tokens, head.cost) == (2, 1, 14, 0.75)


@pytest.mark.integration  # blockbuster comes with LangGraph's server
def test_nothing_blocks_the_event_loop(home: Path) -> None:
    blockbuster = pytest.importorskip("blockbuster")

    async def work() -> str:
        trace = StoredTrace(home)
        with blockbuster.blockbuster_ctx():
            trace.begin(FACTS)
            with record_step(trace, "intent") as step:
                step.outputs = {"x": 1}
            trace.picture(b"picture")
            await asyncio.to_thread(trace.end, "ok", None)
        return trace.problem

    assert asyncio.run(work()) == ""
    assert len(TraceLibrary(home).read("last").steps) == 1


KILLED = """
    import sys, time
    from pathlib import Path
    from cropsmith.agents.trace.record import Facts, record_step
    from cropsmith.agents.trace.store import StoredTrace
    trace = StoredTrace(Path(sys.argv[1]))
    trace.begin(Facts(source="a.jpg"))
    with record_step(trace, "intent") as step:
        step.outputs = {"done": True}
    with record_step(trace, "proposal", 1):
        time.sleep(0.2)  # the writer needs some milliseconds
        print("ready", flush=True)
        time.sleep(60)
"""


def test_kill_9_leaves_a_trace_that_says_where_it_ended(home: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(home)], stdout=subprocess.PIPE
    )
    with child:
        assert child.stdout is not None and child.stdout.readline() == b"ready\n"
        assert TraceLibrary(home).head("last").status is TraceStatus.RUNNING
        os.kill(child.pid, signal.SIGKILL)
    trace = TraceLibrary(home).read("last")
    assert trace.head.status is TraceStatus.KILLED
    assert [step.outputs for step in trace.steps] == [{"done": True}]
    assert [(mark.node, mark.round) for mark in trace.unfinished] == [("proposal", 1)]
    assert TraceLibrary(home).list(TraceFilter(status=TraceStatus.KILLED)) == (trace.head,)
    assert TraceLibrary(home).list(TraceFilter(status=TraceStatus.RUNNING)) == ()


def _many(home: Path) -> None:
    for _ in range(5):
        run(home, steps=4)


def test_sixteen_processes_lose_nothing(home: Path) -> None:
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_many, args=(home,)) for _ in range(16)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 16
    library = TraceLibrary(home)
    heads = library.list(TraceFilter(limit=1000))
    assert len(heads) == 80
    assert all(len(library.read(head.id).steps) == 4 for head in heads)


def test_filters(home: Path) -> None:
    run(home, FACTS.model_copy(update={"source": "beach_1.jpg", "text": "the dog, 100%"}))
    run(home, FACTS.model_copy(update={"source": "beach21.jpg", "model": "vllm/Qwen"}))
    library = TraceLibrary(home)
    assert [h.source for h in library.list(TraceFilter(photo="h_1"))] == ["beach_1.jpg"]
    assert [h.source for h in library.list(TraceFilter(model="qwen"))] == ["beach21.jpg"]
    assert [h.source for h in library.list(TraceFilter(text="100% dog"))] == ["beach_1.jpg"]
    assert [h.source for h in library.list(TraceFilter(limit=1))] == ["beach21.jpg"]
    assert len(library.list(TraceFilter(status=TraceStatus.OK))) == 2


@pytest.mark.parametrize("name", ["", "zz", "'; DROP TABLE traces; --", "abcdef"])
def test_an_unknown_name_is_one_sentence(home: Path, name: str) -> None:
    run(home)
    with pytest.raises(UsageError, match="There is no trace"):
        TraceLibrary(home).read(name if name else "f" * 13)


def test_resumed_traces_go_on(home: Path) -> None:
    first = StoredTrace(home)
    first.begin(FACTS)
    with record_step(first, "intent"):
        pass
    first.end("waiting", None)
    assert TraceLibrary(home).head("last").status is TraceStatus.WAITING
    assert first.trace_id is not None
    again = StoredTrace.resume(first.trace_id, home)
    with record_step(again, "decision"):
        pass
    again.end("ok", None)
    read = TraceLibrary(home).read(first.trace_id)
    assert [step.node for step in read.steps] == ["intent", "decision"]
    with pytest.raises(UsageError):
        StoredTrace.resume("nothing", home)


def test_secrets_and_base64_stay_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "very-private-value")
    trace = StoredTrace(home)
    trace.begin(
        FACTS.model_copy(
            update={"text": "sk-abcdefghijklmnopqrstuvwxyz", "source": "https://u:pw@h/x"}
        )
    )
    with record_step(trace, "proposal") as step:
        raw = "very-private-value data:image/jpeg;base64," + "/9j/" + "A" * 5000
        step.calls.append(
            CallRecord(
                purpose="p", model="m", status="invalid", prompt="Bearer tok12345678", raw=raw
            )
        )
    trace.end("error", "401 for key very-private-value")
    kept = b"".join(p.read_bytes() for p in home.rglob("*") if p.is_file())
    read = TraceLibrary(home).read("last").model_dump_json()
    assert "[secret removed]" in read
    for secret in ("very-private-value", "abcdefghijklmnop", "AAAAAAAA", "tok12345678", "u:pw"):
        assert secret not in read and secret.encode() not in kept
    assert "picture removed" in read


@hypothesis_settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(text=st.text(max_size=200))
def test_any_text_survives_as_data(home: Path, text: str) -> None:
    trace = StoredTrace(home)
    trace.begin(FACTS.model_copy(update={"text": text}))
    with record_step(trace, "proposal") as step:
        step.calls.append(CallRecord(purpose="p", model="m", status="ok", prompt=text, raw=text))
    trace.end("ok", None)
    assert trace.problem == ""
    read = TraceLibrary(home).read("last")
    assert (read.facts.text, read.head.request, read.steps[0].calls[0].raw) == (text, text, text)


def test_a_file_of_before_studies_were_kept_apart_is_read_and_written(home: Path) -> None:
    home.mkdir(exist_ok=True)
    with closing(sqlite3.connect(file_of(home))) as old:
        for script in MIGRATIONS[:3]:
            old.executescript(script)
        old.execute("PRAGMA user_version = 3")
        old.execute(
            """INSERT INTO traces (id, started, ended, status, source, path, sha256, request, model,
                   process)
               VALUES ('aaaaaaaaaaaa', 1, 2, 'ok', 'a.jpg', '', '', '', 'm', 'h/1/1')"""
        )
        old.execute(
            "INSERT INTO bodies VALUES ('aaaaaaaaaaaa', 'facts', ?)", ('{"source": "a.jpg"}',)
        )
        old.commit()
    library = TraceLibrary(home)
    assert library.read("last").head.source == "a.jpg" and library.head("last").study == ""
    ours = StoredTrace(home, study="vlm", origin=Origin(trace="aaaaaaaaaaaa"))
    ours.begin(FACTS)
    ours.end("ok", None)
    assert [head.id for head in library.children("aaaaaaaaaaaa")] == [ours.trace_id]
    assert library.head("last").id == "aaaaaaaaaaaa"  # the newest that is no study's
    assert len(library.list()) == 1 and len(library.list(TraceFilter(studies=True))) == 2


def test_an_undecodable_file_name_is_kept_escaped(home: Path) -> None:
    trace = StoredTrace(home)
    trace.begin(Facts(source="caf\udce9.jpg"))
    trace.end("error", "no caf\udce9.jpg")
    assert trace.problem == ""
    assert TraceLibrary(home).head("last").source == "caf\\udce9.jpg"


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="has no such file names")
async def test_a_latin_1_file_name_keeps_its_trace(home: Path, photos: Path) -> None:
    import cropsmith

    name = os.fsencode(home) + b"/caf\xe9.jpg"
    home.mkdir(exist_ok=True)
    Path(os.fsdecode(name)).write_bytes((photos / "astronaut.jpg").read_bytes())
    result = await cropsmith.acrop(os.fsdecode(name), "square")
    assert not any("trace" in note for note in result.report.notes)
    trace = TraceLibrary(home).read("last")
    assert trace.head.source == "caf\\udce9.jpg" and trace.result is not None
    assert [step.node for step in trace.steps][0] == "intent"
    # A path that is no text cannot be found again: the photo itself is kept, by its hash.
    assert trace.steps[0].outputs["image"]["source"].startswith("sha256:")


def test_a_cost_that_is_unknown_once_is_unknown(home: Path) -> None:
    def cost_of(*costs: float | None) -> float | None:
        trace = StoredTrace(home)
        trace.begin(FACTS)
        for cost in costs:
            with record_step(trace, "proposal") as step:
                call = CallRecord(purpose="p", model="m", status="ok", prompt="", cost=cost)
                step.calls.append(call)
        trace.end("ok", None)
        return TraceLibrary(home).head("last").cost

    assert cost_of(0.25, 0.5) == 0.75
    assert cost_of(0.0, None) is None and cost_of(None, 0.0) is None
    assert cost_of() is None


def test_a_home_that_cannot_be_used_costs_the_trace_and_not_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    trace = StoredTrace(tmp_path / "file")
    trace.begin(FACTS)
    with record_step(trace, "intent"):
        pass
    trace.end("ok", None)
    assert "cannot be used" in trace.problem and "keep no traces" in trace.problem


def test_a_damaged_file_is_one_sentence(home: Path) -> None:
    file_of(home).write_bytes(b"not a database" * 100)
    with pytest.raises(OutputError, match="cannot be used"):
        TraceLibrary(home).list()


def test_a_file_of_a_newer_version_is_refused(home: Path) -> None:
    run(home)
    with sqlite3.connect(file_of(home)) as db:
        db.execute("PRAGMA user_version = 1000")
    db.close()
    with pytest.raises(UsageError, match="newer cropsmith"):
        connect(home)


def test_the_file_is_private(home: Path) -> None:
    run(home)
    assert file_of(home).stat().st_mode & 0o077 == 0


def test_a_forgotten_trace_is_flushed(home: Path) -> None:
    trace = StoredTrace(home)
    trace.begin(FACTS)
    with record_step(trace, "intent"):
        pass
    del trace
    deadline = time.monotonic() + 10
    while not TraceLibrary(home).list() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(TraceLibrary(home).read("last").steps) == 1
