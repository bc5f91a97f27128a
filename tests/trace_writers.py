"""Many processes write traces while a studio and a command line read them: is anything lost?

python tests/trace_writers.py [SECONDS] [PROCESSES]     120 seconds and 16 processes if not given
"""

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from cropsmith.agents.trace.library import TraceFilter, TraceLibrary  # noqa: E402
from cropsmith.agents.trace.record import CallRecord, Facts, record_step  # noqa: E402
from cropsmith.agents.trace.store import StoredTrace  # noqa: E402
from cropsmith.agents.trace.values import TraceStatus  # noqa: E402
from cropsmith.agents.trace.views.page import page  # noqa: E402

STEPS = 8
WHOLE = 20
"""Of so many traces one is read whole at the end."""

CLI = "from cropsmith.commands.main import main; main()"


@dataclass
class Soaked:
    """What was written and read, and what went wrong."""

    written: int = 0
    read: int = 0
    """Traces that were read whole and made into a page, by a process that goes on, as a studio."""
    listed: int = 0
    """Runs of `cropsmith trace list`, each a process of its own."""
    wrong: list[str] = field(default_factory=list)


def soak(home: Path, seconds: float, processes: int) -> Soaked:
    """Write and read for so long, then look whether every trace is there and whole."""
    soaked = Soaked()
    context = multiprocessing.get_context("spawn")
    names, ready = context.SimpleQueue(), context.Barrier(processes + 1, timeout=300)
    writers = [
        context.Process(target=write, args=(home, seconds, ready, names), daemon=True)
        for _ in range(processes)
    ]
    for writer in writers:
        writer.start()
    ready.wait()  # the time counts from when all are there
    until = time.time() + seconds
    kept: list[str] = []
    readers = [
        threading.Thread(target=_repeat, args=(until, soaked, read, home)),
        threading.Thread(target=_repeat, args=(until, soaked, list_elsewhere, home)),
    ]
    for reader in readers:
        reader.start()
    left = processes
    while left:  # each writer ends with what went wrong in it
        found = names.get()
        if isinstance(found, str):
            kept.append(found)
        else:
            soaked.wrong += found
            left -= 1
    for reader in readers:
        reader.join()
    for writer in writers:
        writer.join()
    soaked.wrong += [f"a writer ended with {w.exitcode}" for w in writers if w.exitcode]
    soaked.written = len(kept)
    soaked.wrong += lost(home, kept)
    return soaked


def write(home: Path, seconds: float, ready: Any, names: Any) -> None:
    """Write one trace after another, telling the name of each; problems come last."""
    wrong: list[str] = []
    ready.wait()
    until = time.time() + seconds
    number = 0
    call = CallRecord(purpose="propose", model="m", status="ok", prompt="Say where. " * 200)
    try:
        while time.time() < until:
            trace = StoredTrace(home)
            trace.begin(Facts(source=f"{os.getpid()}-{number}.jpg", model="m"))
            for round in range(STEPS):
                with record_step(trace, "proposal", round) as step:
                    step.calls.append(call)
                    step.outputs = {"round": round}
            trace.picture(f"{os.getpid()} {number % 7}".encode())  # some are shared
            trace.end("ok", {"number": number})
            if trace.problem:
                wrong.append(trace.problem)
            assert trace.trace_id is not None
            names.put(trace.trace_id)
            number += 1
    except Exception as error:
        wrong.append(f"a writer failed: {type(error).__name__}: {error}")
    finally:
        names.put(wrong)


def read(home: Path, soaked: Soaked) -> None:
    """Read the newest traces whole, as the pages of a studio do."""
    library = TraceLibrary(home)
    for head in library.list(TraceFilter(limit=5)):
        page(library.read(head.id), library.images, children=library.children(head.id))
        soaked.read += 1


def list_elsewhere(home: Path, soaked: Soaked) -> None:
    """List traces in a process of its own, which opens and closes the file."""
    done = subprocess.run(
        [sys.executable, "-c", CLI, "trace", "list", "--json"],
        env={**os.environ, "CROPSMITH_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or done.stderr:
        soaked.wrong.append(f"trace list: {done.returncode}: {done.stderr[-500:]}")
    soaked.listed += 1


def _repeat(until: float, soaked: Soaked, act: Callable[[Path, Soaked], None], home: Path) -> None:
    while time.time() < until:
        try:
            act(home, soaked)
        except Exception as error:
            soaked.wrong.append(f"{act.__name__} failed: {type(error).__name__}: {error}")


def lost(home: Path, names: list[str]) -> list[str]:
    """Return what is missing of the traces that writers were told are kept."""
    library = TraceLibrary(home)
    wrong = []
    heads = {head.id: head for head in library.list(TraceFilter(limit=2**31))}
    wrong += [f"{name} is lost" for name in names if name not in heads]
    there = [name for name in names if name in heads]
    # Each step has a call, and is counted in the transaction that keeps it.
    wrong += [f"{name} lacks steps" for name in there if heads[name].calls != STEPS]
    for name in there[::WHOLE]:
        trace = library.read(name)
        whole = len(trace.steps) == STEPS and not trace.unfinished and trace.result is not None
        pictures = all(library.images.get(one.sha256) for one in trace.pictures)
        if not (whole and pictures and trace.head.status is TraceStatus.OK):
            wrong.append(f"{name} is not whole")
    return wrong


def main() -> int:
    """Soak, and print what became of it."""
    seconds, processes = (float(sys.argv[1]) if len(sys.argv) > 1 else 120.0), 16
    if len(sys.argv) > 2:
        processes = int(sys.argv[2])
    with TemporaryDirectory() as folder:
        soaked = soak(Path(folder), seconds, processes)
    print(
        f"{processes} processes wrote {soaked.written} traces in {seconds:.0f} s, while "
        f"{soaked.read} were read and {soaked.listed} lists printed: {len(soaked.wrong)} wrong"
    )
    for line in soaked.wrong[:20]:
        print(f"  {line}")
    return 1 if soaked.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
