"""Room in words: copy space, parts of the frame, strips to trim: "leave room on the left"."""

import re
from dataclasses import dataclass, field

from cropsmith.tools.language.reading import Reading, either
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import CopySpace, Side, Tightness

SIDES = {
    "left": Side.LEFT, "right": Side.RIGHT, "top": Side.TOP, "bottom": Side.BOTTOM,
    "above": Side.TOP, "overhead": Side.TOP, "over": Side.TOP, "upper": Side.TOP,
    "below": Side.BOTTOM, "underneath": Side.BOTTOM, "under": Side.BOTTOM, "beneath": Side.BOTTOM,
    "lower": Side.BOTTOM,
}  # fmt: skip
OPPOSITE = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, Side.TOP: Side.BOTTOM}
OPPOSITE[Side.BOTTOM] = Side.TOP

SHARES = {
    "half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5, "two thirds": 2 / 3,
    "a half": 1 / 2, "a third": 1 / 3, "a quarter": 1 / 4, "one third": 1 / 3, "a fifth": 1 / 5,
    "one quarter": 1 / 4,
}  # fmt: skip
SHARE = rf"(?P<share>{either(SHARES)}|\d{{1,2}} ?(?:%|percent|per cent))"
SIDE = rf"(?P<side>{either(SIDES)})"
AT = (
    rf"(?!left (?:for|over|to)\b)(?:(?:on|at|to|in|along|towards?) )?(?:the |its )?(?:very "
    rf"|far )?{SIDE}(?:[- ]hand)?"
    r"(?: (?:side|edge|part))?"
)
WRITING = (
    r"(?:head(?:line|er|ing)|title|text|copy|caption|logo|tag ?line|slogan|quote|price|words"
    r"|lettering|writing|type|typography|overlay|call to action|cta|button|name|banner text)s?"
)
ROOM = (
    r"(?:(?:some|big|a bit(?: of)?|a bit more|a little(?: more)?|lots of|plenty of|loads of"
    r"|enough"
    r"|more|extra|a lot of|much)? ?"
    r"(?:clear |empty |blank |negative |free |white |copy |head|clean |open )?"
    r"(?:copyspace|headroom|room|space|negative space|gap|area|sky|strip))"
)
PURPOSE = rf"(?: (?:for|to (?:put|add|place|fit|hold)|so)\b[^,.|]*?{WRITING}(?: (?:there|in))?)?"
OF_IT = r"(?: of (?:the |it|him|her|them)?(?:\w+)?)?"
LEAVE = (
    r"(?:\b(?:and |but |with |please |also )*(?:leave|leaving|keep|keeping|give|add|have|need"
    r"|want"
    r"|put|i need|i want|we need|there should be|with)? ?(?:me |us |it )?)?"
)
PATTERNS = (
    # "leave 40% free on the right", "keep the bottom quarter empty"
    rf"{LEAVE}\b{SHARE}(?: (?:of )?(?:the |it)(?:\w+)?)?(?: (?:should|must|has to) be)?"
    rf" (?:free|empty|clear|blank|open)(?: space)? {AT}{PURPOSE}",
    rf"{LEAVE}(?:the |an )?\b(?:empty|clear|free|blank|open) {SIDE}(?: {SHARE}| side)?{PURPOSE}",
    rf"{LEAVE}(?:the )?\b{SIDE}(?:[- ]hand)?(?: side)?(?: {SHARE})?(?: of (?:the |it)(?:\w+)?)?"
    rf" (?:empty|clear|free|blank|open|uncluttered)\b{PURPOSE}",
    # "room on the left for a headline", "copy space at the top", "space above for text"
    rf"{LEAVE}\b{ROOM}(?: (?:in front of|next to|beside) \w+)? {AT}{OF_IT}{PURPOSE}",
    rf"{LEAVE}\b{ROOM} for (?:a |an |the |our |my |some )?{WRITING} {AT}",
    rf"{LEAVE}\b(?:on|at) (?:the )?{SIDE}(?: side)? {ROOM}{PURPOSE}",
    # "title goes left", "text on the left", "so the copy fits on the left"
    rf"(?:so (?:that )?)?(?:i want to |we will |we'll |i'll )?(?:overlay|place|put|add)?\b ?"
    rf"(?:a |an |the |our |my |some )?\b{WRITING}(?: (?:goes|go|will go|will be|fits|fit|can go"
    rf"|can fit|should go|sits|is))?(?: (?:there )?{AT})(?: too)?(?![\w-])",
)
PLACED = (
    rf"(?:(?:with|put|place|position|move|push|have|get|keep|and|i want|so that) )*"
    rf"(?P<what>(?:the |my |our )?(?:subject|main subject|it|him|her|them))"
    rf"(?: (?:is|sits|stands|should be|goes))? {AT}(?: {SHARE})?(?: of the (?:frame|picture"
    rf"|photo|"
    rf"image|shot))?(?! (?:third )?(?:empty|free))"
)
PUT = (
    rf"(?:with )?(?:put|place|position|move|push) (?P<what>(?:the |my |our )?[\w' -]+?)"
    rf" (?:on|to|in|at) the {SIDE}(?:[- ]hand)?(?: side)?(?: {SHARE})?(?: of the (?:frame|picture"
    rf"|photo|image|shot|crop))?(?=\s*(?:[,.|]|$|and ))"
)
WITH = (
    r"(?:^|(?<=[,|.] ))with (?P<what>(?:the|my|our|a|an) [\w' -]+?) on the (?P<side>left|right)"
    r"(?: third| side)?(?=\s*(?:[,.|]|$))"
)
STANDS = (
    r"(?:\bso (?:that )?)?(?P<what>\b(?:the|my|our|his|her) (?:(?! so | that )[\w' -])+?)"
    r" (?:is|are|sits|stands|ends up) (?:on|to|at) the"
    r" (?P<side>left|right)(?: third| side)?"
)
BARE = (
    r"(?:^|(?<=[,|.] )|(?<=with ))(?P<what>[a-z]+) on the (?P<side>left|right)"
    r"(?=\s*(?:[,.|]|$))"
)
HEADROOM = (
    r"(?:\b(?:with|give|leave|and|keep|add)(?: (?:it|him|her|them|me))? )?"
    r"(?:\b(?:some|a bit(?: more)?|a little|more|enough|extra|a bit of) )?(?:head ?room"
    r"|room above"
    r" (?:the|his|her|their) heads?)\b"
)
ABOVE_HEADS = 0.12
"""The share at the top that "some headroom" asks for."""
UNSIDED = (
    rf"{LEAVE}\b{ROOM}(?: left)? (?:for|to put|to add) (?:a |an |the |our |my |some )?{WRITING}"
)
VAGUE = (
    r"(?:(?:with|and) )?(?:lots of |plenty of |more |much )?(?:negative|empty|white|blank) space"
    r"(?: in front(?: of \w+)?| around(?: (?:it|him|her|them))?)?"
)


