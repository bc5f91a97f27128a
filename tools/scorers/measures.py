"""Composition by measurement: how clearly a crop follows any of the elements that need no model."""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.photographer.elements import elements
from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Element
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores

LEAST = 8
"""Cells a side that a crop needs to be measured on (`composition.elements`)."""

DIGITS = 4
"""Decimals that are the same in every run."""

STRONGEST = 3
"""Elements that count: a photo needs a few clear ones, not all thirteen."""


def planes(sight: Sight) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return grey in [0, 1] and saliency of the whole photo, both of saliency's shape (H, W)."""
    grey = cv2.cvtColor(sight.pixels, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    height, width = sight.saliency.shape
    return cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA), sight.saliency


def measured(view: View, box: Box) -> Mapping[Element, float]:
    """Return the strength in [0, 1] of each measurable element inside a box."""
    grey, saliency = planes(view.sight)
    height, width = grey.shape
    x1, x2 = _span(box.x1, box.x2, width)
    y1, y2 = _span(box.y1, box.y2, height)
    return elements(
        np.ascontiguousarray(grey[y1:y2, x1:x2]), np.ascontiguousarray(saliency[y1:y2, x1:x2])
    )


def _span(low: float, high: float, cells: int) -> tuple[int, int]:
    """Return the cells of an interval, at least LEAST of them where there are so many."""
    first, last = round(low * cells), round(high * cells)
    if last - first < LEAST:
        first = max(0, min((first + last - LEAST) // 2, cells - LEAST))
        last = min(cells, first + LEAST)
    return first, last


class MeasuresScorer:
    """The mean strength of a crop's three clearest composition elements."""

    row = ScorerRow(
        name="composition measures",
        about="clarity of the measurable composition elements inside the crop",
    )

    def score(self, scene: Scene) -> Scores | None:
        """Return strengths per box, shape (N,)."""
        strengths = [sorted(measured(scene.view, c.box).values()) for c in scene.candidates]
        # Where its arrays happen to lie in memory moves OpenCV's last digits; a replay must not.
        return np.array([round(float(np.mean(each[-STRONGEST:])), DIGITS) for each in strengths])
