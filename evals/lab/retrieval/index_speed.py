"""Building an index against the bare encoder, and the memory it takes on the way.

    python -m cropsmith.evals.lab.retrieval.index_speed FOLDER [--embedder open_clip] [-n 400]

The bare encoder gets batches that are already decoded and prepared, and does nothing else; the two
take turns. Without weights for open_clip, ViT-B-32 with random weights is measured: speed does not
depend on values. Memory is the resident set after each turn.
"""

import argparse
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from cropsmith.tools.examples.row import entries_of
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.vectorstore.build import build
from cropsmith.vectorstore.cache import EmbeddingCache
from cropsmith.vectorstore.embedder import Embedder
from cropsmith.vectorstore.embedders import embedder
from cropsmith.vectorstore.index import Index

PAGE = os.sysconf("SC_PAGE_SIZE")
TURN_BATCHES = 5


def resident_mb() -> float:
    """Return the resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 1e6


def random_clip(folder: Path) -> Embedder:
    """Return ViT-B-32 with random weights."""
    from cropsmith.vectorstore.torchvision_guard import import_torchvision

    import_torchvision()
    import open_clip
    import torch

    model, _, _ = open_clip.create_model_and_transforms("ViT-B-32")
    torch.save(model.state_dict(), folder / "random.pt")
    del model
    return embedder(f"open_clip/ViT-B-32:{folder / 'random.pt'}")


@dataclass
class Spent:
    """Seconds of wall and CPU time, summed over turns."""

    wall: float = 0.0
    cpu: float = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Add what the block takes."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--embedder", default="open_clip")
    parser.add_argument("-n", type=int, default=400)
    arguments = parser.parse_args()
    whole = (ExpertCrop(box=Box.whole()),)
    files = sorted(arguments.folder.glob("*.jpg"))
    photos = [
        LabelledPhoto(name=f"{n}", path=str(files[n % len(files)]), crops=whole, source="speed")
        for n in range(arguments.n)
    ]
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if arguments.embedder == "open_clip":
            by = random_clip(folder)
        else:
            by = embedder(arguments.embedder)
        entries = list(entries_of(photos))
        prepared = [by.prepare(entry.open(by.side).picture) for entry in entries[: by.batch]]
        by.embed(prepared)
        index = Index.create(folder / "index", by, name="speed", dataset="speed")
        cache = EmbeddingCache(folder / "cache.sqlite") if len(files) >= arguments.n else None
        bare, building = Spent(), Spent()
        memory: list[str] = []
        chunk = TURN_BATCHES * by.batch
        done = 0
        while done + chunk <= len(entries):
            with bare.turn():
                for _ in range(TURN_BATCHES):
                    by.embed(prepared)
            with building.turn():
                build(index, by, entries[done : done + chunk], cache=cache)
            done += chunk
            memory.append(f"{done}: {resident_mb():.0f}")
        index.close()
    print(f"{by.id}, {done} photos, batches of {by.batch}, {os.cpu_count()} cores, in turns")
    for name, spent in {"bare encoder": bare, "index build": building}.items():
        print(
            f"  {name:13s} {done / spent.wall:7.1f} photos/s  "
            f"{1e3 * spent.cpu / done:7.2f} CPU ms a photo"
        )
    print(
        f"  of the bare rate: {bare.wall / building.wall:.0%}; CPU {building.cpu / bare.cpu:.2f} x"
    )
    print("  resident MB after photos:", ", ".join(memory))


if __name__ == "__main__":
    main()
