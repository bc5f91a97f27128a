"""Box against box: IoU and boundary displacement, for one annotator and for several.

Boxes are continuous rectangles (no +1). IoU does not depend on the frame, so normalised boxes give
the same figure as pixels. Displacement does, so its normalisation is always named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from cropsmith.tools.schema.geometry import Box, Size

RECALL_AT = 0.75
"""The IoU that counts as found, in FCDB, FLMS and human-centric papers alike."""


class Normalisation(StrEnum):
    """What each side's displacement is divided by."""

    SIDE = "side"
    """The original photo's width or height: BDE, also called Disp, of every published table."""
    PIXELS = "pixels"
    """Nothing: what CLIPCropping prints as its Eq. 23. Depends on the photo's size."""


def iou(box: Box, truth: Box) -> float:
    """Return area(A and B) / area(A or B)."""
    return box.iou(truth)


def displacement(
    box: Box,
    truth: Box,
    normalisation: Normalisation = Normalisation.SIDE,
    size: Size | None = None,
) -> float:
    """Return the boundary displacement error (BDE, Disp): the mean distance of the four sides.

    ((|dx1| + |dx2|) / W + (|dy1| + |dy2|) / H) / 4 for SIDE; in pixels of `size` for PIXELS.
    ValueError when pixels are asked without a size.
    """
    x1, y1, x2, y2 = (abs(a - b) for a, b in zip(box.corners, truth.corners, strict=True))
    if normalisation is Normalisation.SIDE:
        return (x1 + x2 + y1 + y2) / 4
    if size is None:
        raise ValueError("displacement in pixels needs the photo's size")
    return ((x1 + x2) * size.width + (y1 + y2) * size.height) / 4


@dataclass(frozen=True)
class Agreement:
    """One box against the boxes of several annotators."""

    iou_max: float
    """IoU with the best-matching annotator."""
    iou_mean: float
    """Mean IoU over the annotators."""
    displacement: float
    """Disp against the annotator of `iou_max`, the lowest on ties: the official FLMS convention."""
    displacement_min: float
    """Smallest Disp over annotators, chosen apart from the IoU: ProCrop's, more lenient."""
    displacement_mean: float
    """Mean Disp over the annotators."""

    @property
    def recalled(self) -> bool:
        """Whether the best annotator is met with IoU >= 0.75."""
        return self.iou_max >= RECALL_AT


def agreement(box: Box, truths: Sequence[Box]) -> Agreement:
    """Compare a box with every annotator's. ValueError without annotators."""
    if not truths:
        raise ValueError("no annotator to compare with")
    overlaps = [iou(box, truth) for truth in truths]
    distances = [displacement(box, truth) for truth in truths]
    best = max(overlaps)
    return Agreement(
        iou_max=best,
        iou_mean=sum(overlaps) / len(truths),
        displacement=min(d for d, o in zip(distances, overlaps, strict=True) if o == best),
        displacement_min=min(distances),
        displacement_mean=sum(distances) / len(truths),
    )
