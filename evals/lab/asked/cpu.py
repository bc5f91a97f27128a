"""CPU time of a request beside another installation's, asked in turns."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from cropsmith.errors import CropsmithError
from cropsmith.evals.datasets.wording import word
from cropsmith.evals.lab.asked.question import Picture
from cropsmith.evals.statistics.clusters import Clustered
from cropsmith.evals.statistics.intervals import Interval, bootstrap

WORKER = """
import json, sys, time
from cropsmith import crop
for line in sys.stdin:
    path, text = json.loads(line)
    start = time.process_time()
    crop(path, text, trace=False)
    print(json.dumps(time.process_time() - start), flush=True)
"""
REPEATS = 3
"""Of each the least counts: other processes can only add."""


@dataclass(frozen=True)
class Timed:
    """CPU seconds of one request, by installation."""

    picture: Picture
    kind: str
    seconds: Mapping[str, float]


class Installation:
    """A fresh interpreter with cropsmith that answers requests and tells its CPU seconds."""

    def __init__(self, python: Path) -> None:
        self._process = subprocess.Popen(
            [str(python), "-P", "-c", WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, path: Path, text: str) -> float:
        """Return the CPU seconds, all threads counted; CropsmithError if the process ended."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps([str(path), text]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise CropsmithError(f"An installation ended at '{text}' of {path.name}.")
        return float(json.loads(line))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()


def requests_of(picture: Picture, seed: int) -> Iterator[tuple[str, str]]:
    """Yield kind and words of a photo's requests."""
    yield "names nothing: a shape", "4:5"
    yield "names nothing: free", ""
    if picture.main:
        worded = word("named", "4:5", f"{picture.name}{seed}", label=picture.main.label)
        yield "names something", worded.text


def measure_cpu(pictures: Sequence[Picture], beside: Path | None, seed: int = 0) -> list[Timed]:
    """Time the requests of each photo here and, in turns, in the interpreter `beside`."""
    timed = []
    pythons = {"here": Path(sys.executable), **({"beside": beside} if beside else {})}
    with ExitStack() as stack:
        rivals = {n: stack.enter_context(Installation(path)) for n, path in pythons.items()}
        for number, picture in enumerate(pictures):
            for kind, text in requests_of(picture, seed):
                if number == 0:  # weights are read at the first request
                    for rival in rivals.values():
                        rival.ask(picture.path, text)
                least = dict.fromkeys(rivals, float("inf"))
                for _ in range(REPEATS):
                    for name, rival in rivals.items():
                        least[name] = min(least[name], rival.ask(picture.path, text))
                timed.append(Timed(picture, kind, least))
    return timed


def table_of_cpu(timed: Sequence[Timed], seed: int = 0) -> str:
    """Return the Markdown table: mean milliseconds, the ratio of the means, the difference."""
    lines = ["| CPU time | here | beside | ratio | ms more |", "|---|---|---|---|---|"]
    for kind in dict.fromkeys(one.kind for one in timed):
        some = [one for one in timed if one.kind == kind]
        here = 1e3 * np.array([one.seconds["here"] for one in some])
        cells = [f"{here.mean():.0f} ms", "", "", ""]
        if "beside" in some[0].seconds:
            beside = 1e3 * np.array([one.seconds["beside"] for one in some])
            names = [one.picture.name for one in some]
            ratio = bootstrap(Clustered.gather(names, list(here / beside), list(beside)), seed=seed)
            more = bootstrap(Clustered.gather(names, list(here - beside)), seed=seed)
            cells[1:] = [f"{beside.mean():.0f} ms", spread(ratio, 2), spread(more, 0)]
        lines.append(f"| {kind} ({len(some)} photos) | {' | '.join(cells)} |")
    return "\n".join(lines)


def spread(interval: Interval, digits: int) -> str:
    """Return the value with its interval."""
    value, low, high = (f"{v:.{digits}f}" for v in (interval.value, interval.low, interval.high))
    return f"{value} [{low}, {high}]"
