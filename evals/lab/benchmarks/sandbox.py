"""What the sandbox costs: CPU of a warm photo with and without it, and of a cold command."""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from cropsmith.evals.lab.benchmarks.clock import spent_ms
from cropsmith.evals.lab.benchmarks.images import SIZES
from cropsmith.evals.lab.benchmarks.sample import sample
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.images.render import render
from cropsmith.tools.schema.geometry import PixelBox

PAIRS = 40
COLD_PAIRS = 7
SWITCH = "CROPSMITH_SANDBOX"


@contextmanager
def switched(state: str) -> Iterator[None]:
    """Turn the sandbox on or off within the block."""
    os.environ[SWITCH] = state
    try:
        yield
    finally:
        del os.environ[SWITCH]


def looked(path: Path) -> None:
    """Open a photo, as every run does."""
    open_photo(path)


def cropped(path: Path) -> None:
    """Open a photo and crop the middle of it to a JPEG."""
    photo = open_photo(path)
    width, height = photo.size.width, photo.size.height
    box = PixelBox(
        left=width // 10, top=height // 10, right=width * 9 // 10, bottom=height * 9 // 10
    )
    render(photo, box)


def spent(work: Callable[[Path], None], path: Path, state: str) -> float:
    """Return the CPU milliseconds of one photo, the worker's included."""
    with switched(state):
        start = spent_ms()
        work(path)
        return spent_ms() - start


def warm(path: Path) -> None:
    """Print the medians of pairs that are taken in turns, and of their difference."""
    for work in (looked, cropped):
        for state in ("off", "on"):
            spent(work, path, state)
        pairs = []
        for turn in range(PAIRS):
            order = ("off", "on") if turn % 2 else ("on", "off")
            taken = {state: spent(work, path, state) for state in order}
            pairs.append((taken["off"], taken["on"]))
        without, within = (statistics.median(column) for column in zip(*pairs, strict=True))
        more = statistics.median(on - off for off, on in pairs)
        print(
            f"  {work.__name__:8} {without:6.1f} ms without, {within:6.1f} with: {more:+.2f} ms CPU"
        )


def cold(path: Path, folder: Path) -> None:
    """Print wall and CPU seconds of one command in a fresh process, in turns."""
    taken: dict[str, list[tuple[float, float]]] = {"off": [], "on": []}
    for _ in range(COLD_PAIRS):
        for state, seconds in taken.items():
            before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            subprocess.run(
                [sys.executable, "-P", "-c", "from cropsmith.commands.main import main; main()"]
                + ["crop", str(path), "--ratio", "4:5", "-o", str(folder / "c.jpg"), "--force"],
                env={**os.environ, SWITCH: state, "CROPSMITH_HOME": str(folder)},
                stdout=subprocess.DEVNULL,
                check=True,
            )
            wall = time.monotonic() - began
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            seconds.append((wall, cpu))
    for state, seconds in taken.items():
        wall, cpu = min(w for w, _ in seconds), min(c for _, c in seconds)
        print(f"  sandbox {state:3}  {wall:.2f} s wall, {cpu:.2f} s CPU (least of {COLD_PAIRS})")


def main() -> None:
    """Print all of it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for label, (width, height) in SIZES.items():
            path = sample(folder, width, height)
            print(f"{label}, {path.stat().st_size / 1e6:.1f} MB, warm")
            warm(path)
        print(f"{label}, one command, cold")
        cold(path, folder)


if __name__ == "__main__":
    main()
