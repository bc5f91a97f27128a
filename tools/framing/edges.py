"""An edge of a named thing that is to be an edge of the crop: "cut everything left of the tree"."""

from collections.abc import Sequence

from cropsmith.tools.constraints.kinds import touched
from cropsmith.tools.constraints.shots import EdgeWithin, Range
from cropsmith.tools.framing.wish import Wish
from cropsmith.tools.schema.evidence import Evidence
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import Edge, Side
from cropsmith.tools.schema.result import CheckKind

SLACK = 0.005
"""Of the photo's side: how far the crop's edge may lie from the thing's, outwards."""


def edge_wish(edge: Edge, evidence: Sequence[Evidence], image: Size) -> Wish | str:
    """Return where that edge of the crop lies; or what to say when the thing was not found.

    Of several things of one name the outermost counts: what lies beyond all of them goes.
    """
    found = [e.box for e in evidence if e.phrase == edge.phrase and e.source != "saliency"]
    if not found:
        return f"“{edge.phrase}” was not found, so nothing was cut away by its {edge.side} edge."
    box = touched(found[0].union(*found[1:]), image)
    at = getattr(box, edge.side.value)
    across = edge.side in (Side.LEFT, Side.RIGHT)
    side = image.width if across else image.height
    slack = round(SLACK * side)
    first = edge.side in (Side.LEFT, Side.TOP)
    where = Range(max(0, at - slack), at) if first else Range(at, min(side, at + slack))
    wish = f"the {edge.side} edge at that of the {edge.phrase}"
    told = (
        f"The crop cannot end exactly at the {edge.side} edge of the {edge.phrase}: it is as near"
        " to it as the shape and what must stay allow."
    )
    return Wish(EdgeWithin(edge.side, where, image, wish, CheckKind.EDGE), told)
