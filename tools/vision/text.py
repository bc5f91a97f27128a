"""Text regions: rows of evenly thick strokes, found without weights.

Letters are many small upright edges close together in a row. The morphological gradient shows
strokes, closing along the row joins them, and shape, fill and contrast tell words from texture
(after the classic connected-components recipe; Epshtein et al., CVPR 2010, use the same cues). It
favours recall on signs, titles and labels; small or handwritten text needs a detector with weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box

SIDE = 640
"""Long side of the picture that is searched, pixels."""


def find_text(pixels: NDArray[np.uint8]) -> tuple[Evidence, ...]:
    """Return likely lines of text of upright RGB (H, W, 3), largest first."""
    height, width = pixels.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    grey = cv2.cvtColor(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    strokes = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    _, edges = cv2.threshold(strokes, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    rows = cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((1, 11), np.uint8))
    contours, _ = cv2.findContours(rows, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for row in _rows([_Span(*cv2.boundingRect(contour)) for contour in contours]):
        part = np.s_[row.y : row.y + row.height, row.x : row.x + row.width]
        if _reads_as_text(grey[part], edges[part]):
            low = (row.x / size[0], row.y / size[1])
            high = ((row.x + row.width) / size[0], (row.y + row.height) / size[1])
            box = Box.of((*low, *high))
            found.append(Evidence(kind=EvidenceKind.TEXT, box=box, source="strokes"))
    return tuple(sorted(found, key=lambda one: -one.box.area))


@dataclass(frozen=True)
class _Span:
    """A rectangle of the searched picture, in its pixels."""

    x: int
    y: int
    width: int
    height: int


def _rows(spans: Sequence[_Span]) -> list[_Span]:
    """Join neighbours of one height on one line: words into rows."""
    rows: list[_Span] = []
    for span in sorted(spans, key=lambda span: span.x):
        for index, row in enumerate(rows):
            shared = min(row.y + row.height, span.y + span.height) - max(row.y, span.y)
            tall, low = max(row.height, span.height), min(row.height, span.height)
            gap = span.x - (row.x + row.width)
            if shared > 0.6 * low and tall < 1.8 * low and gap < 0.8 * tall:
                right = max(row.x + row.width, span.x + span.width)
                bottom = max(row.y + row.height, span.y + span.height)
                top = min(row.y, span.y)
                rows[index] = _Span(row.x, top, right - row.x, bottom - top)
                break
        else:
            rows.append(span)
    return rows


def _reads_as_text(grey: NDArray[np.uint8], edges: NDArray[np.uint8]) -> bool:
    height, width = grey.shape
    if height < 6 or width < 2.2 * height or height > 0.3 * SIDE:
        return False
    on = edges > 0
    filled = float(on.mean())
    # Letters cross the row's middle again and again: on, off, on, off.
    middle = on[height // 3 : max(height // 3 + 1, 2 * height // 3)]
    crossings = float(np.mean(np.sum(middle[:, 1:] != middle[:, :-1], axis=1))) / (width / height)
    contrast = float(np.percentile(grey, 95)) - float(np.percentile(grey, 5))
    return 0.3 <= filled <= 0.95 and 2.0 <= crossings <= 14.0 and contrast >= 60
