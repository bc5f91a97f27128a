"""Subject coverage: how much of what the request names lies inside the crop."""

import numpy as np

from cropsmith.tools.schema.evidence import EvidenceKind
from cropsmith.tools.schema.geometry import Boxes, as_array
from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores


class SubjectCoverageScorer:
    """The mean, over the named subjects, of the share of each subject's box inside the crop."""

    row = ScorerRow(name="subject", about="share of the named subjects that lies inside the crop")

    def score(self, scene: Scene) -> Scores | None:
        """Return coverage per box, shape (N,); None when the request names no subject found."""
        found = [e.box for e in scene.grounding.found if e.kind is EvidenceKind.SUBJECT]
        if not found and scene.intent.subject_box is not None:
            found = [scene.intent.subject_box]
        return coverage(scene.boxes, as_array(found)).mean(axis=1) if found else None


def coverage(boxes: Boxes, things: Boxes) -> Scores:
    """Return the (N, M) shares of each thing's area that lie inside each box."""
    low = np.maximum(boxes[:, None, :2], things[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], things[None, :, 2:])
    inside = np.prod(np.clip(high - low, 0.0, None), axis=2)
    return np.asarray(inside / np.prod(things[:, 2:] - things[:, :2], axis=1))
