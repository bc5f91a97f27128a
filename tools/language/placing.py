"""Frames about where things lie: placement, horizon, room for words."""

import re

from cropsmith.tools.language.chunks import Tagged
from cropsmith.tools.language.frames import Match
from cropsmith.tools.language.naming import Names
from cropsmith.tools.language.sides import OPPOSITE, Where, share_of, where
from cropsmith.tools.language.wishes import Wishes
from cropsmith.tools.schema.request import Across, CopySpace, Down, Tightness

MOVING = re.compile(
    r"\b(?:put|place|position|move|push|get|set|have|with|so|shift|line|align|must"
    r"|should|has|to be|needs|goes|centered"
    r"|center|centering|have|make|frame|and a bit|i want|i need)\b"
)
"""Words that tell where a thing is to lie, not which of several is meant."""


SMALL = re.compile(r"\b(?:tiny|small|smaller|(?<!a )little)\b")
LARGE = re.compile(r"\b(?:big|bigger|large|larger|huge|close|tight)\b")


def act_place(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """A thing lies somewhere in the crop, or is the one that lies there in the photo."""
    groups = match.groupdict()
    named = str(groups.get("thing") or groups.get("centred") or groups.get("pronoun") or "")
    side = where(request.words(str(groups.get("side") or ("" if groups.get("up") else "center"))))
    before, _, rest = match[0].partition(named) if named else (match[0], "", "")
    heading = re.search(
        r" (?:facing|looking|heading|running|walking|moving|flying)$", request.words(named)
    )
    if heading and rest == f" {groups.get('side')}":
        wishes.unclear.append(request.words(match[0]))
        names.plain(request.words(named).removesuffix(heading[0]), "subject")
        return  # where it looks, not where it lies
    close = any(d in (Tightness.TIGHT, Tightness.FILL) for d in wishes.distances)
    if close and len(side.sides) == 2 and re.fullmatch(r"( ,)? \S+", rest):
        # "detail of the signature, lower right": close on it, where it lies in the photo.
        names.add(f"{named} on {groups['side']}", "subject", choosing=True)
        return
    if match[0].endswith(" vertically"):
        wishes.down = Down.CENTER
        names.add(named, "subject")
        return
    chosen = _tells_which(match, request, names, named, side)
    first = names.chunk(named) if named else None
    if first is not None and first.letter == "W":
        if chosen and before.startswith("keep"):
            names.keep_text(named)
            return  # beside the picture that it is about
        if side.sides and (not chosen or re.match(r" (?:goes|go|comes|come) ", rest)):
            room = CopySpace(side=side.sides[0])
            share = min(0.9, side.share or room.share)
            wishes.spaces.append(room.model_copy(update={"share": share}))
            return
    if (
        chosen
        and groups.get("side")
        and not re.search(r"\b(?:should|must|has to|to be|needs|goes|lower|upper)\b", rest)
        and len(side.sides) < 3
    ):
        names.add(f"{named} on {groups['side']}", "subject", choosing=True)
        return
    if (
        side.middle
        and groups.get("side")
        and names.definite(named)
        and not MOVING.search(before)
        and " in " in rest
    ):
        # "the girl in the middle" is one of several; "her in the middle" is a wish.
        names.add(f"{named} in {groups['side']}", "subject", choosing=True)
        wishes.across = side.across
        return
    if named == "it" and wishes.spoken_of_horizon and side.down:
        wishes.horizon = side.down
        return
    _size(rest, wishes)
    _put(match, request, wishes, names, named, side)


def _tells_which(match: Match, request: Tagged, names: Names, named: str, side: Where) -> bool:
    """Tell whether a side says which thing is meant, rather than where it is to lie."""
    before, _, rest = match[0].partition(named) if named else (match[0], "", "")
    if side.third or MOVING.search(before):
        return False
    # "my husband is on the right" tells who he is.
    told = re.match(r" (?:is|are) (?:the one |standing |sitting )?(?:on|at) ", rest) is not None
    if not told and not (names.definite(named) and not names.articled and not side.middle):
        return False
    if not told and before.startswith("keep") and rest.startswith(" to "):
        return False
    if SMALL.search(rest) or LARGE.search(rest):
        return False
    said = str(match.groupdict().get("side") or "")
    words = request.words(said)
    # "the flower lower half", "the ship in the upper half"
    halved = re.search(r"\b(?:upper|lower)\b", words) and rest == f" {said}"
    if halved or re.search(r"\bhalf$", words):
        return False
    if rest.startswith(" ,") or "off-center" in rest:
        return False
    return re.match(r" (?:near|along|toward|slightly|just|a bit)", rest) is None


def _put(
    match: Match, request: Tagged, wishes: Wishes, names: Names, named: str, side: Where
) -> None:
    """Note where a thing is to lie; only one can be placed."""
    key = names.bare_words(named) if named else ""
    if key and wishes.placed and key != wishes.placed:
        names.add(named, "subject")
        wishes.unclear.append(f"{request.words(match[0])}: only the {wishes.placed} can be placed")
        return
    if wishes.placed:
        _tell_torn(wishes, side.across)
    wishes.placed = key or wishes.placed
    wishes.across = side.across or wishes.across
    wishes.down = side.down or wishes.down
    if up := match.groupdict().get("up"):
        high = up in ("up", "high", "higher")
        wishes.down = Down.UPPER_THIRD if high else Down.LOWER_THIRD
    chunk = names.chunk(named) if named else None
    if named and not (chunk is not None and chunk.letter == "B" and wishes.named("subject")):
        names.add(named, "subject")


def _size(words: str, wishes: Wishes) -> None:
    """Take how large a thing is to be that is placed: "tiny at the bottom"."""
    if SMALL.search(words):
        wishes.distances.append(Tightness.LOOSE)
    elif LARGE.search(words):
        wishes.distances.append(Tightness.TIGHT)


def _tell_torn(wishes: Wishes, across: Across | None) -> None:
    """Note that one thing cannot lie both on the left and on the right."""
    sides = {str(one).split()[0] for one in (wishes.across, across) if one is not None}
    if {"left", "right"} <= sides:
        wishes.contradictions.append("One thing cannot lie both on the left and on the right.")


def act_horizon(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """The horizon lies high or low; more sky asks for a low one."""
    groups = match.groupdict()
    if groups.get("more") or groups.get("less"):
        words = str(groups.get("more") or groups.get("less"))
        sky = "K" in words
        if not sky and "N" in words:
            names.add(words.removeprefix("of "), "subject")
            return
        low = sky == bool(groups.get("more"))
        chunk = names.chunk(words.removeprefix("of "))
        if chunk is not None and chunk.definite and len(chunk.words.split()) > 2:
            names.add(words.removeprefix("of "), "subject")
        _lay(wishes, Down.LOWER_THIRD if low else Down.UPPER_THIRD)
        return
    height = request.words(str(groups.get("height") or groups.get("height1") or ""))
    if re.search(r"straight", height):
        wishes.unclear.append(request.words(match[0]))
    elif re.search(r"high|top|upper", height):
        _lay(wishes, Down.UPPER_THIRD)
    elif re.search(r"low|bottom", height):
        _lay(wishes, Down.LOWER_THIRD)
    else:
        _lay(wishes, Down.CENTER)


def _lay(wishes: Wishes, height: Down) -> None:
    """Lay the horizon; two heights exclude each other."""
    wishes.horizon = height
    if any(said is not height for said in wishes.horizons):
        wishes.contradictions.append("The horizon cannot be both high and low.")
    wishes.horizons.append(height)


def act_space(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Room for words along a side."""
    groups = match.groupdict()
    said = str(groups.get("side") or groups.get("vertical") or "")
    if _above_head(match, wishes, names):
        wishes.headroom = True
        return
    side = where(request.words(said))
    share = share_of(str(groups.get("share") or "")) or side.share
    if not said:
        wishes.unsided.append("")
        return
    if not side.sides:
        wishes.unclear.append(request.words(match[0]))
        return
    corner = len(side.sides) > 1
    chosen = side.sides[-1] if corner else side.sides[0]
    if corner:
        wishes.unclear.append(
            f"{request.words(match[0])}: room can be kept along one side, not in a corner"
        )
    wishes.spaces.append(
        CopySpace(side=chosen) if share is None else CopySpace(side=chosen, share=min(0.9, share))
    )


def _above_head(match: Match, wishes: Wishes, names: Names) -> bool:
    """Tell whether room is asked for above somebody, and not for words."""
    if wishes.shot and re.search(r"R\d+ on top$", match[0]):
        return True
    above = re.search(r" (?:above|over) (?:([A-Z])\d+|it|overhead)$", match[0])
    if above is None or re.search(r"\bW\d|%|#", match[0]):
        return False
    if above[1] in ("H", "Y", "B"):
        return True
    named = [m.letter for m in wishes.mentions if m.role == "subject"]
    return above[1] in ("J", None) and (not named or named[-1] in "HYJ")


def act_unsided(match: Match, request: Tagged, wishes: Wishes, names: Names) -> None:
    """Room for words without a side."""
    wishes.unsided.append(request.words(match[0]))


def settle_unsided(wishes: Wishes) -> None:
    """Give room without a side the one that the subject leaves free, or tell that none was said."""
    if wishes.unsided and not wishes.spaces:
        placed = [s for s in where(f"{wishes.across or ''} {wishes.down or ''}").sides]
        if placed:
            wishes.spaces.append(CopySpace(side=OPPOSITE[placed[0]]))
        else:
            wishes.unclear += [f"{words}: on which side?" for words in wishes.unsided if words]


THIRDS = {Across.LEFT: Across.LEFT_THIRD, Across.RIGHT: Across.RIGHT_THIRD}
HEIGHTS = {Down.TOP: Down.UPPER_THIRD, Down.BOTTOM: Down.LOWER_THIRD}


def settle_thirds(wishes: Wishes) -> None:
    """Take a side for its third, by the rule of thirds; without a side it is told."""
    if not (wishes.across or wishes.down):
        wishes.unclear.append("rule of thirds: on which side?")
    wishes.across = THIRDS.get(wishes.across, wishes.across) if wishes.across else None
    wishes.down = HEIGHTS.get(wishes.down, wishes.down) if wishes.down else None
