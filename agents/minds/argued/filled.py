"""One filled answer to each argued question: what the prompt shows of the form.

The values are no photo's own. Shapes and counts are those that are asked, so that an example never
contradicts its question.
"""

from collections.abc import Sequence

from pydantic import BaseModel

from cropsmith.agents.minds.argued.answers import (
    LETTERS,
    AnalysisAnswer,
    CropIdea,
    ElementSeen,
    LineSeen,
    Proposals,
    QuickProposals,
    Seen,
    Understanding,
)
from cropsmith.agents.minds.argued.roles import AskedRole
from cropsmith.agents.minds.asking.wishes import largest_box
from cropsmith.tools.schema.evidence import Element
from cropsmith.tools.schema.geometry import Box, Point, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Target, Tightness

FREE = (Box(x1=0.08, y1=0.11, x2=0.83, y2=0.94), Box(x1=0.31, y1=0.24, x2=0.77, y2=0.82))
"""Boxes of no particular shape."""

UNDERSTANDING = Understanding(
    subjects=["red kite"],
    avoid=["litter bin"],
    tightness=Tightness.NORMAL,
    copy_space="none",
    unclear=[],
    read_back="Crop to the red kite and leave out the litter bin.",
)

ANALYSIS = AnalysisAnswer(
    scene="A red kite high above an empty beach.",
    subjects=[Seen(name="red kite", box=Box(x1=0.61, y1=0.12, x2=0.74, y2=0.27))],
    elements=[
        ElementSeen(
            element=Element.HORIZONTAL, remark="the sea's edge in the lower third", strength=0.8
        )
    ],
    lines=[LineSeen(kind="horizon", start=Point(x=0.0, y=0.68), end=Point(x=1.0, y=0.67))],
    distractions=[Seen(name="litter bin", box=Box(x1=0.02, y1=0.83, x2=0.07, y2=0.96))],
    focal_point=Point(x=0.68, y=0.2),
    remark="A crop without the left edge would lose the bin and bring the kite nearer to a third.",
)


def proposals_like(
    roles: Sequence[AskedRole], target: Target, size: Size, *, quick: bool
) -> BaseModel:
    """Return two crops of the asked shape, in the first and the last of the roles."""
    wide, close = _boxes(target, size)
    crops = [
        CropIdea(
            role=roles[0],
            element=Element.RULE_OF_THIRDS,
            reason="The kite stands on the upper right third, with the whole sweep of the beach.",
            box=wide,
        ),
        CropIdea(
            role=roles[-1],
            element=Element.DIAGONAL,
            reason="The line leads from the corner up to the kite, and the bin is gone.",
            box=close,
        ),
    ]
    if not quick:
        return Proposals(crops=crops, keep=False)
    thoughts = "A red kite above a beach; the sea's edge carries it, a bin at the left distracts."
    return QuickProposals(thoughts=thoughts, crops=crops, keep=False)


def choice_like(form: type[BaseModel], count: int) -> BaseModel:
    """Return a choice among the first `count` letters."""
    ranking = list(LETTERS[:count][::-1])
    return form.model_validate(
        {
            "comparison": f"{ranking[0]} keeps the kite whole with air before it; the others "
            "crowd it or keep the bin.",
            "ranking": ranking,
            "choice": ranking[0],
            "reject": False,
            "reasons": ["The kite has room to fly into.", "The bin is gone."],
        }
    )


def _boxes(target: Target, size: Size) -> Sequence[Box]:
    ratio = target.ratio or (Ratio.of_size(target.size) if target.size else None)
    if ratio is None:
        return FREE
    largest = largest_box(ratio, size)
    return [_placed(largest, share, at) for share, at in ((0.9, 0.7), (0.6, 0.4))]


def _placed(largest: Box, share: float, at: float) -> Box:
    """Return a box of the largest one's shape, `at` of the room there is from left and top."""
    width, height = share * largest.width, share * largest.height
    left, top = at * (1 - width), at * (1 - height)
    return Box(x1=left, y1=top, x2=left + width, y2=top + height)
