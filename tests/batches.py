"""Batches that are shot at: workers and parents are killed at random, and what is left is checked.

python tests/batches.py kill [PHOTOS] [SEED]    500 photos, workers and parents killed
python tests/batches.py many [PHOTOS] [EACH]    100,000 links to one photo, of which every 50th is
                                                cropped: memory stays flat
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

CROPSMITH = [sys.executable, "-P", "-m", "cropsmith.commands", "crop"]
NAME = "cropsmith-batch.sqlite"


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in text.split()]


def workers_of(pid: int) -> list[int]:
    """Return the workers of a batch among them."""
    found = []
    for child in children_of(pid):
        try:
            line = Path(f"/proc/{child}/cmdline").read_bytes()
        except OSError:
            continue
        if b"spawn_main" in line:
            found.append(child)
    return found


def runs(pid: int) -> bool:
    """Tell whether a process is there, and is not one that has ended and waits to be asked."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass
class Shot:
    """What became of a batch that was shot at."""

    runs: int = 0
    workers_killed: int = 0
    parents_killed: int = 0
    wrong: list[str] = field(default_factory=list)


def links(photo: Path, folder: Path, count: int) -> None:
    """Fill a folder with a photo, a thousand hard links to a folder (systems allow some 65,000)."""
    for number in range(count):
        place = folder / f"{number // 1000:03}"
        if number % 1000 == 0:
            place.mkdir(parents=True)
            photo = Path(shutil.copy(photo, place / f"{number:06}.jpg"))
        else:
            os.link(photo, place / f"{number:06}.jpg")


def shoot(photos: Path, out: Path, seed: int, parents: int, workers: int) -> Shot:
    """Crop a folder, killing parents and workers at random moments; go on until all is done.

    Every crop that a manifest said was done must still be the same file afterwards.
    """
    dice, shot = random.Random(seed), Shot()
    done: dict[str, tuple[int, int]] = {}
    command = [*CROPSMITH, str(photos), "square", "-o", str(out), "--jobs", "2", "--no-trace"]
    while True:
        resume = ["--resume"] if shot.runs else []
        process = subprocess.Popen(
            [*command, *resume],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
            # What starts this in the background has interrupts ignored, and so would the batch.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        shot.runs += 1
        brood: set[int] = set()
        if shot.parents_killed < parents:
            how = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)[shot.parents_killed % 3]
            _wait(process, brood, dice.uniform(1.5, 4))
            if process.poll() is None:
                process.send_signal(how)
                shot.parents_killed += 1
        else:
            while process.poll() is None and shot.workers_killed < workers:
                _wait(process, brood, dice.uniform(1, 4))
                if living := workers_of(process.pid):
                    os.kill(dice.choice(living), dice.choice((signal.SIGKILL, signal.SIGTERM)))
                    shot.workers_killed += 1
        said = "".join(process.communicate())
        if "Traceback" in said or "fault of cropsmith" in said:
            shot.wrong.append(said[-2000:])
        shot.wrong += [f"process {pid} has outlived its parent" for pid in _left(brood)]
        for path, stamp in done.items():
            if _stamp(out / path) != stamp:
                shot.wrong.append(f"{path} was done, and was written again or is gone")
        done |= {path: _stamp(out / path) for path in _noted(out)}
        if process.returncode == 0:
            break
        if shot.runs > 4 * (parents + workers) + 8:
            shot.wrong.append(f"it never came to its end: {said[-2000:]}")
            break
    shot.wrong += faults(photos, out)
    return shot


def faults(photos: Path, out: Path) -> list[str]:
    """Return what is wrong with a finished batch: crops that lack, are broken, or are too many."""
    wrong = []
    wanted = {
        path.relative_to(photos).with_name(f"{path.stem}-crop.jpg")
        for path in photos.rglob("*.jpg")
    }
    there = {path.relative_to(out) for path in out.rglob("*") if path.is_file()} - {Path(NAME)}
    wrong += [f"{path} lacks" for path in sorted(wanted - there)]
    wrong += [f"{path} was left behind" for path in sorted(there - wanted)]
    for path in wanted & there:
        try:
            with Image.open(out / path) as image:
                image.load()
        except OSError as error:
            wrong.append(f"{path} is half-written: {error}")
    return wrong


