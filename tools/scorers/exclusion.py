"""Exclusion: how much of what the request wants out is out."""

from cropsmith.tools.schema.evidence import EvidenceKind
from cropsmith.tools.schema.geometry import as_array
from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores
from cropsmith.tools.scorers.subject_coverage import coverage


class ExclusionScorer:
    """The mean, over the unwanted things, of the share of each that still shows."""

    row = ScorerRow(
        name="exclusion",
        about="share of the unwanted things that still shows",
        higher_is_better=False,
    )

    def score(self, scene: Scene) -> Scores | None:
        """Return the shares per box, shape (N,); None when nothing unwanted was found."""
        unwanted = [e.box for e in scene.grounding.found if e.kind is EvidenceKind.AVOID]
        return coverage(scene.boxes, as_array(unwanted)).mean(axis=1) if unwanted else None
