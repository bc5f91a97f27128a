"""Whether a long level line is the horizon, and not a table, a wall or a row of heads."""

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.evidence import Line
from cropsmith.tools.vision.lines import horizon, tilt

ACROSS = 0.6
"""Share of the width that the line spans at least."""
STEEPEST = 4.0
"""Degrees from level."""
PLACE = (0.1, 0.9)
"""Share of the photo's height between which it lies."""
COLUMNS = 24
"""Strips, side by side, in which sky is held against ground."""
AGREEING = 0.8
"""Share of the strips in which the sky is the brighter."""
LIGHTER = 1.15
"""How many times as bright as the ground near the line the sky is."""
CALM = 0.6
"""Most detail of the sky, as a share of that of the ground."""


def sure_horizon(pixels: NDArray[np.uint8], lines: tuple[Line, ...]) -> Line | None:
    """Return the horizon of upright RGB (H, W, 3); None where no line is surely one.

    Above a horizon the photo is brighter and calmer than below, all along, and not warm in colour,
    which a wall often is.
    """
    line = horizon(lines)
    if line is None or abs(line.end.x - line.start.x) < ACROSS:
        return None
    height, width = pixels.shape[:2]
    level = (line.start.y + line.end.y) / 2
    if abs(tilt(line, width / height)) > STEEPEST or not PLACE[0] <= level <= PLACE[1]:
        return None
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    at = round(level * height)
    rim = max(2, height // 50)
    reach = max(4, height // 5)
    sky, ground = grey[max(0, at - rim - reach) : at - rim], grey[at + rim : at + rim + reach]
    if min(len(sky), len(ground)) < 3:
        return None
    lit = [_strips(part) for part in (sky, ground)]
    if (lit[0] > lit[1]).mean() < AGREEING or lit[0].mean() < LIGHTER * lit[1].mean():
        return None
    above, below = grey[: at - rim], grey[at + rim :]
    if _detail(above) > CALM * _detail(below):
        return None
    red, _, blue = pixels[max(0, at - rim - reach) : at - rim].reshape(-1, 3).mean(0)
    far = pixels[: max(3, at // 3)].reshape(-1, 3).mean(0)
    # A sunset is warm near the horizon, yet not far above it.
    return line if blue >= 0.95 * red or far[2] >= far[0] else None


def _strips(part: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(part, (COLUMNS, 1), interpolation=cv2.INTER_AREA)[0])


def _detail(part: NDArray[np.float32]) -> float:
    return float(np.abs(np.diff(part, axis=0)).mean() + np.abs(np.diff(part, axis=1)).mean())
