"""A guess from the learned eye's map whether the photo shows a face at all.

The cascade is slow and mostly looks in vain: four photos in five show no face. A logistic model
over the map's channels, trained to keep nine in ten of the photos where YuNet finds a face, spares
it the rest.
"""

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.learned import learned


def summary(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return mean, greatest and root mean square of each channel, (3 * C,)."""
    root = np.sqrt((features**2).mean((0, 1)))
    return np.concatenate([features.mean((0, 1)), features.max((0, 1)), root])


def may_show_a_face(features: NDArray[np.float32]) -> bool:
    """Tell whether it is worth looking for faces."""
    weights = learned()["face_gate"]
    return float(summary(features) @ weights[:-1] + weights[-1]) >= 0
