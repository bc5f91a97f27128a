"""The subject, given by a mask file."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cropsmith.errors import UnreadableImage, UsageError
from cropsmith.tools.images.decode import decoding, open_image
from cropsmith.tools.images.outside import in_sandbox
from cropsmith.tools.images.source import read_source
from cropsmith.tools.schema.geometry import Box, Point, Size
from cropsmith.tools.schema.values import Value


class Masked(Value):
    """What a mask marks."""

    box: Box
    centre: Point
    """The centroid of the marked pixels: of a bent or forked thing it may lie far from the middle
    of the box."""


def subject_from_mask(path: str | Path, image: Size | None = None) -> Masked:
    """Return where the bright (or opaque) part of a mask file of the upright photo lies.

    The mask may have any resolution but must have the photo's shape when `image` is given, within
    a pixel of its own. UsageError when it cannot be read, is empty, or has another shape.
    """
    try:
        file = read_source(path)
        marked = in_sandbox(marked_cells, file.name, file.data)
    except UnreadableImage as error:
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
    return Masked(
        box=Box(
            x1=columns[0] / width,
            y1=rows[0] / height,
            x2=(columns[-1] + 1) / width,
            y2=(rows[-1] + 1) / height,
        ),
        centre=centroid(marked),
    )


def centroid(weights: NDArray[np.generic]) -> Point:
    """Return the mean place of weights over the normalised frame, shape (H, W), not all 0."""
    height, width = weights.shape
    across, down = weights.sum(axis=0, dtype=np.float64), weights.sum(axis=1, dtype=np.float64)
    total = across.sum()
    return Point(
        x=float(across @ (np.arange(width) + 0.5)) / (width * total),
        y=float(down @ (np.arange(height) + 0.5)) / (height * total),
    )


def marked_cells(name: str, data: bytes) -> NDArray[np.bool_]:
    """Return which pixels of a mask are bright or, where it has transparency, opaque."""
    with decoding(name), open_image(data, name) as opened:
        mask = opened.getchannel("A") if "A" in opened.getbands() else opened.convert("L")
        return np.asarray(mask) > 127
