"""A worker that dies takes one photo with it, which is tried again alone."""

import os
import signal
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.batch.delivery import Delivery
from cropsmith.batch.engine import Engine
from cropsmith.batch.inputs import Found
from cropsmith.batch.manifest import Manifest
from cropsmith.batch.processes import Processes
from cropsmith.batch.supervisor import supervised
from cropsmith.batch.threads import Threads
from cropsmith.batch.work import Job, Order, State
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Target
from tests.photos import read_photo

SQUARE = CropRequest(targets=(Target(ratio=Ratio.parse("1:1")),))


class Deadly(Processes):
    """Kills the worker that got a photo named "bad", so many times."""

    def __init__(self, order: Order, times: int) -> None:
        super().__init__(order)
        self.times = times

    def give(self, job: Job) -> None:
        super().give(job)
        if "bad" in job.photo and self.times:
            self.times -= 1
            os.kill(self.pids[-1], signal.SIGKILL)


@pytest.fixture
def order(tmp_path: Path) -> Order:
    return Order(SQUARE, RunSettings(trace=False), Delivery(out=tmp_path / "out"))


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    made = Manifest.begin(None, "", resume=False, force=False)
    photos = []
    for number, name in enumerate(("bad.jpg", "good.jpg", "fine.jpg")):
        read_photo("coffee").resize((300, 200)).save(tmp_path / name)
        photos.append(Found(number, str(tmp_path / name)))
    made.add(photos, tmp_path / "out")
    return made


def states(manifest: Manifest, engine: Engine, width: int) -> dict[str, State]:
    with closing(supervised(manifest, engine, width)) as outcomes:
        return {Path(outcome.photo).stem: outcome.state for outcome in outcomes}


def test_a_photo_whose_worker_died_is_tried_again(manifest: Manifest, order: Order) -> None:
    found = states(manifest, Deadly(order, times=1), width=2)
    assert found == {"bad": State.CROPPED, "good": State.CROPPED, "fine": State.CROPPED}
    assert list(found)[-1] == "bad"  # after all others


def test_one_that_ends_its_worker_twice_is_left_out(manifest: Manifest, order: Order) -> None:
    with closing(supervised(manifest, Deadly(order, times=9), 1)) as outcomes:
        last = list(outcomes)[-1]
    assert last.state is State.FAILED and last.exit_code == 1
    assert "bad.jpg ended the process that cropped it, twice (signal 9)" in last.problem
    assert manifest.counts() == {State.FAILED: 1, State.CROPPED: 2}


def test_workers_and_threads_write_the_same(
    manifest: Manifest, order: Order, tmp_path: Path
) -> None:
    assert set(states(manifest, Threads(order), width=2).values()) == {State.CROPPED}
    again = Manifest.begin(None, "", resume=False, force=False)
    again.add([Found(0, str(tmp_path / "bad.jpg"))], tmp_path / "more")
    states(again, Processes(order), width=1)
    one, other = tmp_path / "out" / "bad-crop.jpg", tmp_path / "more" / "bad-crop.jpg"
    assert one.read_bytes() == other.read_bytes()
    with Image.open(one) as image:
        assert image.width == image.height


def test_an_interrupt_leaves_what_was_not_begun(manifest: Manifest, order: Order) -> None:
    engine = Processes(order)
    outcomes = supervised(manifest, engine, 1)
    assert next(outcomes).state is State.CROPPED
    assert engine.pids
    outcomes.close()
    assert not engine.pids
    counts = manifest.counts()
    assert counts[State.CROPPED] in (1, 2) and counts[State.WAITING] == 3 - counts[State.CROPPED]
