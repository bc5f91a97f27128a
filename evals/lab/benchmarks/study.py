"""What the study runner costs beside the systems: a sample, a resume, memory, a report's size."""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from cropsmith.evals.report.results import tables
from cropsmith.evals.report.viewer import Look
from cropsmith.evals.report.writing import opened, write_report
from cropsmith.evals.study.runner import Runner
from cropsmith.evals.study.systems import System
from cropsmith.evals.trial import Answer, SampleStatus, Trial
from cropsmith.tools.schema.geometry import Box

SAMPLES = 10_000
PHOTOS = 1_000
REASONS = ("Keeps the subject on a third, drops the distraction at the lower edge.",) * 2


class Instant:
    """A system that costs nothing: what remains is the runner's own."""

    async def answer(self, trial: Trial) -> Answer:
        """Answer at once, as a model would: with a box and two sentences."""
        shift = len(trial.name) % 7 / 100
        box = Box.of((shift, 0.1, 0.8 + shift, 0.9))
        return Answer(
            status=SampleStatus.OK, box=box, reasons=REASONS, cost=0.001, calls=1,
            prompt_tokens=1200, completion_tokens=300, trace_id="0123456789ab",
        )  # fmt: skip


def dataset(folder: Path, photos: int) -> None:
    """Write small photos with a crop each, all of different bytes."""
    folder.mkdir()
    rows = ["file,x1,y1,x2,y2"]
    Image.new("RGB", (64, 48)).save(folder / "0.jpg")
    data = (folder / "0.jpg").read_bytes()
    for number in range(photos):
        (folder / f"{number}.jpg").write_bytes(data + str(number).encode())
        rows.append(f"{number}.jpg,6,4,58,44")
    (folder / "crops.csv").write_text("\n".join(rows), "utf-8")


def study(folder: Path, systems: int) -> Path:
    """Write a study file of so many systems."""
    lines = ['name = "benchmark"', "concurrency = 8", 'baselines = ["centre 0.9"]']
    lines += ["[[datasets]]", 'path = "own"']
    for number in range(systems):
        lines += ["[[systems]]", f'name = "system {number}"', f'model = "scripted/{number}"']
    path = folder / "study.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path


def run(path: Path) -> float:
    """Run what is missing with instant systems; return CPU seconds."""
    start = time.process_time()
    with opened(path, path.with_suffix(".study"), write=True) as plan:
        runner = Runner(plan)
        default = runner.answering.build
        instant: System = Instant()
        runner.answering.build = lambda arm: instant if arm.spec else default(arm)
        runner.run()
    return time.process_time() - start


def peak() -> float:
    """Return this process's peak memory in MB."""
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 1e6


def child(*arguments: str) -> list[str]:
    """Run a part in a process of its own, so that its memory and imports are its own."""
    command = [sys.executable, "-P", "-m", "cropsmith.evals.lab.benchmarks.study", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.split()


def measure(what: str, path: Path) -> None:
    """Print one measurement for the parent."""
    if what == "run":
        before = peak()
        print(run(path), peak(), before)
    elif what == "resume":
        wall = time.perf_counter()
        cpu = run(path)
        print(cpu, time.perf_counter() - wall)
    elif what == "report":
        with opened(path, path.with_suffix(".study"), write=False) as plan:
            start = time.process_time()
            tables(plan)
            print(time.process_time() - start)


def main() -> None:
    """Print each figure beside the one that was asked for."""
    with TemporaryDirectory() as name:
        os.environ["CROPSMITH_HOME"] = name
        found = {}
        for photos in (SAMPLES // 20, SAMPLES // 2):
            folder = Path(name) / str(photos)
            folder.mkdir()
            dataset(folder / "own", photos)
            path = study(folder, systems=1)
            found[photos] = [float(v) for v in child("run", str(path))]
            if photos == SAMPLES // 2:
                cpu, wall = (float(v) for v in child("resume", str(path)))
        small, large = found[SAMPLES // 20], found[SAMPLES // 2]
        rest = SAMPLES - SAMPLES // 10
        print(f"sample           {(large[0] - small[0]) / rest * 1e3:6.2f} ms CPU  (asked: 5)")
        print(f"resume {SAMPLES:,}    {cpu:6.2f} s CPU, {wall:.2f} s wall  (asked: 2 s)")
        growth = large[1] - small[1]
        print(f"memory           {large[1]:6.0f} MB, {growth:+.0f} MB for ten times the samples")
        folder = Path(name) / "report"
        folder.mkdir()
        dataset(folder / "own", PHOTOS)
        path = study(folder, systems=10)
        run(path)
        (seconds,) = child("report", str(path))
        beside = path.with_suffix(".study")
        with opened(path, beside, write=False) as plan:
            files = write_report(plan, Look(beside=beside), parquet=False)
        size = next(f for f in files if f.suffix == ".html").stat().st_size / 1e6
        print(f"report           {size:6.2f} MB for {PHOTOS:,} photos of 10 systems  (asked: 5)")
        print(f"figures          {float(seconds):6.2f} s CPU for {PHOTOS * 11:,} samples")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measure(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
