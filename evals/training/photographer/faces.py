"""Training of the face finder on the learned eye's maps, with YuNet as its teacher.

YuNet's weights are needed here, and only here. A cell near the middle of a face is a positive, the
rest of the face is left out, and half of each batch shows a face. Focal loss (Lin et al., ICCV
2017) for the chance, smooth L1 for the box.
"""

# ruff: noqa: TID253
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from cropsmith.evals.training.photographer.network import FaceFinder
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import SIGHT_SIDE
from cropsmith.tools.schema.geometry import Boxes, as_array
from cropsmith.tools.vision.faces import yunet_faces

GRID = 24
TINY = 1 / GRID
"""Faces lower than a cell teach nothing about their box."""
EPOCHS = 10
BATCH = 16
RATE = 3e-3
DECAY = 0.02


@dataclass(frozen=True)
class Targets:
    """What the finder should say on N photos."""

    face: Tensor
    """(N, GRID, GRID), 1 in the middle of a face."""
    box: Tensor
    """(N, 4, GRID, GRID): offset of the centre in cells, log of the size in cells."""
    counts: Tensor
    """(N, GRID, GRID), 0 where neither yes nor no is right."""
    shown: NDArray[np.bool_]
    """(N,), whether the photo shows any face."""


def taught(folder: Path, names: Sequence[str], yunet: Path) -> list[Boxes]:
    """Return the faces (F, 4) that YuNet finds on each photo."""
    pixels = (open_photo(folder / "photos" / name).pixels(SIGHT_SIDE) for name in names)
    return [as_array(face.box for face in yunet_faces(one, yunet)) for one in pixels]


def targets(faces: Sequence[Boxes]) -> Targets:
    """Return the finder's targets; of overlapping faces the larger wins."""
    count = len(faces)
    face, counts = np.zeros((count, GRID, GRID)), np.ones((count, GRID, GRID))
    box = np.zeros((count, 4, GRID, GRID))
    at = (np.arange(GRID) + 0.5) / GRID
    x, y = np.meshgrid(at, at)
    for photo, found in enumerate(faces):
        order = np.argsort((found[:, 2] - found[:, 0]) * (found[:, 3] - found[:, 1]))
        for x1, y1, x2, y2 in found[order]:
            cx, cy, width, height = (x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1
            across, down = np.abs(x - cx), np.abs(y - cy)
            near = (across < 0.6 * width + 0.5 / GRID) & (down < 0.6 * height + 0.5 / GRID)
            counts[photo][near & (face[photo] == 0)] = 0
            if height < TINY:
                continue
            middle = across <= max(0.5 / GRID, 0.25 * width)
            middle &= down <= max(0.5 / GRID, 0.25 * height)
            face[photo][middle] = counts[photo][middle] = 1
            size = np.log([width * GRID, height * GRID])[:, None]
            offset = np.stack([cx - x[middle], cy - y[middle]]) * GRID
            box[photo][:, middle] = np.concatenate([offset, np.broadcast_to(size, offset.shape)])
    shown = np.array([len(found) > 0 for found in faces])
    planes = [torch.from_numpy(plane).float() for plane in (face, box, counts)]
    return Targets(planes[0], planes[1], planes[2], shown)


def train_finder(
    early: NDArray[np.float16],
    features: NDArray[np.float32],
    wanted: Targets,
    photos: NDArray[np.int64],
    seed: int = 0,
) -> FaceFinder:
    """Return a finder taught on these photos, from early maps (N, 40, 24, 24) and features
    (N, 12, 12, C)."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    finder = FaceFinder()
    with_face, without = photos[wanted.shown[photos]], photos[~wanted.shown[photos]]
    steps = EPOCHS * 4 * len(with_face) // BATCH
    optimiser = torch.optim.AdamW(finder.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps, pct_start=0.2)
    for _ in range(steps):
        some = [random.choice(which, BATCH // 2) for which in (with_face, without)]
        rows = np.concatenate(some)
        maps = torch.from_numpy(early[rows].astype(np.float32))
        late = torch.from_numpy(features[rows])
        face, box, counts = wanted.face[rows], wanted.box[rows], wanted.counts[rows]
        if random.random() < 0.5:
            maps, late, face, counts = maps.flip(3), late.flip(2), face.flip(2), counts.flip(2)
            box = box.flip(3) * torch.tensor([-1.0, 1, 1, 1])[:, None, None]
        maps = F.dropout2d(maps * (1 + 0.1 * torch.randn(len(rows), 40, 1, 1)), 0.1)
        loss = _loss(finder(maps, F.dropout(late, 0.1)), face, box, counts)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    finder.eval()
    return finder


def _loss(said: Tensor, face: Tensor, box: Tensor, counts: Tensor) -> Tensor:
    logit = said[:, 0]
    plain = F.binary_cross_entropy_with_logits(logit, face, reduction="none")
    missing = torch.where(face > 0, 1 - logit.sigmoid(), logit.sigmoid())
    focal = (plain * missing**2 * counts * torch.where(face > 0, 2.0, 1.0)).sum() / len(said)
    off = F.smooth_l1_loss(said[:, 1:], box, reduction="none").sum(1)
    return focal + 0.5 * (off * face).sum() / face.sum().clamp(min=1)


def face_maps(
    finder: FaceFinder, early: NDArray[np.float16], features: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return (N, 5, GRID, GRID), what the finder says of each photo."""
    with torch.no_grad():
        rows = [
            finder(torch.from_numpy(e[None].astype(np.float32)), torch.from_numpy(f[None]))[0]
            for e, f in zip(early, features, strict=True)
        ]
    return np.asarray(torch.stack(rows).numpy(), np.float32)