def _wait(process: "subprocess.Popen[str]", brood: set[int], seconds: float) -> None:
    limit = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < limit:
        for worker in workers_of(process.pid):
            brood |= {worker, *children_of(worker)}
        time.sleep(0.05)


def _left(brood: set[int]) -> list[int]:
    limit = time.monotonic() + 30
    while (left := [pid for pid in brood if runs(pid)]) and time.monotonic() < limit:
        time.sleep(0.1)
    return left


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return (status.st_ino, status.st_mtime_ns)


def _noted(out: Path) -> Sequence[str]:
    """Return the crops that the manifest says are done."""
    if not (out / NAME).exists():
        return []
    copy = Path(tempfile.mkdtemp())
    for end in ("", "-wal"):
        if Path(f"{out / NAME}{end}").exists():
            shutil.copy(f"{out / NAME}{end}", copy / f"{NAME}{end}")
    db = sqlite3.connect(copy / NAME)
    try:
        rows = db.execute(
            "SELECT path FROM files JOIN photos ON photos.number = files.photo"
            " WHERE state IN ('cropped', 'kept')"
        ).fetchall()
    except sqlite3.OperationalError:  # killed before there was a table
        rows = []
    finally:
        db.close()
        shutil.rmtree(copy)
    real = os.path.realpath(out)
    return [os.path.relpath(os.fsdecode(path), real) for (path,) in rows]


def small_photo(path: Path, side: int) -> Path:
    """Write a photo of scikit-image's, small."""
    import skimage

    with Image.open(Path(skimage.__file__).parent / "data" / "rocket.jpg") as image:
        image.thumbnail((side, side))
        image.save(path, quality=85)
    return path


def kill(count: int, seed: int) -> int:
    """Shoot at a batch of photos; print what became of it."""
    with tempfile.TemporaryDirectory() as folder:
        photo = small_photo(Path(folder) / "photo.jpg", 640)
        links(photo, Path(folder) / "in", count)
        shots = max(3, count // 60)
        shot = shoot(Path(folder) / "in", Path(folder) / "out", seed, shots, shots)
    print(
        f"{count} photos, seed {seed}: {shot.parents_killed} parents and {shot.workers_killed}"
        f" workers killed, {shot.runs} runs, {len(shot.wrong)} faults"
    )
    print(*(f"WRONG   {wrong}" for wrong in shot.wrong), sep="\n")
    return 1 if shot.wrong else 0


def many(count: int, each: int = 50) -> int:
    """Crop very many photos; print how the memory of the parent and its workers grows.

    Of every `each` photos one is cropped; the crops of the others are there already, and each is
    found, handed to a worker, skipped, noted and told of all the same.
    """
    with tempfile.TemporaryDirectory() as folder:
        photo = small_photo(Path(folder) / "photo.jpg", 64)
        links(photo, Path(folder) / "in", count)
        out = Path(folder) / "out"
        for path in (Path(folder) / "in").rglob("*.jpg"):
            if int(path.stem) % each:
                place = out / path.parent.name / f"{path.stem}-crop.jpg"
                place.parent.mkdir(parents=True, exist_ok=True)
                os.link(path, place)
        command = [*CROPSMITH, f"{folder}/in", "square", "-o", str(out)]
        states: Counter[str] = Counter()
        marks = {1, *(count * share // 10 for share in (1, 2, 5, 10))}
        with subprocess.Popen(
            [*command, "--no-trace", "--json", "--skip-existing"], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                states[json.loads(line)["state"]] += 1
                if states.total() in marks:
                    held = [_peak(pid) for pid in (process.pid, *workers_of(process.pid))]
                    print(f"{states.total():7} done, peak MB of parent and workers: {held}")
                    sys.stdout.flush()
        print(f"{dict(states)} of {count}, exit code {process.returncode}")
    good = states["skipped"] == count - -(-count // each) and states.total() == count
    return 0 if good and process.returncode == 0 else 1


def _peak(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    line = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM 0")
    return int(line.split()[1]) // 1024


if __name__ == "__main__":
    what, *rest = sys.argv[1:] or ["kill"]
    numbers = [int(one) for one in rest]
    if what == "many":
        sys.exit(many(*numbers or [100_000]))
    count, seed = [*numbers, *[500, int.from_bytes(os.urandom(4), "big")][len(numbers) :]]
    sys.exit(kill(count, seed))
