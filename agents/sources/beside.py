"""Crops beside what is to go: the largest on each of its sides, and those about other things."""

from collections.abc import Iterator, Sequence

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.sources.known import known_of
from cropsmith.agents.sources.source import draft
from cropsmith.tools.constraints.must_stay import is_within, roomy
from cropsmith.tools.photographer.grids import largest_of
from cropsmith.tools.photographer.preference import shape_of
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box

PLACES = (0.0, 0.5, 1.0)
"""Where a crop lies in the room on a side, along the axis that it does not fill."""
LEAST = 0.1
"""Share of the photo's side that a side's room must have."""
ROOM = 0.15
"""Room round another thing, as a share of its own sides."""
MOST = 3
"""Other things that a crop is proposed about, the most weighty first."""
OTHER = (EvidenceKind.THING, EvidenceKind.PERSON, EvidenceKind.FACE, EvidenceKind.SUBJECT)


class Beside:
    """Proposes what is left of the photo when a thing must go."""

    name = "beside"

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        """Return the drafts; none where nothing that is to go was found."""
        unwanted = [one for one in brief.seen if one.kind is EvidenceKind.AVOID]
        if not unwanted:
            return []
        shape = shape_of(brief.view.sight, brief.target.ratio)
        found = [
            draft(brief, box, self.name, one.phrase)
            for one in unwanted
            for box in beside(one.box, shape)
        ]
        about = others(known_of(brief), [one.box for one in unwanted])[:MOST]
        return [*found, *(draft(brief, roomy(e.box, ROOM), self.name, e.label) for e in about)]


def beside(thing: Box, shape: float | None) -> Iterator[Box]:
    """Yield the largest crops of a shape on each side of a thing; its own room for shape None.

    `shape` is width over height as shares of the photo's sides.
    """
    for x1, y1, x2, y2 in (
        (0.0, 0.0, thing.x1, 1.0),
        (thing.x2, 0.0, 1.0, 1.0),
        (0.0, 0.0, 1.0, thing.y1),
        (0.0, thing.y2, 1.0, 1.0),
    ):
        if min(x2 - x1, y2 - y1) < LEAST:
            continue
        if shape is None:
            yield Box.of((x1, y1, x2, y2))
            continue
        widest, highest = largest_of(shape)
        scale = min((x2 - x1) / widest, (y2 - y1) / highest)
        width, height = scale * widest, scale * highest
        for place in PLACES:
            left, top = x1 + place * (x2 - x1 - width), y1 + place * (y2 - y1 - height)
            yield Box.of((left, top, left + width, top + height))


def others(found: Sequence[Evidence], unwanted: Sequence[Box]) -> list[Evidence]:
    """Return what else there is, the largest and surest first."""
    rest = [
        one
        for one in found
        if one.kind in OTHER and not any(is_within(one.box, box) for box in unwanted)
    ]
    return sorted(rest, key=lambda one: -one.box.area * (one.confidence or 1.0))
