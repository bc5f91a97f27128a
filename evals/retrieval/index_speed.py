"""Building an index against the bare encoder, and the memory it takes on the way.

    python -m cropsmith.evals.retrieval.index_speed FOLDER_OF_PHOTOS [--embedder open_clip] [-n 400]

The bare encoder gets the same batches, already decoded and prepared, and does nothing else. Without
weights for open_clip, ViT-B-32 with random weights is measured: speed does not depend on values.
Memory is the resident set after each fifth of the photos, the first one being the start-up.
"""

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from cropsmith.tools.evidence import ExpertCrop
from cropsmith.tools.example_row import entries_of
from cropsmith.tools.geometry import Box
from cropsmith.tools.labelled_photo import LabelledPhoto
from cropsmith.vectorstore.build import Progress, build
from cropsmith.vectorstore.cache import EmbeddingCache
from cropsmith.vectorstore.embedder import Embedder, Prepared, embedder
from cropsmith.vectorstore.index import Index

PAGE = os.sysconf("SC_PAGE_SIZE")
BARE_BATCHES = 6


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


def bare_seconds(by: Embedder, prepared: Sequence[Prepared]) -> tuple[float, float]:
    """Return the least wall and CPU seconds a photo of the encoder alone."""
    wall, cpu = float("inf"), float("inf")
    by.embed(prepared[: by.batch])
    for _ in range(BARE_BATCHES):
        start, start_cpu = time.perf_counter(), time.process_time()
        by.embed(prepared[: by.batch])
        wall = min(wall, time.perf_counter() - start)
        cpu = min(cpu, time.process_time() - start_cpu)
    return wall / by.batch, cpu / by.batch


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
        some = [by.prepare(entry.open(by.side).picture) for entry in entries[: by.batch]]
        before = bare_seconds(by, some)
        memory: list[tuple[int, float]] = []
        marks = [arguments.n * fifth // 5 for fifth in range(1, 6)]

        def watch(progress: Progress) -> None:
            while marks and progress.done >= marks[0]:
                memory.append((marks.pop(0), resident_mb()))

        index = Index.create(folder / "index", by, name="speed", dataset="speed")
        cache = EmbeddingCache(folder / "cache.sqlite") if len(files) >= arguments.n else None
        start, start_cpu = time.perf_counter(), time.process_time()
        build(index, by, entries, cache=cache, on_progress=watch)
        wall = (time.perf_counter() - start) / arguments.n
        cpu = (time.process_time() - start_cpu) / arguments.n
        after = bare_seconds(by, some)
        bare = (min(before[0], after[0]), min(before[1], after[1]))
        index.close()
    print(f"{by.id}, {arguments.n} photos, batches of {by.batch}, {os.cpu_count()} cores")
    print(f"  bare encoder  {1 / bare[0]:7.1f} photos/s  {1e3 * bare[1]:7.2f} CPU ms a photo")
    print(f"  index build   {1 / wall:7.1f} photos/s  {1e3 * cpu:7.2f} CPU ms a photo")
    print(f"  rate of the bare encoder: {bare[0] / wall:.0%}; CPU: {cpu / bare[1]:.2f} x")
    print("  resident MB after photos:", ", ".join(f"{n}: {mb:.0f}" for n, mb in memory))


if __name__ == "__main__":
    main()
