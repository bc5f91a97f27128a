"""Workers end with the process that started them, however it ends."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

PARENT = """
import os, sys, threading, time
sys.path.insert(0, sys.argv[1])
from cropsmith.tools.sandbox import pool
from tests import sandbox_jobs as jobs
pool.run(jobs.pid, name="a")
if sys.argv[2] == "busy":
    worker = pool.pids()[0]
    threading.Thread(target=lambda: pool.run(jobs.spin, 7.0, name="a"), daemon=True).start()
    time.sleep(0.2)
    print(worker, flush=True)
else:
    print(*pool.pids(), flush=True)
if sys.argv[3] == "exit":
    sys.exit()
if sys.argv[3] == "raise":
    raise SystemError("on purpose")
time.sleep(60)
"""

FORKER = """
import os, sys, time
sys.path.insert(0, sys.argv[1])
from cropsmith.tools.sandbox import pool
from tests import sandbox_jobs as jobs
first = pool.run(jobs.pid, name="a")
reader, writer = os.pipe()
if os.fork() == 0:
    second = pool.run(jobs.pid, name="a")
    os.write(writer, str(second).encode())
    pool.close()
    time.sleep(60)
second = int(os.read(reader, 99))
assert pool.run(jobs.pid, name="a") == first
print(first, second, flush=True)
os.kill(os.getpid(), 9)
"""


BUSY = """
import sys, threading
sys.path.insert(0, sys.argv[1])
from cropsmith.tools.images.photo import open_photo
from tests.photos import SOURCE
names = ["astronaut.png", "coffee.png", "rocket.jpg", "retina.jpg"]
open_photo(SOURCE / names[0])
print("ready", flush=True)
def work():
    while True:
        for name in names:
            open_photo(SOURCE / name).pixels(500)
for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
threading.Event().wait(60)
"""

SPREAD = """
import asyncio, sys
from concurrent.futures import ProcessPoolExecutor
sys.path.insert(0, sys.argv[1])
from cropsmith.tools.sandbox import pool
from tests import sandbox_jobs as jobs

def one(number):
    return pool.run(jobs.pid, name="a")

async def some():
    return await asyncio.gather(*(asyncio.to_thread(one, n) for n in range(6)))

if __name__ == "__main__":
    ours = set(asyncio.run(some()))
    pool.close()
    with ProcessPoolExecutor(2) as processes:
        theirs = set(processes.map(one, range(20)))
    assert not ours & theirs
    print(*ours, *theirs, flush=True)
"""


def started(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, str(ROOT), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        # What starts the tests in the background has interrupts ignored, and so would this.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def is_gone(pid: int, within: float = 5.0) -> bool:
    """Tell whether a process ends within some seconds; one that waits to be reaped has ended."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("state", ["idle", "busy"])
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_a_parent_that_is_killed(state: str, by: int) -> None:
    with started(PARENT, state, "wait") as parent:
        assert parent.stdout is not None
        workers = [int(word) for word in parent.stdout.readline().split()]
        assert workers and all(Path(f"/proc/{pid}").exists() for pid in workers)
        parent.send_signal(by)
        parent.communicate(timeout=20)
        assert all(is_gone(pid) for pid in workers)


@pytest.mark.parametrize("state", ["idle", "busy"])
@pytest.mark.parametrize("end", ["exit", "raise"])
def test_workers_end_with_a_parent_that_ends(state: str, end: str) -> None:
    with started(PARENT, state, end) as parent:
        said, errors = parent.communicate(timeout=30)
        assert parent.returncode == (0 if end == "exit" else 1)
        assert "Warning" not in errors and ("Error" in errors) == (end == "raise")
        assert all(is_gone(int(word)) for word in said.split())


@pytest.mark.parametrize("_once", range(4))
def test_workers_end_with_a_parent_that_is_killed_at_any_moment(_once: int) -> None:
    delay = random.uniform(0, 1.5)
    with started(BUSY) as parent:
        assert parent.stdout is not None and parent.stdout.readline() == "ready\n"
        time.sleep(delay)
        threads = Path(f"/proc/{parent.pid}/task").glob("*/children")
        workers = [int(pid) for thread in threads for pid in thread.read_text().split()]
        parent.kill()
        parent.communicate(timeout=20)
        assert workers and all(is_gone(pid) for pid in workers), f"after {delay} s"


def test_event_loops_and_pools_of_processes_leave_no_worker(tmp_path: Path) -> None:
    script = tmp_path / "spread.py"
    script.write_text(SPREAD)
    ended = subprocess.run(
        [sys.executable, str(script), str(ROOT)], capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0 and ended.stderr == ""
    workers = [int(word) for word in ended.stdout.split()]
    assert len(workers) >= 2 and all(is_gone(pid) for pid in workers)


def test_a_fork_has_workers_of_its_own_and_keeps_no_others_alive() -> None:
    with started(FORKER) as parent:
        assert parent.stdout is not None
        said = parent.stdout.readline()
        assert said, parent.stderr.read() if parent.stderr else ""
        first, second = map(int, said.split())
        assert first != second
        assert is_gone(first)  # though the fork, which inherited its pipe, lives on
        parent.kill()
