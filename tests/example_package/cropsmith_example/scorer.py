"""A scorer: how near to a square a crop is."""

import numpy as np

from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores


class Evenness:
    row = ScorerRow(name="evenness", about="short side over long side, in pixels", weight=0.5)

    def score(self, scene: Scene) -> Scores | None:
        size = scene.view.size
        width = (scene.boxes[:, 2] - scene.boxes[:, 0]) * size.width
        height = (scene.boxes[:, 3] - scene.boxes[:, 1]) * size.height
        return np.asarray(np.minimum(width, height) / np.maximum(width, height))


SCORER = Evenness()
