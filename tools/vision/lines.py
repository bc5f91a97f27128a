"""Straight lines: the long ones, what they are, and how level the horizon is."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.evidence import Line
from cropsmith.tools.schema.geometry import Point

Segment = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the picture that is searched."""

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
    kept: list[Segment] = []
    # A few dozen: plain numbers are quicker here than arrays.
    for segment in map(tuple, segments[np.argsort(-lengths, kind="stable")[:PIECES]].tolist()):
        same = next((i for i, other in enumerate(kept) if _continues(segment, other)), None)
        if same is None:
            kept.append(segment)
        else:
            kept[same] = _joined(kept[same], segment)
    kept.sort(key=lambda segment: -_length(segment))
    long = [segment for segment in kept if _length(segment) >= shortest]
    return tuple(_line(segment, width, height) for segment in long[:MOST])


def _length(segment: Segment) -> float:
    return math.hypot(segment[2] - segment[0], segment[3] - segment[1])


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


def _line(segment: Segment, width: int, height: int) -> Line:
    x1, y1, x2, y2 = segment
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


def _joined(a: Segment, b: Segment) -> Segment:
    """Return the segment between the outermost ends of two along one line."""
    ends = [(a[0], a[1]), (a[2], a[3]), (b[0], b[1]), (b[2], b[3])]
    dx, dy = a[2] - a[0], a[3] - a[1]
    along = [x * dx + y * dy for x, y in ends]
    first, last = along.index(min(along)), along.index(max(along))
    return (*ends[first], *ends[last])


def _continues(a: Segment, b: Segment) -> bool:
    """Tell whether `a` continues `b`: nearly parallel, passing close to its middle."""
    ax, ay, bx, by = a[2] - a[0], a[3] - a[1], b[2] - b[0], b[3] - b[1]
    length = math.hypot(bx, by)
    if abs(ax * by - ay * bx) >= 0.1 * math.hypot(ax, ay) * length:
        return False
    x, y = (a[0] + a[2]) / 2 - b[0], (a[1] + a[3]) / 2 - b[1]
    return abs(x * by - y * bx) < CLOSE * length
