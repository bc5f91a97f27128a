"""What the eye measures of a crop as scorers: preference, composition without a model, focus."""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.photographer.elements import elements
from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.schema.evidence import Element, EvidenceKind
from cropsmith.tools.schema.geometry import Box, as_array
from cropsmith.tools.schema.request import Tightness
from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores
from cropsmith.tools.scorers.wishes import asked_ratio, coverage


class PreferenceScorer:
    """Expected IoU with the crop an expert would make, free or at the asked ratio."""

    def __init__(self, preference: Preference | None = None) -> None:
        self.preference = preference or Preference.load()

    row = ScorerRow(name="preference", about="expected overlap with an expert's crop")

    def score(self, scene: Scene) -> Scores | None:
        """Return the expected IoU per box, shape (N,)."""
        found = (*scene.grounding.found, *scene.evidence)
        unwanted = tuple(one.box for one in found if one.kind is EvidenceKind.AVOID)
        asked = asked_ratio(scene.target)
        return self.preference.score(scene.view.sight, scene.boxes, asked, unwanted)


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


ENOUGH = {
    Tightness.FILL: 0.9,
    Tightness.TIGHT: 0.75,
    Tightness.NORMAL: 0.4,
    Tightness.LOOSE: 0.25,
    Tightness.WIDEST: 0.1,
}
"""Share of the crop's side that the subject should take, as the root of its share of the area;
beyond it, other scores decide. Plausible, not tuned."""
CLOSER, PLAIN = 1.3, 0.3
"""A crop is about a thing that takes 1.3 times its share of the photo, or 0.3 of the crop."""


class FocusScorer:
    """min(1, sqrt(s) / enough) min(1, s / min(1.3 a, 0.3)): s the subject's share of the crop.

    `enough` is by tightness, `a` the subject's share of the photo. The second factor keeps a crop
    that hardly comes closer from passing for one about the subject.
    """

    row = ScorerRow(name="focus", about="how large the subject stands in the crop, 1 when enough")

    def score(self, scene: Scene) -> Scores | None:
        """Return focus per box, shape (N,); None when nothing is asked to stand out."""
        box = _subject(scene)
        near = scene.intent.closeness
        if box is None or near is Tightness.WIDEST:
            return None
        sides = scene.boxes[:, 2:] - scene.boxes[:, :2]
        inside = coverage(scene.boxes, as_array([box]))[:, 0] * box.area
        share = inside / (sides[:, 0] * sides[:, 1])
        stands = np.minimum(1.0, np.sqrt(share) / ENOUGH[near])
        if near is Tightness.LOOSE:
            return stands
        return stands * np.minimum(1.0, share / min(CLOSER * box.area, PLAIN))


CUTOUT = "alpha"


def _subject(scene: Scene) -> Box | None:
    """Return the box round what should stand out.

    Naming a thing asks for a crop about it, and round a cut-out there is nothing else. A box that
    was only pointed to, by a person or by movement, asks no more than to be kept: experts crop to
    two thirds of the photo whatever the person's size in it (289 photos of GAICD). Going in closer
    must then be asked for; without a subject, to what stands out.
    """
    subjects = [e for e in scene.grounding.found if e.kind is EvidenceKind.SUBJECT]
    found = [e.box for e in subjects if e.phrase or e.source == CUTOUT]
    if not found and scene.intent.tightness is Tightness.TIGHT:
        found = [e.box for e in subjects]
        found = found or [e.box for e in scene.evidence if e.kind is EvidenceKind.SALIENT][:1]
    return found[0].union(*found[1:]) if found else None
