"""Views: each training photo as it is, mirrored, and trimmed a little at random.

A trimmed view loses part of what the expert discarded anyway, so the expert's crop stays right
while place, size and shape of everything change; its colours and light are varied too. Views are
made once, up to the frozen maps, which is what makes training on a laptop's processor practical.
"""

# ruff: noqa: TID253
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from cropsmith.evals.training.photographer.examples import Examples
from cropsmith.evals.training.photographer.network import Trunk
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import SIGHT_SIDE
from cropsmith.tools.schema.geometry import Boxes
from cropsmith.tools.vision.backbone import squashed

TRIMMED = 6
"""Trimmed views of a photo, beside itself and its mirror image."""
VIEWS = 2 + TRIMMED
SEED = 7


@dataclass(frozen=True)
class Views:
    """VIEWS rows a photo, in the photos' order: itself, mirrored, trimmed ..."""

    maps: NDArray[np.float16]
    """(N * VIEWS, 40, 24, 24)"""
    windows: Boxes
    """(N * VIEWS, 4), the part of the photo that is seen."""
    mirrored: NDArray[np.bool_]
    """(N * VIEWS,)"""

    def boxes(self, rows: NDArray[np.int64], boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return boxes (R, ..., 4) of the photos as they lie on these views; may overrun them."""
        spread = (slice(None),) + (None,) * (boxes.ndim - 2)
        window = self.windows[rows][spread]
        low, size = window[..., :2], window[..., 2:] - window[..., :2]
        ends = [(boxes[..., i : i + 2] - low) / size for i in (0, 2)]
        placed = np.concatenate(ends, -1)
        turned = np.stack(
            [1 - placed[..., 2], placed[..., 1], 1 - placed[..., 0], placed[..., 3]], -1
        )
        return np.where(self.mirrored[rows][(*spread, None)], turned, placed)


def make_views(folder: Path, examples: Examples, trunk: Trunk, cache: Path) -> Views:
    """Return the views of every photo; computed once and cached."""
    random = np.random.default_rng(SEED)
    count = len(examples.names)
    windows = np.tile([0.0, 0.0, 1.0, 1.0], (count, VIEWS, 1))
    margins = np.stack([*examples.experts.T[:2], *(1 - examples.experts.T[2:])], 1)[:, None]
    trim = margins * random.uniform(0, 0.6, (count, TRIMMED, 4))
    trim *= random.random((count, TRIMMED, 4)) < 0.5
    windows[:, 2:] += trim * [1, 1, -1, -1]
    mirrored = random.random((count, VIEWS)) < 0.5
    mirrored[:, 0], mirrored[:, 1] = False, True
    if cache.exists():
        maps = np.load(cache)
    else:
        maps = np.empty((count * VIEWS, 40, 24, 24), np.float16)
        for index, name in enumerate(examples.names):
            pixels = open_photo(folder / "photos" / name).pixels(SIGHT_SIDE)
            seen = [
                _seen(pixels, windows[index, v], bool(mirrored[index, v]), v > 1, random)
                for v in range(VIEWS)
            ]
            with torch.no_grad():
                early = trunk.early(torch.from_numpy(np.stack(seen)))
            maps[index * VIEWS : (index + 1) * VIEWS] = early.numpy()
        np.save(cache, maps)
    return Views(maps, windows.reshape(-1, 4), mirrored.reshape(-1))


def _seen(
    pixels: NDArray[np.uint8],
    window: NDArray[np.float64],
    mirrored: bool,
    varied: bool,
    random: np.random.Generator,
) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    x1, y1, x2, y2 = np.rint(window * [width, height, width, height]).astype(int)
    part = squashed(np.ascontiguousarray(pixels[y1:y2, x1:x2]))
    if varied:
        light = part.astype(np.float32) * random.uniform(0.8, 1.2) + random.uniform(-15, 15)
        grey = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
        colour = random.uniform(0.6, 1.2)
        mixed = light * colour + grey * (1 - colour)
        part = np.clip(mixed, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(part[:, ::-1] if mirrored else part)
