"""Models that were trained here, in a run: the decoder, the rater, and their columns of scores."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.errors import CropsmithError
from cropsmith.tools.clipcrop.checkpoint import decoder_folder
from cropsmith.tools.clipcropping.checkpoint import rater_folder

if TYPE_CHECKING:
    from cropsmith.tools.clipcrop.cropper import ClipCropper, PictureOf
    from cropsmith.tools.clipcropping.rater import Rater
    from cropsmith.tools.scorers.row import Scorer
    from cropsmith.tools.scorers.table import ScorerTable


def new_cropper(settings: RunSettings) -> "ClipCropper | None":
    """Return the ClipCrop decoder that is named or usual, with its backbone; None without one."""
    if (folder := decoder_folder(settings.decoder)) is None:
        return None
    from cropsmith.tools.clipcrop.cropper import load_cropper

    return load_cropper(folder)


def new_rater(settings: RunSettings) -> "Rater | None":
    """Return the CLIPCropping model that is named or usual; None without one."""
    if (folder := rater_folder(settings.rater)) is None:
        return None
    from cropsmith.tools.clipcropping.rater import load_rater

    return load_rater(folder)


def with_columns(
    table: "ScorerTable",
    cropper_of: "Callable[[], ClipCropper | None]",
    rater_of: "Callable[[], Rater | None]",
    picture_of: "PictureOf",
    strict: bool,
) -> "ScorerTable":
    """Return the table with the columns of what was trained; why one is missing is told in it."""
    from cropsmith.tools.clipcrop.scorer import ClipCropScorer
    from cropsmith.tools.clipcropping.scorer import ClipCroppingScorer
    from cropsmith.tools.scorers.trained import with_trained

    def decoded() -> "Scorer | None":
        cropper = cropper_of()
        return None if cropper is None else ClipCropScorer(cropper, picture_of)

    def rated() -> "Scorer | None":
        rater = rater_of()
        return None if rater is None else ClipCroppingScorer(rater)

    table = with_trained(table, ClipCropScorer.row.name, "decoder", decoded, strict)
    return with_trained(table, ClipCroppingScorer.row.name, "rater", rated, strict)


def teller(rater_of: "Callable[[], Rater | None]", strict: bool) -> tuple["Rater | None", str]:
    """Return the rater that tells what a crop changed, or None and, where it fails, a note."""
    try:
        return rater_of(), ""
    except CropsmithError as error:
        if strict:
            raise
        return None, f"What the crop changed is told without the rater: {error}"
