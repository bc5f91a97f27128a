"""The learned eye: a small convolutional network that turns a photo into maps.

EfficientNet-Lite0 (Tan and Le, 2019) without its classifier, its maps at strides 16 and 32 reduced
to a few channels and added, trained as `evals/photographer` describes. The photo is squashed to a
square, so a cell of the map is a cell of the normalised frame whatever the photo's shape.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.vision.session import open_session

MODEL = "eyes.onnx"
OUTPUTS = ("features", "faces", "things")
SIDE = 192
"""The network's input, pixels a side."""


@cache
def _session() -> Any:
    return open_session(files("cropsmith.tools.vision").joinpath(MODEL).read_bytes())


def squashed(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return upright RGB (H, W, 3) as the network takes it: (SIDE, SIDE, 3)."""
    small = cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small, dtype=np.uint8)


@dataclass(frozen=True)
class Seen:
    """The maps of one photo, over its normalised frame."""

    features: NDArray[np.float32]
    """(rows, columns, channels), non-negative."""
    faces: NDArray[np.float32]
    """(5, rows, columns): log odds of a face, and its box relative to the cell."""
    things: NDArray[np.float32]
    """(5, rows, columns): log odds of a person, an animal or a vehicle, and the logs of how far its
    left, upper, right and lower side are from the cell's middle, in cells."""


def see(pixels: NDArray[np.uint8]) -> Seen:
    """Return the maps of upright RGB (H, W, 3).

    Inside the network the photo is seen twice, the second time in the mirror: the mean of both
    maps knows better than either (docs/reports/photographer.md), for four more milliseconds.
    """
    maps = _session().run(OUTPUTS, {"pixels": squashed(pixels)[None]})
    return Seen(*(np.asarray(one, np.float32) for one in maps))
