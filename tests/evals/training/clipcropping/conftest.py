"""Labelled photos for the training's tests."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.tools.scorers.elements import prompts

GRID = [
    Box(x1=x1 / 4, y1=y1 / 4, x2=x2 / 4, y2=y2 / 4)
    for x1 in (0, 1) for y1 in (0, 1) for x2 in (3, 4) for y2 in (3, 4)
]  # fmt: skip


def graded_photos(paths: Sequence[Path]) -> list[LabelledPhoto]:
    """Return photos with an element each and a grid of crops scored by their overlap with one."""
    random = np.random.default_rng(2)
    found = []
    for number, path in enumerate(paths):
        best = GRID[random.integers(len(GRID))]
        crops = [ExpertCrop(box=box, score=1 + 4 * box.iou(best)) for box in GRID]
        name = list(prompts("composition"))[number % 5]
        found.append(
            LabelledPhoto(
                name=path.name,
                path=str(path),
                crops=tuple(crops),
                elements={name: ()},
                source="own",
            )
        )
    return found


@pytest.fixture
def graded(many_photos: list[Path]) -> list[LabelledPhoto]:
    """16 photos; `make train-smoke` teaches 32."""
    return graded_photos(many_photos[:16])
