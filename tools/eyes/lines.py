"""Straight lines: the long ones, what they are, and how level the horizon is."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.evidence import Line
from cropsmith.tools.geometry import Point

LONG = 0.25
"""Shortest line that composes a picture, as a share of the longer side."""
HORIZON = 0.5
"""Shortest horizon, as a share of the width."""
LEVEL = 8.0
"""Degrees from level up to which a long line reads as a horizon, and from upright as a vertical."""
MOST = 12
"""Lines that are reported, the longest first."""


def find_lines(pixels: NDArray[np.uint8]) -> tuple[Line, ...]:
    """Return the long straight lines of upright RGB (H, W, 3), longest first."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    edges = cv2.Canny(cv2.GaussianBlur(grey, (0, 0), 1.2), 60, 150)
    shortest = LONG * max(height, width)
    # Pieces of half the length are sought and joined: an edge in pixels is a flight of steps.
    found = cv2.HoughLinesP(
        edges, 1, math.pi / 180, int(shortest * 0.4), minLineLength=shortest / 2, maxLineGap=8
    )
    if found is None:
        return ()
    segments = found.reshape(-1, 4).astype(np.float64)
    lengths = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    kept: list[NDArray[np.float64]] = []
    for index in np.argsort(-lengths, kind="stable"):
        segment = segments[index]
        for place, other in enumerate(kept):
            if _same(segment, other):
                kept[place] = _joined(other, segment)
                break
        else:
            kept.append(segment)
    kept.sort(key=lambda segment: -float(np.hypot(*(segment[2:] - segment[:2]))))
    long = [s for s in kept if np.hypot(*(s[2:] - s[:2])) >= shortest]
    return tuple(_line(segment, width, height) for segment in long[:MOST])


def tilt(line: Line, aspect: float) -> float:
    """Return degrees from level, in (-90, 90], positive when the right end is lower.

    `aspect` is the photo's width over its height, which turns shares into equal units.
    """
    dx, dy = (line.end.x - line.start.x) * aspect, line.end.y - line.start.y
    angle = math.degrees(math.atan2(dy, dx))
    return (angle + 90) % 180 - 90


def horizon(lines: tuple[Line, ...]) -> Line | None:
    """Return the horizon: the longest nearly level line across at least half of the frame."""
    level = [line for line in lines if line.kind == "horizon"]
    return max(level, key=lambda line: abs(line.end.x - line.start.x), default=None)


def _line(segment: NDArray[np.float64], width: int, height: int) -> Line:
    x1, y1, x2, y2 = segment.tolist()
    if x2 < x1:
        x1, y1, x2, y2 = x2, y2, x1, y1
    angle = math.degrees(math.atan2(y2 - y1, x2 - x1))
    if abs(angle) <= LEVEL:
        kind = "horizon" if x2 - x1 >= HORIZON * width else "level"
    elif abs(angle) >= 90 - LEVEL:
        kind = "vertical"
    else:
        kind = "diagonal" if abs(abs(angle) - 45) <= 15 else "leading"
    return Line(
        start=Point(x=x1 / width, y=y1 / height), end=Point(x=x2 / width, y=y2 / height), kind=kind
    )


def _joined(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the segment between the outermost ends of two along one line."""
    ends = np.concatenate([a.reshape(2, 2), b.reshape(2, 2)])
    along = ends @ (a[2:] - a[:2])
    return np.concatenate([ends[along.argmin()], ends[along.argmax()]])


def _same(a: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
    """Tell whether two segments lie along one line: nearly parallel, and b passes a's middle."""
    da, db = a[2:] - a[:2], b[2:] - b[:2]
    sine = abs(da[0] * db[1] - da[1] * db[0]) / (np.hypot(*da) * np.hypot(*db))
    middle = (a[:2] + a[2:]) / 2 - b[:2]
    distance = abs(middle[0] * db[1] - middle[1] * db[0]) / np.hypot(*db)
    return bool(sine < 0.1 and distance < 8)
