"""Straight lines: the long ones, what they are, and how level the horizon is."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.evidence import Line
from cropsmith.tools.schema.geometry import Point

SIDE = 224
"""Long side of the picture that is searched, pixels: long lines survive it, hair and straw less."""
LONG = 0.25
"""Shortest line that composes a picture, as a share of the longer side."""
HORIZON = 0.5
"""Shortest horizon, as a share of the width."""
LEVEL = 8.0
"""Degrees from level up to which a long line reads as a horizon, and from upright as a vertical."""
CLOSE = 6
"""Pixels between two pieces of one line."""
PIECES = 32
"""Pieces that are joined, the longest first; a picture of straw has hundreds that compose none."""
MOST = 12
"""Lines that are reported, the longest first."""


def find_lines(pixels: NDArray[np.uint8]) -> tuple[Line, ...]:
    """Return the long straight lines of upright RGB (H, W, 3), longest first."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    scale = min(1.0, SIDE / max(grey.shape))
    grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
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
    for index in np.argsort(-lengths, kind="stable")[:PIECES]:
        segment = segments[index]
        same = np.flatnonzero(_along(segment, np.array(kept).reshape(-1, 4)))
        if len(same):
            kept[same[0]] = _joined(kept[same[0]], segment)
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


def _along(a: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell, (N,), which segments `a` continues: nearly parallel, passing close to its middle."""
    da, db = a[2:] - a[:2], others[:, 2:] - others[:, :2]
    length = np.hypot(db[:, 0], db[:, 1])
    sine = np.abs(da[0] * db[:, 1] - da[1] * db[:, 0]) / (np.hypot(da[0], da[1]) * length)
    middle = (a[:2] + a[2:]) / 2 - others[:, :2]
    distance = np.abs(middle[:, 0] * db[:, 1] - middle[:, 1] * db[:, 0]) / length
    return np.asarray((sine < 0.1) & (distance < CLOSE))
