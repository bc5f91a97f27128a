"""Where a trained decoder lies, and how it is written and read."""

from pathlib import Path
from typing import TYPE_CHECKING

from cropsmith.tools.clipcrop.shape import Shape
from cropsmith.tools.models.trained import load_trained, save_trained, trained_folder

if TYPE_CHECKING:
    from cropsmith.tools.clipcrop.decoder import CropDecoder

NAME = "clipcrop"
"""The folder in `CROPSMITH_WEIGHTS` that is used when none is named."""


def decoder_folder(name: str = "") -> Path | None:
    """Return the folder of a named decoder, or of the usual one; None for "off" and where none is.

    Looks at names of files alone.
    """
    return trained_folder(name, NAME)


def save_decoder(decoder: "CropDecoder", folder: Path) -> None:
    """Write weights and shape; each file appears whole."""
    save_trained(decoder, decoder.shape, folder)


def load_decoder(folder: Path) -> "CropDecoder":
    """Return the decoder of a folder, ready to decode.

    UsageError, one sentence, where the folder does not hold one; MissingExtra without torch.
    """

    def build(shape: Shape) -> "CropDecoder":
        from cropsmith.tools.clipcrop.decoder import CropDecoder

        return CropDecoder(shape)

    return load_trained(folder, "a decoder", Shape, build)
