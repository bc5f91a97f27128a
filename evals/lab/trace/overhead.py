"""What a trace adds to a request: processor time and bytes on disk."""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.database import connect
from cropsmith.agents.trace.photo import keep_photo
from cropsmith.agents.trace.record import MemoryTrace
from cropsmith.agents.trace.store import StoredTrace
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.schema.request import CropRequest

PAIRS = 100


def main() -> None:
    """Print what a trace adds: the median over pairs of runs, one with and one without."""
    with TemporaryDirectory() as folder:
        os.environ["CROPSMITH_HOME"] = folder
        photo = _photo()
        request = CropRequest(text="square")

        def cpu(trace: bool) -> float:
            parts = build_parts(RunSettings(trace=trace))
            parts.views.add(photo)
            start = time.process_time()
            asyncio.run(run(photo, request, parts))
            return (time.process_time() - start) * 1e3

        for trace in (True, False) * 3:
            cpu(trace)
        before = _bytes(Path(folder))
        pairs = [_pair(cpu, first=number % 2 == 0) for number in range(PAIRS)]
        grown = (_bytes(Path(folder)) - before) / PAIRS
        added = np.array([ours - bare for ours, bare in pairs])
        draws = np.random.default_rng(0).choice(added, (2000, PAIRS))
        low, high = np.percentile(np.median(draws, axis=1), (2.5, 97.5))
        print(f"without a trace  {min(bare for _, bare in pairs):6.1f} ms CPU a request, the least")
        print(
            f"a trace adds     {np.median(added):6.1f} ms CPU (median of {PAIRS} pairs, "
            f"95 % {low:.1f} to {high:.1f}), {grown / 1e3:.1f} KB"
        )
        print(f"its own work     {alone(Path(folder), photo):6.1f} ms CPU, nothing else running")
        print("asked            < 6 ms CPU, < 60 KB")


def _pair(cpu: Callable[[bool], float], *, first: bool) -> tuple[float, float]:
    """Return CPU with and without a trace, of two runs one after the other, in turns."""
    one, other = cpu(first), cpu(not first)
    return (one, other) if first else (other, one)


def alone(home: Path, photo: Photo) -> float:
    """Return the CPU milliseconds of keeping a recorded run again, the least of many."""
    memory = MemoryTrace()
    parts = build_parts(recorder=memory)
    result = asyncio.run(run(photo, CropRequest(text="square"), parts))
    view, facts = parts.views.open(photo), memory.facts
    assert facts is not None

    def keep() -> float:
        start = time.process_time()
        trace = StoredTrace(home)
        trace.begin(facts)
        keep_photo(trace, view)
        for step in memory.steps:
            trace.start(step)
            trace.write(step)
        trace.end("ok", result.report)
        return (time.process_time() - start) * 1e3

    return min(keep() for _ in range(PAIRS))


def _photo() -> Photo:
    from cropsmith.tools.images.photo import open_photo

    if len(sys.argv) > 1:
        return open_photo(sys.argv[1])
    draw = np.random.default_rng(0)
    smooth = np.kron(draw.integers(0, 255, (15, 20, 3), dtype=np.uint8), np.ones((48, 48, 1)))
    return open_photo(smooth.astype(np.uint8))


def _bytes(folder: Path) -> int:
    # The write-ahead log is a buffer of bounded size, not growth: empty it first.
    with closing(connect(folder)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
