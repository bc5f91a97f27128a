"""A batch is counted on one line of a terminal, and summed up in one or two."""

import io
from collections import Counter
from pathlib import Path

import pytest

from cropsmith.batch.work import Outcome, State
from cropsmith.commands.progress import Progress, clock


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_line_and_the_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter(range(1000))
    monkeypatch.setattr("time.monotonic", lambda: float(next(seconds)))
    screen = Terminal()
    with Progress(Counter({State.WAITING: 10, State.CROPPED: 5}), screen) as progress:
        for number in range(10):
            state = State.FAILED if number == 3 else State.CROPPED
            progress.count(Outcome(f"{number}.jpg", state, (Path("x.jpg"),)))
            if number == 4:
                line = progress.line(200)
    assert "10 of 15" in line and "/s" in line and "left" in line and "1 not cropped" in line
    assert len(progress.line(20)) == 20
    first, second = progress.summary(Path("out/m.sqlite"), Path("out"))
    assert first.startswith("15 photos: 9 cropped, 1 failed, 5 done before; 10 files in out (")
    assert "--resume" in second and "out/m.sqlite" in second
    assert screen.getvalue().endswith("\r\x1b[K")  # nothing of the line is left


def test_nothing_is_drawn_where_nobody_looks() -> None:
    file = io.StringIO()
    with Progress(Counter({State.WAITING: 1}), file) as progress:
        progress.count(Outcome("a.jpg", State.CROPPED))
    assert not file.getvalue()
    assert len(progress.summary(Path("m"), None)) == 1


def test_times() -> None:
    assert [clock(s) for s in (0.2, 42, 187, 7387)] == ["0 s", "42 s", "3:07", "2:03:07"]
