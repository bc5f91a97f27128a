"""What people say of a labelled photo's crops, as the trainings use it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropsmith.errors import UsageError
from cropsmith.tools.schema.geometry import Boxes, as_array
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

GOOD = 4.0
"""Mean opinion score from which a crop is good (ClipCrop)."""


@dataclass(frozen=True)
class Judged:
    """The crops of one photo."""

    good: Boxes
    """(G, 4), best first: those of GOOD and above, else the best one."""
    anchors: Boxes
    """(A, 4): all that have a score; none where the data has no scores."""
    scores: NDArray[np.float64]
    """(A,)"""


def judged(photo: LabelledPhoto) -> Judged:
    """Return a photo's crops. UsageError for a photo that nobody cropped."""
    if not photo.crops:
        raise UsageError(
            f"{photo.name} of {photo.source} has no crop to learn from.",
            hint="Train on data with expert crops or scored crops: fcdb, gaicd-v1, gaicd-v2.",
        )
    scored = [crop for crop in photo.crops if crop.score is not None]
    good = [crop for crop in scored if (crop.score or 0) >= GOOD]
    if not good:
        good = scored[:1] if scored else list(photo.crops)
    return Judged(
        as_array(crop.box for crop in good),
        as_array(crop.box for crop in scored),
        np.array([crop.score for crop in scored], np.float64),
    )
