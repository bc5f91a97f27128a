"""What a detector has for one phrase, from its scores for the phrase's queries."""

from dataclasses import dataclass

import numpy as np

from cropsmith.tools.grounding.detection import Confidences, Detections, suppress
from cropsmith.tools.grounding.queries import Queries
from cropsmith.tools.schema.geometry import Boxes

OVERLAP = 0.5
"""IoU above which two boxes are taken for the same thing."""

RELATIVE = 0.3
"""Share of the best match's score that others need to count as found."""

MOST = 30
"""Matches of one phrase that are looked at, best first."""


@dataclass(frozen=True)
class Matches:
    """What a detector has for one phrase, best first, without duplicates."""

    boxes: Boxes
    scores: Confidences
    """The better of full text and keyword: what is compared with the threshold."""
    ranks: Confidences
    """The mean of both: what chooses among several."""
    found: int
    """How many count as found: the first `found`."""


def matches_of(
    queries: Queries, detections: Detections, column: dict[str, int], threshold: float
) -> Matches:
    """Return the things that answer a phrase, each united with what it carries (ClipCrop).

    Full text and head keyword are held against the same boxes; a box counts with the better of
    the two, is ranked by their mean, and is united with the best box of each carried attribute
    ("woman with the red umbrella") that touches it.
    """
    full, head = (detections.scores[:, column[text]] for text in (queries.full, queries.head))
    strength, rank = np.maximum(full, head), (full + head) / 2
    # A weak match beside a strong one is rarely a second thing, and could be the leftmost.
    enough = strength >= max(threshold, RELATIVE * float(strength.max(initial=0.0)))
    # What was found comes first, then the guesses; each by its mean score.
    order = suppress(detections.boxes, rank + enough, OVERLAP)[:MOST]
    boxes = detections.boxes[order].copy()
    for text in queries.carried:
        scores = detections.scores[:, column[text]]
        strong = np.flatnonzero(scores >= threshold)
        parts = detections.boxes[strong[np.argsort(-scores[strong], kind="stable")]]
        for i, box in enumerate(boxes):
            touching = np.flatnonzero(
                (np.minimum(parts[:, 2:], box[2:]) > np.maximum(parts[:, :2], box[:2])).all(axis=1)
            )
            if len(touching):
                part = parts[touching[0]]
                boxes[i, :2] = np.minimum(box[:2], part[:2])
                boxes[i, 2:] = np.maximum(box[2:], part[2:])
    return Matches(boxes, strength[order], rank[order], found=int(enough[order].sum()))
