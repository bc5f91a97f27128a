"""Scoring the candidates of a 12 MP photo with CLIP, against the bare forward pass.

The architecture is ViT-B/32 with random weights: speed does not depend on their values. Both sides
embed the same pictures, the candidates and the original; what ours adds is cutting, resizing,
normalising and the scorers themselves, and, in the last column, decoding the file.
"""

import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from cropsmith.errors import MissingExtra
from cropsmith.evals.lab.benchmarks.sample import sample
from cropsmith.tools.explain.changes import FAMILIES
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent, Target
from cropsmith.tools.scorers.content import ContentScorer
from cropsmith.tools.scorers.crops import LONG_SIDE, CropEmbeddings
from cropsmith.tools.scorers.elements import ElementsScorer, presence
from cropsmith.tools.scorers.row import Scorer
from cropsmith.tools.scorers.table import ScorerTable
from cropsmith.vectorstore.clip import Clip
from cropsmith.vectorstore.torchvision_guard import import_torchvision

COUNTS = (6, 30, 90)
REPEATS = 4
GOAL = 1.1
MODULE = "cropsmith.evals.lab.benchmarks.scoring"


def encoder() -> Clip:
    """Return a ViT-B/32 with random weights."""
    import_torchvision("This benchmark", "clip")
    import open_clip
    import torch

    torch.manual_seed(0)
    torch.set_num_threads(1)
    model, _, preprocess = open_clip.create_model_and_transforms("ViT-B-32")
    return Clip("ViT-B-32:random", model, preprocess, open_clip.get_tokenizer("ViT-B-32"))


def candidates(count: int) -> list[Candidate]:
    """Return crops of all sizes and places."""
    rng = np.random.default_rng(0)
    found = []
    for index in range(count):
        side = rng.uniform(0.3, 1, 2)
        low = rng.uniform(0, 1 - side)
        found.append(
            Candidate(
                id=str(index),
                target=0,
                box=Box.of((*low, *(low + side))),
                provenance=Provenance(source="benchmark"),
            )
        )
    return found


def table(clip: Clip) -> ScorerTable:
    """Return the scorers that need CLIP, with nothing embedded yet but the words."""
    scorers: list[Scorer] = [
        ContentScorer(),
        ElementsScorer("composition"),
        ElementsScorer("aesthetic"),
    ]
    return ScorerTable(scorers=scorers, encoder=clip)


def score(scorers: ScorerTable, view: View, crops: list[Candidate]) -> None:
    """Score the crops."""
    intent = Intent(task="free", targets=(Target(),))
    scorers.score(view, intent, Target(), crops)


def cpu(run: Any) -> float:
    """Return CPU milliseconds of one call."""
    start = time.process_time()
    run()
    return (time.process_time() - start) * 1e3


def times(clip: Clip, path: Path, count: int) -> tuple[float, float, float]:
    """Return the least CPU ms of the bare forward, of scoring, and of scoring from the file."""
    import torch

    crops = candidates(count)
    batch = clip.tensor(
        np.random.default_rng(0).integers(0, 255, (count + 1, 224, 224, 3), dtype=np.uint8)
    )
    opened = View(open_photo(path))
    opened.pixels(LONG_SIDE)
    best = [float("inf")] * 3
    for _ in range(REPEATS):
        with torch.inference_mode():
            best[0] = min(best[0], cpu(lambda: clip.model.encode_image(batch)))
        for place, view in ((1, opened), (2, None)):
            scorers = table(clip)  # new, so that no picture is remembered
            words = CropEmbeddings(clip, opened, np.zeros((0, 4)), scorers.cache)
            for family in FAMILIES:  # words are embedded once per process, not per photo
                presence(np.zeros((1, 512), np.float32), words, family)
            best[place] = min(
                best[place],
                cpu(lambda v=view, s=scorers: score(s, v or View(open_photo(path)), crops)),
            )
    return best[0], best[1], best[2]


def peak(path: str, count: int) -> None:
    """Print the peak megabytes of this process after scoring `count` crops."""
    score(table(encoder()), View(open_photo(path)), candidates(count))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def main() -> None:
    """Print CPU time and peak memory for each number of candidates."""
    try:
        clip = encoder()
    except MissingExtra as missing:
        print(f"not run: {missing}")
        return
    with TemporaryDirectory() as folder:
        path = sample(Path(folder), 4000, 3000)
        for count in COUNTS:
            bare, ours, cold = times(clip, path, count)
            print(
                f"{count:3} candidates: bare forward {bare:7.0f} ms CPU, scored {ours:7.0f} ms "
                f"({ours / bare:.2f}, asked {GOAL}), from the file {cold:7.0f} ms "
                f"({cold / bare:.2f})",
                flush=True,
            )
        for count in (*COUNTS, 300):
            code = f"from {MODULE} import peak; peak({str(path)!r}, {count})"
            done = subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, check=True
            )
            print(f"{count:3} candidates: peak {done.stdout.strip()} MB", flush=True)


if __name__ == "__main__":
    main()
