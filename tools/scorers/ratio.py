"""Ratio: how near a crop's shape is to the asked one, before the solver makes it exact."""

import numpy as np

from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.scorers.preference import asked_ratio
from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores


class RatioScorer:
    """min(r / t, t / r) of the crop's ratio r and the target's t, both in pixels: 1 when equal."""

    row = ScorerRow(name="ratio", about="nearness to the asked ratio, 1 when exact")

    def score(self, scene: Scene) -> Scores | None:
        """Return nearness per box, shape (N,); None when no shape is asked."""
        if (asked := asked_ratio(scene.target)) is None:
            return None
        sides = scene.boxes[:, 2:] - scene.boxes[:, :2]
        whole = Ratio.of_size(scene.view.size).value
        share = sides[:, 0] / sides[:, 1] * whole / asked.value
        return np.asarray(np.minimum(share, 1.0 / share))
