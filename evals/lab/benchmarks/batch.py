"""Batches of the command line: two workers beside one, and what the workers hold."""

import os
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from cropsmith.evals.lab.benchmarks.sample import sample

PHOTOS = int(os.environ.get("CROPSMITH_BENCH_PHOTOS", "500"))
"""Of 2 MP; of 12 MP a tenth."""
LOOKING = 0.2
"""Seconds between two looks at what the workers hold."""


@dataclass(frozen=True)
class Spent:
    """What a batch took: seconds, and megabytes at their most."""

    wall: float
    cpu: float
    """Of the parent and its workers; their sandboxes end unasked, and are counted in `longest`."""
    longest: float
    """CPU of the parent and of the busiest worker with its sandbox, which work in turns: the wall
    time if every other process had a core of its own."""
    worker: int
    sandbox: int
    both: int
    """A worker and its sandbox at one moment, each with the libraries that they share."""
    shared_once: int
    """The same, the shared pages parted among those who share them (PSS)."""


def main() -> None:
    """Print wall time and CPU of one worker and of two, and the most memory of a worker."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for label, size, count in (
            ("2 MP", (1632, 1224), PHOTOS),
            ("12 MP", (4000, 3000), PHOTOS // 10),
        ):
            photo = sample(folder, *size)
            start = {jobs: _batch(photo, jobs, jobs) for jobs in (1, 2)}
            spent = {jobs: _batch(photo, count, jobs) for jobs in (1, 2)}
            one = spent[1]
            for jobs, took in spent.items():
                each = (took.cpu - start[jobs].cpu) / (count - jobs) * 1e3
                print(
                    f"{label:6} {count} photos, {jobs} at once: {took.wall:6.1f} s"
                    f" ({one.wall / took.wall:.2f} x one), {took.cpu:6.1f} s of CPU without the"
                    f" sandboxes, of it {start[jobs].cpu:.1f} s to start and {each:.1f} ms a photo;"
                    f" longest chain {took.longest:.1f} s ({one.longest / took.longest:.2f} x one)"
                )
                print(
                    f"{'':6} most of a worker {took.worker} MB, of its sandbox {took.sandbox} MB,"
                    f" of both at once {took.both} MB, with shared pages parted"
                    f" {took.shared_once} MB",
                    flush=True,
                )


def _batch(photo: Path, count: int, jobs: int) -> Spent:
    """Crop so many links to one photo."""
    with TemporaryDirectory(dir=photo.parent) as name:
        photos = Path(name) / "photos"
        photos.mkdir()
        for number in range(count):
            os.link(photo, photos / f"{number:04}.jpg")
        return _cropped(photos, Path(name) / "out", jobs)


def _cropped(photos: Path, out: Path, jobs: int) -> Spent:
    before, began = os.times(), time.monotonic()
    command = [sys.executable, "-P", "-m", "cropsmith.commands.main", "crop"]
    process = subprocess.Popen(
        [*command, str(photos), "4:5", "-o", str(out), "--jobs", str(jobs)],
        env={**os.environ, "CROPSMITH_HOME": f"{out}-home"},
        stdout=subprocess.DEVNULL,
    )
    chains: dict[int, float] = defaultdict(float)
    parent, most = 0.0, [0, 0, 0, 0]
    while process.poll() is None:
        parent = max(parent, _cpu(process.pid))
        for worker in _children(process.pid):
            inner = _children(worker)
            if not inner:  # multiprocessing's tracker of resources, or the parent's own sandbox
                continue
            pair = [worker, *inner]
            chains[worker] = max(chains[worker], sum(map(_cpu, pair)))
            held = (
                _memory(worker, "VmHWM"),
                max(_memory(one, "VmHWM") for one in inner),
                sum(_memory(one, "VmRSS") for one in pair),
                sum(_memory(one, "Pss", "smaps_rollup") for one in pair),
            )
            most = [max(a, b) for a, b in zip(most, held, strict=True)]
        time.sleep(LOOKING)
    if process.returncode:
        raise SystemExit(f"the batch ended with {process.returncode}")
    after = os.times()
    cpu = (after.children_user - before.children_user) + (
        after.children_system - before.children_system
    )
    longest = parent + max(chains.values(), default=0.0)
    return Spent(time.monotonic() - began, cpu, longest, *most)


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _cpu(pid: int) -> float:
    """Return seconds of CPU that a process has spent, ended threads included (proc_pid_stat)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int, name: str, file: str = "status") -> int:
    """Return megabytes of a process, by their name in a file of /proc."""
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:
        return 0
    found = (int(line.split()[1]) // 1024 for line in lines if line.startswith(f"{name}:"))
    return next(found, 0)


if __name__ == "__main__":
    main()
