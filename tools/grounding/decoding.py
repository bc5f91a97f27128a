"""From OWL's raw boxes to boxes on the upright photo.

OWL-ViT squeezes the photo to its square, so its boxes are shares of the photo's own sides. OWLv2
pads the photo to a square at the right and the bottom, so its boxes are shares of the longer side,
and reach into the padding (transformers, `Owlv2ImageProcessor.post_process_object_detection`).
"""

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Size

Raw = NDArray[np.float32]
"""Shape (N, 4): centre x, centre y, width, height, as the model's box head gives them."""


def corners(raw: Raw) -> Raw:
    """Return x1 y1 x2 y2 of centre boxes, in single precision as transformers computes them."""
    centre, half = raw[:, :2], np.float32(0.5) * raw[:, 2:]
    return np.concatenate([centre - half, centre + half], axis=1)


def in_pixels(raw: Raw, size: Size, padded: bool) -> Raw:
    """Return boxes in pixels of a picture of this size, unclipped, bit for bit as transformers."""
    longest = max(size.width, size.height)
    sides = (longest, longest) if padded else (size.width, size.height)
    return corners(raw) * np.array([*sides, *sides], np.float32)


def on_photo(raw: Raw, size: Size, padded: bool) -> NDArray[np.float64]:
    """Return normalised boxes clipped to the photo, shape (N, 4); some may be empty.

    Only the shape of `size` matters: that of the pixels given to the model.
    """
    scale = np.array([size.width, size.height, size.width, size.height], np.float64)
    return np.asarray(np.clip(in_pixels(raw, size, padded) / scale, 0.0, 1.0))
