"""A Ray cluster of three nodes on this machine, one of which is killed in the middle of a batch.

python tests/cluster.py [PHOTOS]    2,000 photos here and on the cluster: the same crops, each once;
                                    a tenth of them, small and as cameras make them, on one node
                                    and on two: how much sooner
"""

import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import ImageOps

from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.batch.delivery import Delivery
from cropsmith.batch.engine import Engine
from cropsmith.batch.inputs import found
from cropsmith.batch.manifest import NAME, Manifest
from cropsmith.batch.processes import Processes
from cropsmith.batch.rays import Rays
from cropsmith.batch.supervisor import supervised
from cropsmith.batch.work import Order, State
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Target
from tests.photos import read_photo

SQUARE = CropRequest(targets=(Target(ratio=Ratio.parse("1:1")),))
STORE = 100 * 2**20
"""Bytes of each node's object store, which holds next to nothing."""


@contextmanager
def cluster(nodes: int) -> Iterator[Any]:
    """Run so many nodes of one CPU each, joined; yield what kills one that does not hold us."""
    import ray
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 1, "object_store_memory": STORE, "include_dashboard": False}
    made = Cluster(initialize_head=True, head_node_args=head)
    others = [made.add_node(num_cpus=1, object_store_memory=STORE) for _ in range(nodes - 1)]
    made.wait_for_nodes()
    ray.init(address=made.address, log_to_driver=False)
    try:
        yield lambda: made.remove_node(others.pop(), allow_graceful=False)
    finally:
        ray.shutdown()
        made.shutdown()


def small_photos(folder: Path, count: int, least: int = 300) -> None:
    """Write photos of some `least` pixels on their long side, no two alike."""
    folder.mkdir(parents=True)
    names = ("coffee", "chelsea", "astronaut", "rocket")
    photos = [read_photo(name).convert("RGB") for name in names]
    for number in range(count):
        photo = photos[number % len(photos)]
        side = least + number % 50
        corner = number // 50
        cut = photo.crop((corner, corner, photo.width, photo.height))
        cut = ImageOps.contain(cut, (side, side))
        cut.save(folder / f"{number:05}.jpg", quality=90)


@dataclass(frozen=True)
class Done:
    """A batch that was worked off."""

    states: Counter[State]
    told: Counter[str]
    """How often each photo was told of."""
    files: dict[str, str]
    """sha256 of every crop by its name."""
    wall: float
    cpu: float
    """Seconds of this process and those that it waited for: not of a cluster's nodes."""


def worked_off(source: Path, out: Path, engine: Engine, width: int, at: Sequence[Any] = ()) -> Done:
    """Crop a folder; `at` is a share of the photos and what to do once so many are done."""
    manifest = Manifest.begin(out / NAME, "", resume=False, force=False)
    began, cpu = time.monotonic(), cpu_of_us()
    states: Counter[State] = Counter()
    told: Counter[str] = Counter()
    with closing(manifest):
        manifest.add(found([str(source)], out), out)
        total = manifest.counts().total()
        with closing(supervised(manifest, engine, width)) as outcomes:
            for outcome in outcomes:
                states[outcome.state] += 1
                told[outcome.photo] += 1
                if at and told.total() == round(at[0] * total):
                    at[1]()
    return Done(states, told, crops_in(out), time.monotonic() - began, cpu_of_us() - cpu)


def order_to(out: Path) -> Order:
    """Return the order of a batch of squares."""
    return Order(SQUARE, RunSettings(trace=False), Delivery(out=out))


def crops_in(out: Path) -> dict[str, str]:
    """Return the sha256 of every crop."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.rglob("*.jpg")}


def cpu_of_us() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def cluster_cpu(marks: tuple[str, ...] = ("ray::", "raylet", "gcs_server")) -> float:
    """Return the CPU seconds of a cluster's processes that are there now, by `ps`."""
    lines = subprocess.run(["ps", "-eo", "cputimes=,args="], capture_output=True, text=True).stdout
    return sum(
        float(line.split(maxsplit=1)[0])
        for line in lines.splitlines()
        if any(mark in line for mark in marks)
    )


def main(count: int) -> int:
    """Do all, print what each took, and return how many crops are wrong."""
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as place:
        top = Path(place)
        small_photos(top / "in", count)
        out = top / "here"
        here = worked_off(top / "in", out, Processes(order_to(out)), 2)
        wrong = _told("here, two at once", here, here, count)
        with cluster(3) as kill:
            out = top / "three"
            done = worked_off(top / "in", out, Rays(order_to(out)), 3, (0.5, kill))
            wrong += _told("Ray, three nodes, one killed half-way", done, here, count)
        few = max(10, count // 10)
        for side in (300, 4000):
            photos = top / f"few{side}"
            small_photos(photos, few, side)
            for nodes in (1, 2):
                wrong += _sooner(photos, top / f"{nodes} of {side}", nodes, few)
    return wrong


def _sooner(photos: Path, out: Path, nodes: int, few: int) -> int:
    """Crop a few photos on so many nodes that have cropped before; return what is wrong."""
    with cluster(nodes):
        before = cluster_cpu()
        worked_off(photos, out / "warm", Rays(order_to(out / "warm")), nodes)
        done = worked_off(photos, out / "done", Rays(order_to(out / "done")), nodes)
        print(f"CPU of its nodes, warming included: {cluster_cpu() - before:.0f} s")
        return _told(f"Ray, {nodes} nodes, warm, {few} photos of {photos.name}", done, done, few)


def _told(name: str, done: Done, other: Done, count: int) -> int:
    """Print how a batch went, and return what is wrong with it."""
    names = done.files.keys() | other.files.keys()
    differ = sum(other.files.get(one) != done.files.get(one) for one in names)
    twice = sum(times != 1 for times in done.told.values())
    states = ", ".join(f"{number} {state}" for state, number in sorted(done.states.items()))
    print(
        f"{name}: {done.wall:.0f} s, CPU of this process and its children {done.cpu:.0f} s; "
        f"{states}; {differ} differ, {twice} told of twice, {count - len(done.files)} missing",
        flush=True,
    )
    return differ + twice + abs(count - len(done.files))


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000) else 0)
