"""The subject, given by a mask file."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from cropsmith.errors import UsageError
from cropsmith.tools.schema.geometry import Box, Size


def subject_from_mask(path: str | Path, image: Size | None = None) -> Box:
    """Return the box of the bright (or opaque) part of a mask file of the upright photo.

    The mask may have any resolution but must have the photo's shape when `image` is given, within
    a pixel of its own. UsageError when it cannot be read, is empty, or has another shape.
    """
    try:
        with Image.open(path) as opened:
            mask = opened.getchannel("A") if "A" in opened.getbands() else opened.convert("L")
            marked = np.asarray(mask) > 127
    except (OSError, ValueError, SyntaxError) as error:
        raise UsageError(f"The mask {path} cannot be read as an image.") from error
    height, width = marked.shape
    if image is not None and abs(Fraction(width * image.height, image.width) - height) > 1:
        raise UsageError(
            f"The mask is {width}x{height}, which is not the shape of the photo "
            f"({image.width}x{image.height})."
        )
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    if not len(rows):
        raise UsageError(
            f"The mask {path} marks nothing.", hint="Paint the subject white on black."
        )
    return Box(
        x1=columns[0] / width,
        y1=rows[0] / height,
        x2=(columns[-1] + 1) / width,
        y2=(rows[-1] + 1) / height,
    )
