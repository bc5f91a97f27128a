"""OWL-ViT as a decoder's backbone: its patches as tokens, selected by words or by a picture."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cropsmith.errors import UsageError
from cropsmith.tools.clipcrop.look import Look
from cropsmith.tools.grounding.owl import OwlDetector, Tokens


def fit_to_decode(detector: OwlDetector) -> None:
    """Raise UsageError for OWLv2: it pads the photo, so its grid is not that of the frame."""
    if detector.padded:
        raise UsageError(
            f"{detector.name} is an OWLv2 model; ClipCrop's decoder reads OWL-ViT's tokens.",
            hint="Name an OWL-ViT, such as owlvit.",
        )


def look_of(
    detector: OwlDetector, tokens: Tokens, queries: Sequence[str] | NDArray[np.uint8]
) -> Look:
    """Return what a decoder reads: tokens, those that the queries select, the box around theirs.

    `queries` are the sentence and its noun chunks (`all_chunks`), all boxes of which are united,
    settings too; or one reference picture. Without any, ClipCrop-base.
    """
    features = tokens.features.float().cpu().numpy()
    selected, boxes = detector.select(tokens, queries)
    real = (boxes[:, 2:] > boxes[:, :2]).all(1)
    if not real.any():
        return Look.base(features)
    union = np.concatenate([boxes[real, :2].min(0), boxes[real, 2:].max(0)])
    return Look(features, selected[real], union)
