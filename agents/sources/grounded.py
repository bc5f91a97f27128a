"""Crops about what the request names: as close as asked, composed as the photographer would."""

import asyncio
from collections.abc import Sequence

import numpy as np

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.sources.source import draft
from cropsmith.tools.constraints.must_stay import must_stay
from cropsmith.tools.photographer.grids import largest_of
from cropsmith.tools.photographer.preference import Preference, shape_of
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import Box, Boxes, diverse

SIZES = (1.0, 1.3, 1.7, 2.2, 2.8, 3.6)
"""Sides of the crops, as multiples of the least that holds the subject."""
PLACES = np.linspace(0, 1, 5)
"""Where the subject lies within the room that a size leaves it, along each axis."""
AIR = 0.05
"""Least room on every side of the subject, as a share of its own sides."""
BEST = 2
"""Drafts of each size."""


class Grounded:
    """Proposes all that was named together, from tight to wide, each size at its best places."""

    name = "grounded"

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        """Return up to BEST drafts of each of SIZES; none where nothing was named and found."""
        things = must_stay(brief.intent, [*brief.grounding.found, *brief.evidence]).named
        if not things:
            return []
        union = things[0].room.union(*(thing.room for thing in things[1:]))
        detail = ", ".join(dict.fromkeys(thing.what for thing in things))
        boxes = await asyncio.to_thread(composed, brief, union)
        return [draft(brief, Box.of(box), self.name, detail) for box in boxes]


def composed(brief: Brief, subject: Box) -> Boxes:
    """Return crops (N, 4) about a subject, tight ones first, each size where experts would crop."""
    sight = brief.view.sight
    shape = shape_of(sight, brief.target.ratio)
    preference = Preference.load()
    found: list[Boxes] = []
    for size in SIZES:
        boxes = placed(subject, size, shape)
        liked = preference.chosen(sight, boxes)
        found.append(boxes[diverse(boxes, liked, BEST)])
        if (boxes == boxes[0]).all():
            break  # as large as the photo allows
    return np.concatenate(found)


def placed(subject: Box, size: float, shape: float | None) -> Boxes:
    """Return crops (N, 4) of one size and shape that hold the subject, at all PLACES.

    `size` multiplies the sides of the least crop that holds the subject with its air; `shape` is
    width over height as shares of the photo's sides, None for that of the photo. Where the photo
    ends, so do the crops.
    """
    x, y = AIR * subject.width, AIR * subject.height
    x1, x2 = max(0.0, subject.x1 - x), min(1.0, subject.x2 + x)
    y1, y2 = max(0.0, subject.y1 - y), min(1.0, subject.y2 + y)
    ratio = shape or 1.0
    width, height = largest_of(ratio)
    height = min(height, max(y2 - y1, (x2 - x1) / ratio) * size)
    width = min(width, height * ratio)
    across, down = (axis.ravel() for axis in np.meshgrid(PLACES, PLACES))
    left = _starts(x1, x2, width, across)
    top = _starts(y1, y2, height, down)
    boxes = np.stack([left, top, left + width, top + height], 1)
    return np.asarray(np.clip(boxes, 0, 1))


def _starts(low: float, high: float, length: float, places: np.ndarray) -> np.ndarray:
    """Return the starts at which an interval of a length holds another, inside the photo."""
    first = max(0.0, min(high - length, 1 - length))
    last = min(1 - length, max(low, 0.0))
    return np.asarray(first + (max(first, last) - first) * places)
