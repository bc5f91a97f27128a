"""Strips of the photo to cut away, in words: "cut 10% off the top", "crop the bottom third"."""

from dataclasses import dataclass, field

from cropsmith.tools.language.reading import Reading
from cropsmith.tools.language.spaces import SHARE, share_of
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Side

CUT = r"\b(?:cut|crop|trim|chop|take|shave|lose|remove|slice)"
SIDE = r"(?P<side>left|right|top|bottom)(?:[- ]hand)?(?: (?:side|edge|part|of (?:it|the photo)))?"
PATTERNS = (
    rf"{CUT}(?: away| out)? (?:about )?{SHARE}(?: off| from| of)(?: the)? {SIDE}",
    rf"{CUT}(?: away| out)? the {SIDE} {SHARE}(?: (?:off|away|out))?",
)
ONLY = (
    r"(?:^|(?<=[,.|] ))(?:(?:i )?(?:only|just|keep|keeping|crop to|want|show|use) )*(?:the )?"
    rf"(?P<side>left|right|top|bottom|upper|lower) {SHARE}"
    r"(?: of (?:it|(?:the |this )?(?:picture|photo|image|frame)))?(?=\s*(?:[,.|]|$))"
)
OTHER = {
    "left": Side.RIGHT, "right": Side.LEFT, "top": Side.BOTTOM, "upper": Side.BOTTOM,
    "bottom": Side.TOP, "lower": Side.TOP,
}  # fmt: skip
EMPTY = (
    r"(?:\b(?:remove|cut|crop|trim|lose|less|get rid of|take)(?: out| away| off)?(?: some of"
    r"| of)?)"
    r" (?:the |that |some )?(?:empty |dead |blank |wasted |extra |unused )?(?:space|area|bit"
    r"|stuff)"
    rf" (?:on|at|to|along) (?:the )?{SIDE}(?=\s*(?:[,.|]|$))"
)
HOW_MUCH = (
    rf"{CUT}(?: off| away| out)? (?:the |a bit off the |some of the )?{SIDE}(?: off)?"
    r"(?=\s*(?:[,.|]|$))"
)


@dataclass
class Trims:
    """What was read about strips to cut away."""

    keep_out: list[Box] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)


def read_trims(reading: Reading) -> Trims:
    """Take strips with their share of the photo; without a share it is unclear how much."""
    trims = Trims()
    for pattern in PATTERNS:
        for match in reading.take(pattern):
            share = share_of(match["share"])
            trims.keep_out.append(_strip(Side(match["side"]), share))
    for match in reading.take(ONLY):
        trims.keep_out.append(_strip(OTHER[match["side"]], 1 - share_of(match["share"])))
    for match in [*reading.take(EMPTY), *reading.take(HOW_MUCH)]:
        trims.unclear.append(f"{match[0].strip()}: how much of it?")
    return trims


def _strip(side: Side, share: float) -> Box:
    """Return the strip of the photo along a side."""
    return {
        Side.LEFT: Box(x1=0, y1=0, x2=share, y2=1),
        Side.RIGHT: Box(x1=1 - share, y1=0, x2=1, y2=1),
        Side.TOP: Box(x1=0, y1=0, x2=1, y2=share),
        Side.BOTTOM: Box(x1=0, y1=1 - share, x2=1, y2=1),
    }[side]
