"""Jobs of the sandbox are done, refused or ended, and nothing of them stays behind."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from cropsmith.errors import CropsmithError, MissingExtra, UnreadableImage, UsageError
from cropsmith.tools.sandbox import pool
from cropsmith.tools.sandbox.limits import Limits
from cropsmith.tools.sandbox.pool import Fault, run
from cropsmith.tools.sandbox.process import CannotStart
from cropsmith.tools.sandbox.wire import Document
from cropsmith.tools.schema.geometry import PixelBox
from tests import sandbox_jobs as jobs

ROOT = Path(__file__).resolve().parents[3]

BOX = PixelBox(left=1, top=2, right=30, bottom=40)

linux = pytest.mark.skipif(sys.platform != "linux", reason="limits and /proc are Linux's")


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let workers find the tests' jobs, and leave none that a test has worn out to the next."""
    monkeypatch.syspath_prepend(str(ROOT))
    pool.close()
    yield
    pool.close()


def test_values_arrays_and_bytes_go_and_come() -> None:
    assert run(jobs.length, "a", Document(bytes(70_000), "abc"), name="a") == 70_000
    array = np.arange(12, dtype=np.float32).reshape(3, 4)
    assert np.array_equal(run(jobs.doubled, array, name="a"), array * 2)
    assert run(jobs.moved, BOX, (3, 1), name="a") == PixelBox(left=4, top=3, right=33, bottom=41)


def test_one_worker_does_one_job_after_another() -> None:
    assert len({run(jobs.pid, name="a") for _ in range(5)}) == 1
    assert os.getpid() not in pool.pids()


def test_what_a_job_raises_is_raised_here() -> None:
    with pytest.raises(UsageError, match="refused") as refused:
        run(jobs.refuse, name="a")
    assert refused.value.hint == "Do something else."
    with pytest.raises(MissingExtra, match=r"A test needs .* cropsmith\[lossless\]"):
        run(jobs.lack, name="a")
    with pytest.raises(Fault, match="ZeroDivisionError: a mistake of ours"):
        run(jobs.blunder, name="a")
    assert run(jobs.length, "a", Document(b"x", "x"), name="a") == 1


def test_an_answer_of_another_kind_is_not_taken() -> None:
    with pytest.raises(UnreadableImage, match=r"a\.jpg"):
        run(jobs.lie, name="a.jpg")


def test_what_a_library_prints_is_no_answer() -> None:
    assert run(jobs.chatter, name="a") == "quiet"


def test_a_worker_has_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("CROPSMITH_OPENAI_COMPATIBLE_URL", "http://127.0.0.1:1")
    pool.close()
    found = run(jobs.environment, name="a")
    assert "PATH" in found and not any("KEY" in name or "URL" in name for name in found)


@linux
def test_too_much_memory_is_one_sentence() -> None:
    little = Limits(memory=400 * 2**20)
    assert run(jobs.take, 100 * 2**20, name="a.png", limits=little) == 100 * 2**20
    with pytest.raises(UnreadableImage, match=r"^a\.png needs more than 0\.4 GiB of memory"):
        run(jobs.take, 500 * 2**20, name="a.png", limits=little)
    # A limit is of its job alone.
    assert run(jobs.take, 500 * 2**20, name="a", limits=Limits(memory=2**30)) == 500 * 2**20


@linux
def test_too_much_computing_is_one_sentence() -> None:
    for _ in range(2):
        assert run(jobs.spin, 0.6, name="a", limits=Limits(seconds=1)) == "done"
    with pytest.raises(UnreadableImage, match=r"^a\.gif needs more than 1 seconds"):
        run(jobs.spin, 60.0, name="a.gif", limits=Limits(seconds=1))


@linux
def test_a_job_that_hangs_is_ended() -> None:
    began = time.monotonic()
    with pytest.raises(UnreadableImage, match="seconds of computing"):
        run(jobs.sleep, 60.0, name="a", limits=Limits(seconds=0.1))
    assert time.monotonic() - began < 20


@linux
def test_a_worker_that_has_lost_its_clock_is_ended_from_here() -> None:
    began = time.monotonic()
    with pytest.raises(UnreadableImage, match="seconds of computing"):
        run(jobs.die, signal.SIGSTOP, name="a", limits=Limits(seconds=0.1))
    assert time.monotonic() - began < 20


@linux
@pytest.mark.parametrize("by", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS])
def test_a_crash_is_one_sentence_and_the_next_job_is_done(by: int) -> None:
    with pytest.raises(UnreadableImage, match=r"^a\.heic breaks its decoder"):
        run(jobs.die, by, name="a.heic")
    assert run(jobs.length, "b", Document(b"abc", "abc"), name="b") == 3


@linux
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_a_job_whose_worker_was_killed_is_done_once_more(tmp_path: Path, by: int) -> None:
    assert run(jobs.die_once, tmp_path / "mark", by, name="a") == "alive"
    with pytest.raises(UnreadableImage, match="memory"):
        run(jobs.die, by, name="a")


@linux
def test_an_idle_worker_that_was_killed_is_replaced() -> None:
    first = run(jobs.pid, name="a")
    os.kill(first, signal.SIGKILL)
    assert run(jobs.pid, name="a") != first


def test_many_threads_share_few_workers() -> None:
    with ThreadPoolExecutor(12) as threads:
        files = [Document(bytes(n), str(n)) for n in range(1000, 1060)]
        found = list(threads.map(lambda f: run(jobs.length, "a", f, name="a"), files))
    assert found == [len(f.data) for f in files]
    assert 1 <= len(pool.pids()) <= (os.cpu_count() or 1)


def test_a_worker_that_cannot_start_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    pool.close()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(CannotStart, match="CROPSMITH_SANDBOX=off"):
        run(jobs.pid, name="a")
    monkeypatch.setenv("CROPSMITH_SANDBOX", "off")
    assert run(jobs.pid, name="a") == os.getpid()


@linux
def test_jobs_survive_workers_that_are_killed_at_random(many_photos: list[Path]) -> None:
    from cropsmith.tools.images.photo import open_photo

    expected = [open_photo(path).pixels(320) for path in many_photos]
    over = threading.Event()
    draw = np.random.default_rng(7)

    def kill() -> None:
        while not over.wait(float(draw.uniform(0.02, 0.25))):
            for pid in pool.pids(busy=True):
                os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    cropped = lost = 0
    try:
        for path, pixels in zip(many_photos, expected, strict=True):
            try:
                assert np.array_equal(open_photo(path).pixels(320), pixels)
                cropped += 1
            except CropsmithError as error:  # killed twice over one photo
                assert "memory" in error.message
                lost += 1
    finally:
        over.set()
        killer.join()
    assert cropped and cropped + lost == len(many_photos)
    assert np.array_equal(open_photo(many_photos[0]).pixels(320), expected[0])
