"""The scorer column `clipcrop`: how much a crop overlaps what the decoder would choose."""

from cropsmith.tools.clipcrop.cropper import ClipCropper, PictureOf
from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores


class ClipCropScorer:
    """IoU of each candidate, expected over the decoder's outputs. Shown; weighed by profiles."""

    row = ScorerRow(name="clipcrop", about="expected overlap with the trained decoder's crops")

    def __init__(self, cropper: ClipCropper, picture_of: PictureOf) -> None:
        self._cropper = cropper
        self._picture_of = picture_of

    def score(self, scene: Scene) -> Scores | None:
        """Return values in [0, 1]; NaN where the decoder gave no usable crop."""
        outputs = self._cropper.outputs(scene.view, scene.intent, scene.grounding, self._picture_of)
        return outputs.worth(scene.boxes)
