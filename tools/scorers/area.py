"""Area: how much of the photo is kept (Cropper, section 1.4); guards against tiny crops."""

import numpy as np

from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores


class AreaScorer:
    """A = (h_crop * w_crop) / (H * W)."""

    row = ScorerRow(name="area", about="share of the photo's area that is kept")

    def score(self, scene: Scene) -> Scores | None:
        """Return each box's area, shape (N,)."""
        sides = scene.boxes[:, 2:] - scene.boxes[:, :2]
        return np.asarray(sides[:, 0] * sides[:, 1])
