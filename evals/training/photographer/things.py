"""Training of the finder of people, animals and vehicles on the trunk's maps, taught by NanoDet.

    python -m cropsmith.evals.training.photographer.things FCDB

Writes the finder into tools/vision/eyes.onnx of this checkout, on the trunk and beside the face
finder that are there. A cell in the middle of a thing is a positive, the rest of the thing is left
out. Focal loss (Lin et al., ICCV 2017) for the chance, generalised IoU (Rezatofighi et al., CVPR
2019) for the box.
"""

# ruff: noqa: TID253
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from cropsmith.evals.training.photographer.export import read_eyes, write_eyes
from cropsmith.evals.training.photographer.finds import finds_of
from cropsmith.evals.training.photographer.network import Eyes, ThingFinder, Trunk, both_ways
from cropsmith.tools.finder.chances import LIKELY, chances
from cropsmith.tools.finder.nanodet import Found
from cropsmith.tools.finder.vocabulary import vocabulary
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import SIGHT_SIDE
from cropsmith.tools.vision.backbone import squashed

GRID = 12
SMALLEST = 0.02
"""Share of the photo below which a thing teaches nothing."""
EPOCHS = 24
BATCH = 32
RATE = 3e-3
DECAY = 0.05


KINDS = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "bird",
    "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe",
)  # fmt: skip
LEAST = 0.3
"""The teacher's score below which it has seen nothing."""


@dataclass(frozen=True)
class Targets:
    """What the finder should say on N photos."""

    thing: Tensor
    """(N, GRID, GRID), the teacher's chance in the middle of a thing, else 0."""
    box: Tensor
    """(N, 4, GRID, GRID): corners x1, y1, x2, y2 of the thing there, normalised."""
    counts: Tensor
    """(N, GRID, GRID), 0 where neither yes nor no is right."""


def taught(finds: Iterable[Found]) -> list[NDArray[np.float64]]:
    """Return the things (T, 5) of NanoDet's finds on each photo: corners and chance."""
    classes = [vocabulary().classes.index(name) for name in KINDS]
    rows = []
    for found in finds:
        kept = (found.scores >= LEAST) & np.isin(found.classes, classes)
        rows.append(np.c_[found.boxes[kept], chances(found.scores[kept])])
    return rows


def scales_of(
    trunk: Trunk, early: Iterable[NDArray[np.float16]]
) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
    """Return the trunk's maps (N, 2, 112, 12, 12) and (N, 2, 320, 6, 6) from the frozen ones of
    each photo and its mirror image, (2, 40, 24, 24)."""
    scales: tuple[list[NDArray[np.float16]], ...] = ([], [])
    for maps in early:
        with torch.no_grad():
            both = trunk.scales(torch.from_numpy(maps.astype(np.float32)))
        for kept, scale in zip(scales, both, strict=True):
            kept.append(scale.numpy().astype(np.float16))
    return np.stack(scales[0]), np.stack(scales[1])


def thing_maps(
    finder: ThingFinder, middle: NDArray[np.float16], top: NDArray[np.float16]
) -> NDArray[np.float32]:
    """Return (N, 5, GRID, GRID), what the finder says of each photo."""
    with torch.no_grad():
        rows = [
            finder(both_ways(torch.from_numpy(m).float()), both_ways(torch.from_numpy(t).float()))
            for m, t in zip(middle, top, strict=True)
        ]
    return np.asarray(torch.cat(rows).numpy(), np.float32)


def targets(things: Sequence[NDArray[np.float64]]) -> Targets:
    """Return the targets for things (T, 5) a photo: corners and chance; the larger wins."""
    count = len(things)
    thing, counts = np.zeros((count, GRID, GRID)), np.ones((count, GRID, GRID))
    box = np.zeros((count, 4, GRID, GRID))
    at = (np.arange(GRID) + 0.5) / GRID
    x, y = np.meshgrid(at, at)
    for photo, found in enumerate(things):
        areas = (found[:, 2] - found[:, 0]) * (found[:, 3] - found[:, 1])
        for row in np.argsort(areas):
            x1, y1, x2, y2, chance = found[row]
            within = (x > x1) & (x < x2) & (y > y1) & (y < y2)
            counts[photo][within & (thing[photo] == 0)] = 0
            if areas[row] < SMALLEST or chance < LIKELY:
                continue
            across, down = np.abs(x - (x1 + x2) / 2), np.abs(y - (y1 + y2) / 2)
            middle = across <= max(0.5 / GRID, 0.3 * (x2 - x1))
            middle &= down <= max(0.5 / GRID, 0.3 * (y2 - y1))
            thing[photo][middle], counts[photo][middle] = chance, 1
            box[photo][:, middle] = np.array([x1, y1, x2, y2])[:, None]
    planes = [torch.from_numpy(plane).float() for plane in (thing, box, counts)]
    return Targets(*planes)


