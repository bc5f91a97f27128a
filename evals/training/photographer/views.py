"""What training sees of the photos: the frozen maps of each as it is and in the mirror.

They are made once, which is what makes training on a laptop's processor practical.
"""

# ruff: noqa: TID253
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from cropsmith.evals.training.photographer.examples import Examples
from cropsmith.evals.training.photographer.network import Trunk
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import SIGHT_SIDE
from cropsmith.tools.vision.backbone import squashed

VIEWS = 2

Views = NDArray[np.float16]
"""(N, VIEWS, 40, 24, 24), in the photos' order: each as it is, then its mirror image."""


def make_views(folder: Path, examples: Examples, trunk: Trunk, cache: Path) -> Views:
    """Return the views of every photo; `cache` is the file that they are kept in."""
    if cache.exists():
        return np.asarray(np.load(cache)).reshape(-1, VIEWS, 40, 24, 24)
    views = np.empty((len(examples.names), VIEWS, 40, 24, 24), np.float16)
    for photo, name in enumerate(examples.names):
        seen = squashed(open_photo(folder / "photos" / name).pixels(SIGHT_SIDE))
        both = np.ascontiguousarray(np.stack([seen, seen[:, ::-1]]))
        with torch.no_grad():
            views[photo] = trunk.early(torch.from_numpy(both)).numpy()
    np.save(cache, views)
    return views


def features_of(trunk: Trunk, views: Views) -> NDArray[np.float32]:
    """Return (N, n, n, C): what a trunk makes of each photo and its mirror image, averaged."""
    found = []
    for pair in views:
        with torch.no_grad():
            maps = trunk.late(torch.from_numpy(pair.astype(np.float32))).numpy()
        found.append((maps[0] + maps[1][:, ::-1]) / 2)
    return np.stack(found)


def turned(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return boxes (..., 4) as they lie in the mirror."""
    x1, y1, x2, y2 = np.moveaxis(boxes, -1, 0)
    return np.stack([1 - x2, y1, 1 - x1, y2], -1)