@dataclass
class Spaces:
    """What was read about room for words."""

    copy_space: CopySpace | None = None
    subjects: list[str] = field(default_factory=list)
    tightness: Tightness | None = None
    unclear: list[str] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)


def read_spaces(reading: Reading) -> Spaces:
    """Take copy space and placements of the subject, which free the other side."""
    spaces = Spaces()
    found = [_space(match) for pattern in PATTERNS for match in reading.take(pattern)]
    for pattern in (PLACED, PUT, STANDS, WITH, BARE):
        for match in reading.take(pattern):
            side = OPPOSITE[SIDES[match["side"]]]
            found.append(CopySpace(side=side))
            named = re.sub(r"^(?:the |my |our )", "", match["what"])
            if named not in ("subject", "main subject", "it", "him", "her", "them"):
                spaces.subjects.append(match["what"])
    if reading.took(HEADROOM) and not found:
        found.append(CopySpace(side=Side.TOP, share=ABOVE_HEADS))
    sides = list(dict.fromkeys(space.side for space in found))
    if len(sides) > 1:
        named = " and ".join(sides)
        spaces.contradictions.append(f"Room can be kept on one side only, not {named}.")
    if found:
        spaces.copy_space = found[0]
    for match in reading.take(UNSIDED):
        if not found:
            spaces.unclear.append(f"{match[0].strip()}: on which side?")
            spaces.tightness = Tightness.LOOSE
    if reading.took(VAGUE):
        spaces.tightness = Tightness.LOOSE
    return spaces


def _space(match: re.Match[str]) -> CopySpace:
    """Return the copy space of a match."""
    share = match.groupdict().get("share")
    side = SIDES[match["side"]]
    return CopySpace(side=side) if share is None else CopySpace(side=side, share=share_of(share))


def share_of(words: str) -> float:
    """Return "a quarter" or "40%" as a share."""
    if words in SHARES:
        return SHARES[words]
    return min(0.9, max(0.05, int(re.sub(r"\D", "", words)) / 100))


CUT = r"\b(?:cut|crop|trim|chop|take|shave|lose|remove|slice)"
EDGE = r"(?P<side>left|right|top|bottom)(?:[- ]hand)?(?: (?:side|edge|part|of (?:it|the photo)))?"
TRIMMED = (
    rf"{CUT}(?: away| out)? (?:about )?{SHARE}(?: off| from| of)(?: the)? {EDGE}",
    rf"{CUT}(?: away| out)? the {EDGE} {SHARE}(?: (?:off|away|out))?",
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
    rf" (?:on|at|to|along) (?:the )?{EDGE}(?=\s*(?:[,.|]|$))"
)
HOW_MUCH = (
    rf"{CUT}(?: off| away| out)? (?:the |a bit off the |some of the )?{EDGE}(?: off)?"
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
    for pattern in TRIMMED:
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
