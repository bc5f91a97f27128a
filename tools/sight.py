"""Sight: everything the built-in photographer measures on one photo, each thing once.

The feature map, which every score needs, is measured at once; the rest when first asked for.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.eyes.trunk import feature_map


class Sight:
    """Measurements of one upright photo. Immutable; sharing it between threads is safe."""

    def __init__(self, pixels: NDArray[np.uint8], features: NDArray[np.float32]) -> None:
        self.pixels = pixels
        """Upright RGB, (H, W, 3), the small size that was looked at."""
        self.features = features
        """(rows, columns, channels) of the learned eye, over the normalised frame."""

    @cached_property
    def aspect(self) -> float:
        """Width / height."""
        height, width = self.pixels.shape[:2]
        return float(width / height)


def look(pixels: NDArray[np.uint8]) -> Sight:
    """Measure an upright RGB photo, uint8 (H, W, 3); 320 pixels a side are enough."""
    return Sight(pixels, feature_map(pixels))
