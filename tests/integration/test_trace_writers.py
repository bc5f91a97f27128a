"""Sixteen processes write traces for a while, others read them: nothing is lost, nothing fails."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cropsmith.evals.lab.trace.sample import write_sample
from tests import trace_writers

pytestmark = pytest.mark.integration


def test_nothing_is_lost_while_many_write_and_read() -> None:
    # A program of its own, as in a soak: its writers are made anew from it.
    done = subprocess.run(
        [sys.executable, trace_writers.__file__, "20", "16"],
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.match(
        r"16 processes wrote (\d+) traces in 20 s, while (\d+) .* (\d+) lists", done.stdout
    )
    assert told is not None, done.stdout
    written, read, listed = map(int, told.groups())
    assert written >= 16 and read and listed


def test_a_trace_that_is_lost_or_not_whole_would_be_told(home: Path, photos: Path) -> None:
    other = write_sample(home, photos / "astronaut.jpg")
    told = trace_writers.lost(home, [other, "ffffffffffff"])
    assert "ffffffffffff is lost" in told and f"{other} lacks steps" in told
