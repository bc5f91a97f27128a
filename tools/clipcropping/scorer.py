"""The scorer column `clipcropping`: what the trained model rates each crop."""

import numpy as np

from cropsmith.tools.clipcropping.rater import Rater
from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores


class ClipCroppingScorer:
    """The rating of each candidate, from one look at the photo. Shown; weighed by profiles."""

    row = ScorerRow(name="clipcropping", about="rating by the trained CLIPCropping model")

    def __init__(self, rater: Rater) -> None:
        self._rater = rater

    def score(self, scene: Scene) -> Scores | None:
        """Return the sigmoid of the standardised ratings: 0.5 is a crop of usual quality."""
        return np.asarray(1 / (1 + np.exp(-self._rater.ratings(scene.view, scene.boxes))))
