"""What is made of a decoder's outputs: boxes in the frame, their worth, the few to propose."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Boxes, diverse, iou_matrix

LEAST = 0.02
"""Side, as a share of the photo's, below which an output is no crop."""
ALIKE = 0.9
"""IoU above which two proposals are the same (ClipCrop's tolerance of small shifts)."""


@dataclass(frozen=True)
class Outputs:
    """Usable crops of one photo."""

    boxes: Boxes
    """(N, 4), clamped to the frame."""
    logits: NDArray[np.float64]
    """(N,), quality."""
    dropped: int = 0
    """Outputs that were slimmer than LEAST."""

    @property
    def quality(self) -> NDArray[np.float64]:
        """(N,): the sigmoid of the logits."""
        return np.asarray(1 / (1 + np.exp(-self.logits)))

    def worth(self, boxes: Boxes) -> NDArray[np.float64]:
        """Return (K,): the IoU of each box expected over the outputs, weighted by softmax(logit).

        The choice of the box of highest worth beats that of the likeliest box where people
        disagree, as in the built-in photographer.
        """
        if not len(self.boxes):
            return np.full(len(boxes), np.nan)
        weights = np.exp(self.logits - self.logits.max())
        return np.asarray(iou_matrix(boxes, self.boxes) @ (weights / weights.sum()))

    def best(self, count: int, *, expected: bool = True) -> NDArray[np.int64]:
        """Return indices of up to `count` different outputs, best first: by worth, or by logit."""
        scores = self.worth(self.boxes) if expected else self.logits
        return diverse(self.boxes, scores, count, ALIKE)


def usable(boxes: NDArray[np.float64], logits: NDArray[np.float64]) -> Outputs:
    """Clamp boxes (M, 4) to the frame and drop those that are no crop, counting them."""
    inside = np.clip(boxes, 0.0, 1.0)
    wide = (inside[:, 2:] - inside[:, :2] >= LEAST).all(1)
    return Outputs(inside[wide], logits[wide], int((~wide).sum()))
