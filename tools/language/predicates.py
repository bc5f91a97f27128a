"""Several things said of one thing in one breath: "the lighthouse whole on the left third, small".

Frames say one thing each. What is said in a row is read as if each part were said alone.
"""

import re
from collections.abc import Sequence
from functools import cache

from cropsmith.tools.language.frames import THING, Match, fitting, possible

ADV = (
    r"(?:a bit|a little|a touch|slightly|just|really|very|quite|rather|fairly|nice and|so|over|more"
    r"|well|fully|exactly|right|all|also)"
)
AT = r"(?:on|at|to|in|along|towards|near|toward|onto|into|within|inside)"
SAID = (
    r"(?:whole|intact|complete|uncut|entire|in full|fully visible|fully in-it|in one"
    r" piece|all in|readable|legible|visible|sharp and whole"
    rf"|(?:{ADV} )*(?:big|bigger|large|larger|huge|small|smaller|tiny|little)(?: in-it)?"
    rf"|(?:{ADV} )*(?:{AT} |(?<!and ))L\d+(?: of (?:P\d+|it|in-it|frame))?"
    rf"|(?:{ADV} )*(?:centered|off-center(?: {AT})? L\d+)"
    rf"|(?:{ADV} )*(?:low|high|low down|high up)(?: in-it)?"
    r"|in-it|tight|close)"
)
"""What may be said of a thing: whole, how large, where."""
SIZE = re.compile(r"\b(?:big|bigger|large|larger|huge|small|smaller|tiny|little|low|high)\b")
"""Beside one of these a side is where a thing is to lie, not which of several is meant."""
NEXT = r"(?: ,)?(?: and| but)?"
LEAD = (
    r"(?:with|so|that|and|have|put|place|position|get|set|want|i|keep|make|let|frame|but|i'd|like|love|need|leave"
    r"|show|please|fit|include|we|we'd|give|me)"
)
VERB = (
    r"(?:must|should|has to|have to|needs to|need to|is|are|be|to be|stays|stay|sits|sit"
    r"|goes|go|stands|stand|lies|lie"
    r"|comes|placed|kept|remain|remains)"
)
END = r"(?= [.,;]|$| (?:and|but|with|please|so|for|or|if)\b)"


@cache
def _breath() -> re.Pattern[str]:
    """Return the pattern of a thing of which two things or more are said."""
    return re.compile(
        rf"(?P<lead>(?:{LEAD} )*)(?P<thing>{THING})(?: ,)? (?P<verb>(?:{VERB} )*)"
        rf"(?P<said>(?:{SAID})(?:{NEXT} (?:{VERB} )*(?:{SAID}))+){END}"
    )


def breath_at(line: str, start: int) -> Match | None:
    """Return the thing and all that is said of it from a place on, where it is more than one."""
    return _breath().match(line, start)


def each_said(match: Match) -> Sequence[tuple[str, Match]]:
    """Return the wish of each part as if it were said alone; none where one has no frame."""
    found: list[tuple[str, Match]] = []
    said = [one[0] for one in re.finditer(rf"(?:{SAID})(?= |$)", match["said"])]
    which = "L" in said[0] and not match["verb"] and re.search(rf" {VERB} ", match["said"])
    moved = not which and (SIZE.search(match["said"]) or sum("L" in one for one in said) > 1)
    for one in said:
        lead = "put " if moved and "L" in one else match["lead"]
        high = " in-it" if re.search(r"\b(?:low|high)$", one) else ""
        line = f"{lead}{match['thing']} {match['verb']}{one}{high}"
        whole = [pair for pair in fitting(possible(line), line, 0) if pair[1].end() == len(line)]
        if not whole:
            return ()
        found.append(whole[0])
    return found
