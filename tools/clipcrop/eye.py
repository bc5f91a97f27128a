"""The built-in eye as a decoder's backbone: its map as tokens, a box as the selection.

The eye knows no words. What grounding found stands in for the boxes that OWL's tokens would give:
the tokens inside it are selected, and it is the union box.
"""

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.clipcrop.look import Look
from cropsmith.tools.schema.geometry import Box

EYE = "eye"
SCALE = np.float32(0.2)
"""Brings the eye's features, non-negative and mostly below ten, near to one."""


def tokens_of(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return tokens (n * n, C), row by row, of a map (n, n, C)."""
    return np.ascontiguousarray(features.reshape(-1, features.shape[-1]) * SCALE)


def look_of(features: NDArray[np.float32], subject: Box | None = None) -> Look:
    """Return what a decoder reads of a photo's map; without a subject nothing is selected."""
    tokens = tokens_of(features)
    if subject is None:
        return Look.base(tokens)
    rows, columns = features.shape[:2]
    y, x = np.meshgrid(
        (np.arange(rows) + 0.5) / rows, (np.arange(columns) + 0.5) / columns, indexing="ij"
    )
    inside = (x >= subject.x1) & (x <= subject.x2) & (y >= subject.y1) & (y <= subject.y2)
    if not inside.any():
        centre = subject.centre
        nearest = np.argmin((x - centre.x) ** 2 + (y - centre.y) ** 2)
        inside.flat[nearest] = True
    return Look(tokens, np.flatnonzero(inside), np.array(subject.corners))
