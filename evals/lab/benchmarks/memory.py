"""Peak memory of one request, in a process of its own."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from cropsmith.evals.lab.benchmarks.sample import sample

SIZES = {"2 MP": (1632, 1224), "12 MP": (4000, 3000), "100 MP": (11600, 8700)}

ONE_REQUEST = """
import asyncio, sys
from cropsmith.agents.runs.run import run
from cropsmith.tools.sandbox import pool
from cropsmith.tools.schema.request import CropRequest

def peak():  # not ru_maxrss, which starts at the parent's own peak
    return next(int(l.split()[1]) for l in open("/proc/self/status") if l.startswith("VmHWM"))

def worker():
    lines = (l for p in pool.pids() for l in open(f"/proc/{p}/status"))
    return max(int(l.split()[1]) for l in lines if l.startswith("VmHWM"))

result = asyncio.run(run(sys.argv[1], CropRequest(text="4:5")))
decided = peak()
result.save(sys.argv[2], force=True)
print(decided // 1024, peak() // 1024, worker() // 1024)
"""


def main() -> None:
    """Print peak megabytes after the decision and after the crop, and those of the sandbox."""
    with TemporaryDirectory() as folder:
        for name, (width, height) in SIZES.items():
            path = sample(Path(folder), width, height)
            done = subprocess.run(
                [sys.executable, "-P", "-c", ONE_REQUEST, path, Path(folder) / "crop.jpg"],
                env={"CROPSMITH_HOME": folder, "PATH": "/usr/bin:/bin"},
                capture_output=True,
                text=True,
                check=True,
            )
            decided, written, worker = done.stdout.split()
            print(
                f"{name:7} {decided:>5} MB to the decision   {written:>5} MB with the crop written"
                f"   {worker:>5} MB the worker that decoded and wrote"
            )


if __name__ == "__main__":
    main()