def train_things(
    middle: NDArray[np.float16],
    top: NDArray[np.float16],
    wanted: Targets,
    photos: NDArray[np.int64],
    seed: int = 0,
) -> ThingFinder:
    """Return a finder taught on these photos, from the maps of photos and mirror images,
    (N, 2, 112, 12, 12) and (N, 2, 320, 6, 6)."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    finder = ThingFinder()
    steps = EPOCHS * (len(photos) // BATCH)
    optimiser = torch.optim.AdamW(finder.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps, pct_start=0.2)
    for step in range(steps):
        at = step * BATCH % (len(photos) // BATCH * BATCH)
        if at == 0:
            order = random.permutation(photos)
        rows = order[at : at + BATCH]
        way = int(random.integers(3))
        maps = [_seen(of[rows], way) for of in (middle, top)]
        thing, box, counts = wanted.thing[rows], wanted.box[rows], wanted.counts[rows]
        if random.random() < 0.5:
            maps = [of.flip(3) for of in maps]
            thing, counts = thing.flip(2), counts.flip(2)
            box = box.flip(3)
            box = torch.stack([1 - box[:, 2], box[:, 1], 1 - box[:, 0], box[:, 3]], 1)
        maps = [F.dropout2d(of * (1 + 0.1 * torch.randn(*of.shape[:2], 1, 1)), 0.1) for of in maps]
        loss = _loss(finder(*maps), thing, box, counts)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    finder.eval()
    return finder


def _seen(maps: NDArray[np.float16], way: int) -> Tensor:
    """Return maps (N, C, H, W) as seen one way, in the mirror, or the mean of both."""
    there, mirrored = (torch.from_numpy(maps[:, one].astype(np.float32)) for one in (0, 1))
    return (there, mirrored.flip(3), (there + mirrored.flip(3)) / 2)[way]


def corners(said: Tensor) -> Tensor:
    """Return boxes (N, 4, n, n) from what the finder says, (N, 5, n, n)."""
    at = (torch.arange(said.shape[3]) + 0.5) / said.shape[3]
    x, y = at[None, None], at[None, :, None]
    # Distances of the sides from the cell's middle, in cells.
    left, above, right, below = (said[:, 1:].clamp(max=4).exp() / said.shape[3]).unbind(1)
    return torch.stack([x - left, y - above, x + right, y + below], 1)


def _loss(said: Tensor, thing: Tensor, box: Tensor, counts: Tensor) -> Tensor:
    logit, sure = said[:, 0], thing > 0
    plain = F.binary_cross_entropy_with_logits(logit, sure.float(), reduction="none")
    missing = torch.where(sure, 1 - logit.sigmoid(), logit.sigmoid())
    weight = torch.where(sure, thing, counts)
    # Each photo counts alike, whatever the size of what it shows.
    chance = (plain * missing**2 * weight).sum() / len(said) / 4
    overlap = _overlap(corners(said), box)
    return chance + 2 * ((1 - overlap) * thing).sum() / thing.sum().clamp(min=1)


def _overlap(a: Tensor, b: Tensor) -> Tensor:
    """Return the generalised IoU (N, n, n) of boxes (N, 4, n, n)."""
    a = torch.cat([a[:, :2].clamp(min=0), a[:, 2:].clamp(max=1)], 1)
    low, high = torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:])
    both = (high - low).clamp(min=0).prod(1)
    either = sum((c[:, 2:] - c[:, :2]).clamp(min=0).prod(1) for c in (a, b)) - both
    hull = (torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])).prod(1)
    return both / (either + 1e-6) - (hull - either) / (hull + 1e-6)


def _early(trunk: Trunk, folder: Path, names: Sequence[str]) -> Iterator[NDArray[np.float16]]:
    for name in names:
        small = torch.from_numpy(squashed(open_photo(folder / "photos" / name).pixels(SIGHT_SIDE)))
        with torch.no_grad():
            yield trunk.early(torch.stack([small, small.flip(1)])).numpy().astype(np.float16)


def main(folder: Path) -> None:
    """Teach the finder and write it."""
    torch.set_num_threads(1)
    path = Path(str(files("cropsmith.tools"))) / "vision" / "eyes.onnx"
    trunk, faces = read_eyes(path)
    names = sorted(photo.name for photo in (folder / "photos").iterdir())
    wanted = targets(taught(finds_of(folder, names)))
    middle, top = scales_of(trunk, _early(trunk, folder, names))
    things = train_things(middle, top, wanted, np.arange(len(names)))
    write_eyes(Eyes(trunk, faces, things), path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
