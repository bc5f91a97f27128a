"""Labelled photos and small decoders for the training's tests."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

CAPTIONS = (
    "a woman with a red umbrella", "boats in the harbour", "a bowl of oranges", "cats on a sofa",
    "the lighthouse behind the trees", "a child with a kite",
)  # fmt: skip


def labelled(paths: Sequence[Path]) -> list[LabelledPhoto]:
    """Return a record for each photo, with a caption and a drawn crop."""
    random = np.random.default_rng(1)
    found = []
    for number, path in enumerate(paths):
        low = random.uniform(0, 0.4, 2)
        box = Box.of([*low, *(low + random.uniform(0.4, 0.6, 2))])
        found.append(
            LabelledPhoto(
                name=path.name,
                path=str(path),
                crops=(ExpertCrop(box=box),),
                text=CAPTIONS[number % len(CAPTIONS)],
                described=True,
                source="own",
            )
        )
    return found


@pytest.fixture
def captioned(many_photos: list[Path]) -> list[LabelledPhoto]:
    """32 photos with captions; a photo and its neighbour never have the same."""
    return labelled(many_photos[:32])
