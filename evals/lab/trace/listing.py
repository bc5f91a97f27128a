"""How long it takes to list and search 100,000 traces."""

import random
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from cropsmith.agents.trace.database import connect
from cropsmith.agents.trace.library import TraceFilter, TraceLibrary
from cropsmith.agents.trace.values import TraceStatus

ROWS = 100_000
FILTERS = {
    "newest 20": TraceFilter(),
    "one photo": TraceFilter(photo="photo-77777"),
    "a model": TraceFilter(model="qwen"),
    "killed": TraceFilter(status=TraceStatus.KILLED),
    "errors": TraceFilter(status=TraceStatus.ERROR),
    "words that are there": TraceFilter(text="dog umbrella"),
    "words that are nowhere": TraceFilter(text="nowhere"),
}


def main() -> None:
    """Print the best of five for each kind of question, wall clock."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        fill(home)
        library = TraceLibrary(home)
        for name, wanted in FILTERS.items():
            best = min(_timed(library, wanted) for _ in range(5))
            print(f"{name:24} {best:6.1f} ms, {len(library.list(wanted))} found")
    print("asked                    < 200 ms")


def fill(home: Path) -> None:
    """Write the rows as runs do, but in one transaction."""
    draw = random.Random(0)
    words = ["dog", "umbrella", "square", "4:5", "sky", "headline", "red", "without the man"]
    db = connect(home)
    db.execute("BEGIN")
    for number in range(ROWS):
        error = "" if number % 50 else "UsageError: too extreme"
        db.execute(
            """INSERT INTO traces (id, started, ended, status, source, path, sha256, width, height,
                   request, model, error, process)
               VALUES (?, ?, ?, ?, ?, ?, ?, 4000, 3000, ?, ?, ?, 'host/1/1')""",
            (
                f"{number:012x}",
                1.7e9 + number,
                1.7e9 + number + 1,
                "error" if error else "ok",
                f"photo-{number:05}.jpg",
                f"/photos/of/a/summer/photo-{number:05}.jpg",
                f"{number:064x}",
                " ".join(draw.sample(words, 4)),
                "builtin" if number % 3 else "vllm/Qwen/Qwen3-VL-8B-Instruct",
                error,
            ),
        )
    db.execute("COMMIT")
    db.close()


def _timed(library: TraceLibrary, wanted: TraceFilter) -> float:
    start = time.perf_counter()
    library.list(wanted)
    return (time.perf_counter() - start) * 1e3


if __name__ == "__main__":
    main()
