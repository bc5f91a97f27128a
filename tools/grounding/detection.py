"""What a detector answers, and the protocol behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.geometry import Boxes, iou_matrix

Confidences = NDArray[np.float64]
"""Shape (N,), in [0, 1]."""


@dataclass(frozen=True)
class Detections:
    """Boxes of one photo with their score for each of the queries, unsorted, unthresholded."""

    boxes: Boxes
    """Shape (N, 4)."""
    scores: NDArray[np.float64]
    """Shape (N, Q), in [0, 1]: the same boxes serve every query, as OWL's tokens do."""


class Detector(Protocol):
    """Finds things by words or by a picture. Safe to share between threads."""

    @property
    def name(self) -> str:
        """Who found it, as written into the evidence."""
        ...

    @property
    def threshold(self) -> float:
        """Score from which a match counts as found."""
        ...

    def by_text(
        self, views: Sequence[View], queries: Sequence[Sequence[str]]
    ) -> Sequence[Detections]:
        """Look for each photo's own queries, all photos in one batch."""
        ...

    def by_picture(self, view: View, reference: NDArray[np.uint8]) -> Detections:
        """Look for the thing that `reference` shows, upright RGB (H, W, 3); Q is 1."""
        ...


def suppress(boxes: Boxes, scores: Confidences, overlap: float) -> NDArray[np.intp]:
    """Return the indices that survive greedy non-maximum suppression, best first.

    A box goes when it overlaps a better one by more than `overlap` (IoU), as in the
    post-processing of OWL-ViT's image-guided detection.
    """
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    alive = np.ones(len(boxes), dtype=bool)
    for index in order:
        if not alive[index]:
            continue
        kept.append(int(index))
        alive &= iou_matrix(boxes[index : index + 1], boxes)[0] <= overlap
        alive[index] = False
    return np.array(kept, dtype=np.intp)
