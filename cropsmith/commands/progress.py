"""How a batch goes, on one line of the terminal, and how it went, in two."""

import shutil
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TextIO

from cropsmith.batch.work import Outcome, State
from cropsmith.tools.images.remote import shown
from cropsmith.tools.schema.plain_text import visible_line

EVERY = 0.2
"""Seconds between two drawings of the line."""
BAR = 24
"""Signs of the bar."""


class Progress:
    """Counts outcomes; draws a line on a terminal, and nothing elsewhere."""

    def __init__(self, before: Counter[State], stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._draws = self._stream.isatty()
        self._before = before
        self.total = before.total()
        self.now: Counter[State] = Counter()
        self._files = 0
        self._began = time.monotonic()
        self._drawn = 0.0

    def __enter__(self) -> "Progress":
        self._draw()
        return self

    def __exit__(self, *_: object) -> None:
        self._wipe()

    def count(self, outcome: Outcome) -> None:
        """Take note of an outcome."""
        self.now[outcome.state] += 1
        self._files += len(outcome.files) if outcome.state is not State.SKIPPED else 0
        if time.monotonic() - self._drawn >= EVERY:
            self._draw()

    def say(self, line: str, stream: TextIO) -> None:
        """Print a line where the bar is, which comes again below it."""
        self._wipe()
        print(line, file=stream, flush=True)
        self._draw()

    def summary(self, manifest: Path | None, out: Path | None) -> list[str]:
        """Return what became of all photos, in one line or two."""
        seconds = time.monotonic() - self._began
        done = self.now.total()
        photos = f"{self.total} {'photo' if self.total == 1 else 'photos'}"
        parts = [f"{self.now[state]} {words}" for state, words in TOLD.items() if self.now[state]]
        if earlier := self.total - done - self._left():
            parts.append(f"{earlier} done before")
        if left := self._left():
            parts.append(f"{left} to go")
        where = f" in {visible_line(shown(out))}" if out else ""
        files = f"{self._files} {'file' if self._files == 1 else 'files'}{where}"
        rate = f"{clock(seconds)}, {done / max(seconds, 0.001):.1f} a second"
        lines = [f"{photos}: {', '.join(parts) or 'nothing to do'}; {files} ({rate})."]
        if manifest is not None and (self.now[State.FAILED] or left):
            again = "tries again what failed" if not left else "goes on"
            lines.append(f"The same command with --resume {again} ({visible_line(str(manifest))}).")
        return lines

    def _left(self) -> int:
        waiting = self._before[State.WAITING] + self._before[State.AGAIN]
        return max(0, waiting - self.now.total())

    def line(self, width: int) -> str:
        """Return the line of the bar, at most `width` signs: done, rate, remaining time."""
        left = self._left()
        done = self.total - left
        share = done / self.total if self.total else 1.0
        seconds = time.monotonic() - self._began
        filled = round(BAR * share)
        text = f"[{'#' * filled}{'.' * (BAR - filled)}] {done} of {self.total}"
        if worked := self.now.total():
            text += f"  {worked / max(seconds, 0.001):.1f}/s  {clock(left * seconds / worked)} left"
        if bad := self.now[State.FAILED] + self.now[State.REFUSED]:
            text += f"  {bad} not cropped"
        return text[: max(0, width)]

    def _draw(self) -> None:
        if not self._draws:
            return
        self._drawn = time.monotonic()
        width = shutil.get_terminal_size().columns - 1
        print(f"\r\x1b[K{self.line(width)}", end="", file=self._stream, flush=True)

    def _wipe(self) -> None:
        if self._draws:
            print("\r\x1b[K", end="", file=self._stream, flush=True)


TOLD = {
    State.CROPPED: "cropped",
    State.KEPT: "left as they are",
    State.SKIPPED: "skipped",
    State.REFUSED: "without a crop that answers",
    State.FAILED: "failed",
}


def clock(seconds: float) -> str:
    """Return a time as it is read: "42 s", "3:07", "2:03:07"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
