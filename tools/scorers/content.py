"""Content preservation: does the crop still show what the photo shows (Cropper, section 1.4)."""

import numpy as np

from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores


class ContentScorer:
    """cos(CLIP(crop), CLIP(whole photo)). Negative cosines, which no crop of a photo has, clip."""

    row = ScorerRow(
        name="content",
        about="CLIP likeness of the crop to the whole photo",
    )

    def score(self, scene: Scene) -> Scores | None:
        """Return cosines per box, shape (N,)."""
        if scene.crops is None:
            return None
        return np.asarray(scene.crops.crops() @ scene.crops.original(), dtype=np.float64)
