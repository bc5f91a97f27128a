"""A free crop against annotated anchors: the three honest ways (docs/evaluation.md).

A generator returns none of the ~90 anchors, so "is it among the best five" needs a matching rule,
and the rule decides the number: with IoU >= 0.8 a constant box scores 84.5 on GAICD-1236.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropsmith.evals.metrics.ranking import Values, threshold
from cropsmith.tools.schema.geometry import Box, Boxes, as_array, iou_matrix

TOLERANCES = (0.90, 0.85)
"""The epsilons that are reported; lower ones are met by almost any box."""


@dataclass(frozen=True)
class Snap:
    """A free crop and the annotated anchor nearest to it."""

    anchor: int
    overlap: float
    """IoU of the crop and that anchor."""
    mos: float
    percentile: float
    """Share of the photo's anchors with a lower MOS, ties counting half."""
    regret: float
    """The photo's best MOS minus the anchor's."""


def overlaps(box: Box, anchors: Boxes) -> NDArray[np.float64]:
    """Return the IoU of a crop with each anchor, shape (A,)."""
    return np.asarray(iou_matrix(as_array([box]), anchors)[0])


def snap(box: Box, anchors: Boxes, mos: Values) -> Snap:
    """Snap to the anchor of maximal IoU, the first on ties. ValueError without anchors."""
    found = overlaps(box, anchors)
    nearest = int(found.argmax())
    value = mos[nearest]
    lower, equal = np.count_nonzero(mos < value), np.count_nonzero(mos == value)
    return Snap(
        anchor=nearest,
        overlap=float(found[nearest]),
        mos=float(value),
        percentile=float((lower + equal / 2) / len(mos)),
        regret=float(mos.max() - value),
    )


def nearest_hit(snapped: Snap, mos: Values, n: int) -> bool:
    """Tell whether the nearest anchor is among the best N, ties included: Acc1/N by rule 1."""
    return snapped.mos >= threshold(mos, n)


def tolerant_hit(box: Box, anchors: Boxes, mos: Values, n: int, epsilon: float) -> bool:
    """Tell whether some anchor of the best N, ties included, has IoU >= epsilon (rule 2)."""
    return bool((overlaps(box, anchors)[mos >= threshold(mos, n)] >= epsilon).any())


def best_overlap(box: Box, anchors: Boxes, mos: Values) -> float:
    """Return the IoU with the best-rated anchor, the highest where several share the best MOS."""
    return float(overlaps(box, anchors)[mos == mos.max()].max())
