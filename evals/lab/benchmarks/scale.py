"""A study of 100,000 samples: what it costs beside the systems, to resume, and to report.

`python -m cropsmith.evals.lab.benchmarks.scale` prints each figure beside the one asked for. Many
photos with one system, then fewer with ten: memory grows with photos, work with samples.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from cropsmith.evals.lab.benchmarks.study import dataset, peak, run, study
from cropsmith.evals.report.viewer import Look
from cropsmith.evals.report.writing import opened, write_report

SHAPES = ((50_000, 1), (10_000, 9))
"""Photos and systems; a baseline stands beside them."""


def child(what: str, path: Path) -> list[float]:
    """Run a part in a process of its own, so that its memory is its own."""
    command = [sys.executable, "-P", "-m", "cropsmith.evals.lab.benchmarks.scale", what, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [float(value) for value in done.stdout.split()]


def measure(what: str, path: Path) -> None:
    """Print CPU seconds and peak MB of a run, a resume or a report."""
    if what == "run":
        print(run(path), peak())
        return
    start = time.process_time()
    if what == "report":
        beside = path.with_suffix(".study")
        with opened(path, beside, write=False) as plan:
            write_report(plan, Look(beside=beside), parquet=False)
    print(time.process_time() - start, peak())


def main() -> None:
    """Print each figure beside the one that was asked for."""
    for photos, systems in SHAPES:
        samples = photos * (systems + 1)
        print(f"{samples:,} samples: {photos:,} photos, {systems} systems and a baseline")
        with TemporaryDirectory() as name:
            os.environ["CROPSMITH_HOME"] = name
            dataset(Path(name) / "own", photos)
            path = study(Path(name), systems=systems)
            cpu, memory = child("run", path)
            print(f"  a sample  {cpu / samples * 1e3:6.2f} ms CPU  (asked: 3)")
            again, more = child("run", path)
            print(f"  resume    {again:6.2f} s CPU   (asked: 5)")
            report, most = child("report", path)
            print(f"  report    {report:6.2f} s CPU   (asked: 60)")
            print(f"  peak      {max(memory, more, most):6.0f} MB     (asked: 500)")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measure(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
