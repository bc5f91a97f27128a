"""A trace over a real photo, written without running the graph."""

from pathlib import Path

import pytest

from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.values import Trace
from cropsmith.evals.lab.trace.sample import Sample, write_sample

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;</script><!--"
    "\x1b[31m\x1b]0;owned\x07\x9b2J\x00\u202e[bold]markup[/bold] :smile: {{x}} {% y %}"
)


@pytest.fixture
def sample(library: TraceLibrary, photo: Path) -> Trace:
    return library.read(write_sample(library.home, photo))


@pytest.fixture
def hostile(library: TraceLibrary, photo: Path) -> Trace:
    return library.read(
        write_sample(library.home, photo, Sample(candidates=6, text=HOSTILE, said=HOSTILE))
    )
