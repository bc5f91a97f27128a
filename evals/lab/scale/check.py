"""The measured constants against this machine: a few photos of 2 MP, CPU alone."""

import asyncio
import os
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cropsmith.agents.backends.protocol.backend import Ask, Status
from cropsmith.agents.backends.providers.scripted import Scripted, ScriptedAnswer
from cropsmith.agents.settings.run_settings import Effort
from cropsmith.api import acrop
from cropsmith.evals.lab.benchmarks.sample import sample

FEW, MANY = 6, 30
"""Photos of two batches: what the second takes more is the price of a photo, without starting."""


def check(numbers: dict[str, Any]) -> None:
    """Print each constant beside what is measured now."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        photo = sample(place, 1632, 1224)
        few, many = (_batch(place, photo, count) for count in (FEW, MANY))
        cpu = (many[0] - few[0]) / (MANY - FEW)
        trace = (many[1] - few[1]) / (MANY - FEW)
        _row("bytes of a photo of 2 MP", numbers["load"]["bytes_in"], photo.stat().st_size)
        _row("CPU seconds of one in a batch of two workers", numbers["cpu"]["batch"], cpu)
        _row("bytes of its trace", numbers["trace"]["builtin"], trace)
        os.environ["CROPSMITH_HOME"] = folder
        efforts: tuple[Effort, ...] = ("quick", "standard")
        for effort in efforts:
            for name, value in asyncio.run(_asked(effort)).items():
                _row(f"{name} at {effort} effort", numbers["asks"][effort][name], value)


def _batch(place: Path, photo: Path, count: int) -> tuple[float, float]:
    """Crop so many photos at 4:5; return CPU seconds, and bytes of their traces."""
    photos, home = place / f"in{count}", place / f"home{count}"
    photos.mkdir()
    for number in range(count):
        os.link(photo, photos / f"{number}.jpg")
    before = _children()
    subprocess.run(
        [sys.executable, "-P", "-m", "cropsmith.commands.main", "crop", str(photos), "4:5"]
        + ["-o", str(place / f"out{count}"), "--jobs", "2"],
        env={**os.environ, "CROPSMITH_HOME": str(home), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    with closing(sqlite3.connect(home / "traces.sqlite")) as traces:
        traces.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return _children() - before, (home / "traces.sqlite").stat().st_size


async def _asked(effort: Effort) -> dict[str, float]:
    """Return what a model is asked about one photo; it refuses every answer."""
    from skimage import data

    asks: list[Ask] = []

    def refuse(ask: Ask) -> ScriptedAnswer:
        asks.append(ask)
        return ScriptedAnswer(status=Status.REFUSED, reason="It only counts.")

    backend = Scripted(refuse)
    await acrop(
        data.coffee(), "the cup, square", backend=backend, effort=effort, index="off", taste=False
    )
    words = [part for ask in asks for message in ask.messages for part in message.parts]
    return {
        "calls": len(asks),
        "characters": sum(len(part) for part in words if isinstance(part, str)),
        "pictures": sum(len(ask.pictures) for ask in asks),
    }


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _row(name: str, stated: float, found: float) -> None:
    print(f"{name:48} stated {stated:10,.4g}   measured {found:10,.4g}   {found / stated:5.2f} x")
