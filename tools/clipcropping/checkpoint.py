"""Where a trained CLIPCropping model lies, and how it is read."""

from pathlib import Path
from typing import TYPE_CHECKING

from cropsmith.tools.clipcropping.shape import Shape
from cropsmith.tools.models.trained import load_trained, trained_folder

if TYPE_CHECKING:
    from cropsmith.tools.clipcropping.model import CropModel

NAME = "clipcropping"
"""The folder in `CROPSMITH_WEIGHTS` that is used when none is named."""


def rater_folder(name: str = "") -> Path | None:
    """Return the folder of a named rater, or of the usual one; None for "off" and where none is.

    Looks at names of files alone.
    """
    return trained_folder(name, NAME)


def load_model(folder: Path) -> "CropModel":
    """Return the model of a folder, ready to rate.

    UsageError, one sentence, where the folder does not hold one; MissingExtra without torch or
    open_clip.
    """

    def build(shape: Shape) -> "CropModel":
        from cropsmith.tools.clipcropping.model import CropModel

        return CropModel(shape)

    return load_trained(folder, "a rater", Shape, build)
