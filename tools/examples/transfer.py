"""Carry the crops of similar photos over to this one: retrieval that needs no model.

Photos with a similar layout are cropped at similar places. With a ratio asked, the box is the
largest of that ratio, shrunk a little, around the mean centre of the retrieved crops, clamped to
the frame; without one, the mean of the retrieved boxes. Means are weighted by similarity.
"""

from collections.abc import Sequence

import numpy as np

from cropsmith.tools.schema.evidence import Example
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.ratio import Ratio

SHARPNESS = 8.0
"""Weight of an example: exp(SHARPNESS x cosine)."""

SHARE = 0.97
"""Side of the box relative to the largest of its ratio; people seldom keep all of it."""


def transferred(examples: Sequence[Example], ratio: Ratio | None, size: Size) -> Box | None:
    """Return where the examples' best crops lie on a photo of this size; None without examples."""
    known = [example for example in examples if example.crops]
    if not known:
        return None
    similarity = np.array([example.similarity for example in known])
    weights = np.exp(SHARPNESS * (similarity - similarity.max()))
    weights /= weights.sum()
    boxes = np.array([example.crops[0].box.corners for example in known])
    x1, y1, x2, y2 = (float(v) for v in weights @ boxes)
    if ratio is None:
        return Box.of((x1, y1, x2, y2))
    shape = ratio.value * size.height / size.width
    width, height = SHARE * min(1.0, shape), SHARE * min(1.0, 1 / shape)
    left = min(max(0.0, (x1 + x2 - width) / 2), 1 - width)
    top = min(max(0.0, (y1 + y2 - height) / 2), 1 - height)
    return Box.of((left, top, left + width, top + height))
