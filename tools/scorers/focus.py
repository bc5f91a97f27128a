"""Focus: how large the subject stands in the crop, so that a crop to something is about it."""

import numpy as np

from cropsmith.tools.schema.evidence import EvidenceKind
from cropsmith.tools.schema.geometry import Box, as_array
from cropsmith.tools.schema.request import Tightness
from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores
from cropsmith.tools.scorers.subject_coverage import coverage

ENOUGH = {Tightness.TIGHT: 0.75, Tightness.NORMAL: 0.4, Tightness.LOOSE: 0.25}
"""Share of the crop's side that the subject should take, as the root of its share of the area;
beyond it, other scores decide. Plausible, not tuned."""

USER = "user"


class FocusScorer:
    """min(1, sqrt(subject's area in the crop / crop's area) / enough), enough by tightness."""

    row = ScorerRow(name="focus", about="how large the subject stands in the crop, 1 when enough")

    def score(self, scene: Scene) -> Scores | None:
        """Return focus per box, shape (N,); None when nothing is asked to stand out."""
        box = _subject(scene)
        if box is None:
            return None
        sides = scene.boxes[:, 2:] - scene.boxes[:, :2]
        inside = coverage(scene.boxes, as_array([box]))[:, 0] * box.area
        share = np.sqrt(inside / (sides[:, 0] * sides[:, 1]))
        return np.minimum(1.0, share / ENOUGH[scene.intent.tightness])


def _subject(scene: Scene) -> Box | None:
    """Return the box round what should stand out.

    Naming a thing asks for a crop about it. A box that was only pointed to asks no more than to be
    kept: experts crop to two thirds of the photo whatever the person's size in it (289 photos of
    GAICD). Going in closer must then be asked for; without a subject, to what stands out.
    """
    subjects = [e for e in scene.grounding.found if e.kind is EvidenceKind.SUBJECT]
    found = [e.box for e in subjects if e.phrase or e.source != USER]
    if not found and scene.intent.tightness is Tightness.TIGHT:
        found = [e.box for e in subjects]
        found = found or [e.box for e in scene.evidence if e.kind is EvidenceKind.SALIENT][:1]
    return found[0].union(*found[1:]) if found else None
