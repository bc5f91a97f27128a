"""The learned eye: a small convolutional network that turns a photo into a map of features.

EfficientNet-Lite0 (Tan and Le, 2019) without its classifier, its maps at strides 16 and 32 reduced
to a few channels and added, trained as `evals/photographer` describes. The photo is squashed to a
square, so a cell of the map is a cell of the normalised frame whatever the photo's shape.
"""

from functools import cache
from importlib.resources import files
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

MODEL = "eyes.onnx"
SIDE = 192
"""The network's input, pixels a side."""


@cache
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # One photo is too small to share; batches use one process a core.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    model = files("cropsmith.tools").joinpath("data", MODEL).read_bytes()
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def squashed(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return upright RGB (H, W, 3) as the network takes it: (SIDE, SIDE, 3)."""
    small = cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small, dtype=np.uint8)


def feature_map(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return (rows, columns, channels), non-negative, of upright RGB (H, W, 3).

    The photo is seen twice, the second time in the mirror: the mean of both maps knows better than
    either (docs/photographer.md), for four more milliseconds.
    """
    small = squashed(pixels)
    (found,) = _session().run(None, {"pixels": np.stack([small, small[:, ::-1]])})
    return np.asarray((found[0] + found[1][:, ::-1]) / 2, dtype=np.float32)
