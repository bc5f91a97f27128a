"""Preference: the built-in photographer's own score, which needs no weights of others."""

from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Target
from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores


class PreferenceScorer:
    """Expected IoU with the crop an expert would make, free or at the asked ratio."""

    def __init__(self, preference: Preference | None = None) -> None:
        self.preference = preference or Preference.load()

    row = ScorerRow(name="preference", about="expected overlap with an expert's crop")

    def score(self, scene: Scene) -> Scores | None:
        """Return the expected IoU per box, shape (N,)."""
        asked = asked_ratio(scene.target)
        return self.preference.score(scene.view.sight, scene.boxes, asked)


def asked_ratio(target: Target) -> Ratio | None:
    """Return the shape a target asks for, by ratio or by size."""
    if target.ratio is None and target.size is not None:
        return Ratio.of_size(target.size)
    return target.ratio
