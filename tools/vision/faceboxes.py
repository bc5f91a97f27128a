"""FaceBoxes: a small face detector that ships, decoded from its maps.

Zhang et al., "FaceBoxes: A CPU Real-time Face Detector with High Accuracy" (IJCB 2017), in the
weights of TropComplique/FaceBoxes-tensorflow, made into `faceboxes.onnx` by
`cropsmith.evals.training.finder`. Small anchors are densified (section 3.2): several a cell.
"""

from functools import cache
from importlib.resources import files
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Boxes
from cropsmith.tools.vision.session import open_session

MODEL = "faceboxes.onnx"
SIDE = 640
"""Long side, in pixels, of what it looks at."""
MULTIPLE = 128
"""Sides are filled up with black to a multiple of its coarsest stride."""
ANCHORS = ((32, ((32, 4), (64, 2), (128, 1))), (64, ((256, 1),)), (128, ((512, 1),)))
"""For each map its stride, and the anchors' sizes with their number along each side of a cell."""
OUTPUTS = ("class_0", "box_0", "class_1", "box_1", "class_2", "box_2")
CENTRE, SCALE = 10.0, 5.0
"""What the network's offsets and log sizes were multiplied by."""


@cache
def _session() -> Any:
    return open_session(files("cropsmith.tools.vision").joinpath(MODEL).read_bytes())


def padded(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return upright RGB (H, W, 3) as the network takes it: (1, 3, h, w) in [0, 1]."""
    small = _fitted(pixels)
    height, width = small.shape[:2]
    rows, columns = (-(-side // MULTIPLE) * MULTIPLE for side in (height, width))
    filled = np.zeros((1, 3, rows, columns), np.float32)
    for plane, channel in zip(filled[0, :, :height, :width], cv2.split(small), strict=True):
        np.multiply(channel, np.float32(1 / 255), out=plane)
    return filled


def boxed_faces(pixels: NDArray[np.uint8], sure: float) -> tuple[Boxes, NDArray[np.float32]]:
    """Return boxes (N, 4) and scores (N,) of at least `sure`, unsuppressed, on upright RGB."""
    height, width = _fitted(pixels).shape[:2]
    found = _session().run(OUTPUTS, {"image": padded(pixels)})
    boxes, scores = [], []
    for level, (stride, sizes) in enumerate(ANCHORS):
        logits, offsets = found[2 * level][0], found[2 * level + 1][0]
        anchors = _anchors(sizes)
        cells = logits.shape[1:]
        odds = logits.reshape(len(anchors), 2, *cells)
        chance = 1 / (1 + np.exp(odds[:, 0] - odds[:, 1]))
        anchor, row, column = np.nonzero(chance >= sure)
        down, across, high, wide = offsets.reshape(len(anchors), 4, *cells)[
            anchor, :, row, column
        ].T
        size = anchors[anchor, 2]
        y = (row + 0.5) * stride + anchors[anchor, 0] + down / CENTRE * size
        x = (column + 0.5) * stride + anchors[anchor, 1] + across / CENTRE * size
        half = np.stack([np.exp(wide / SCALE), np.exp(high / SCALE)], 1) * size[:, None] / 2
        centre = np.stack([x, y], 1)
        boxes.append(np.concatenate([centre - half, centre + half], 1))
        scores.append(chance[anchor, row, column])
    return np.concatenate(boxes) / [width, height, width, height], np.concatenate(scores)


def _fitted(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if size == (width, height):
        return pixels
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8)


def _anchors(sizes: tuple[tuple[int, int], ...]) -> NDArray[np.float64]:
    """Return (A, 3): offset down and across from the cell's centre, side; pixels."""
    rows = []
    for size, along in sizes:
        offsets = [((step - (along - 1) / 2) / along) * size for step in range(along)]
        rows += [(down, across, size) for across in offsets for down in offsets]
    return np.array(rows, np.float64)
