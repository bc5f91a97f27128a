"""Wishes to straighten a photo, read first: "straighten the horizon", "rotate 2° clockwise"."""

import re
from dataclasses import dataclass

from cropsmith.tools.language.reading import MARK, Reading
from cropsmith.tools.schema.level import MOST
from cropsmith.tools.schema.request import Straighten

LEAD = r"(?:\b(?:and|then|also|please|just|can you|could you|so) )*"
PHOTO = r"(?:it|this|that|(?:the |my |this )?(?:photo|picture|image|pic|shot|one))"
HORIZON = r"(?:(?:the |my |that )?(?:(?:tilted|crooked|wonky|slanted|sloping) )?horizon(?: line)?)"
ASKED = (
    r"(?: (?:a (?:bit|little|touch)|slightly|out|up|properly|please|too|for me"
    r"|if (?:you can|u can|poss(?:ible)?|needed)))*"
)
CROOKED = r"(?:wonky|crooked|tilted|slanted|skew(?:ed)?|sloping|not (?:level|straight|even))"
IS = r"(?:'s| is| looks| seems)(?: (?:a (?:bit|little)|so|really|quite|slightly))*"
FIX = r"(?: ?[,.;]? (?:so |please |and )*(?:fix|correct|straighten|level|sort)"
FIX += r"(?: (?:it|that))?(?: out)?)?"
END = (
    r"(?=\s*(?:[,.;|!]|$|\band\b|\bthen\b|\bbut\b|\bto \d|\bas \b|\bat \b|\bfor \b|\d+ ?[x:] ?\d))"
)

BY_LINES = (
    rf"{LEAD}(?:straighten|untilt)(?: out| up)?(?: (?:{PHOTO}|{HORIZON}|the tilt))?{ASKED}{END}"
    rf"|{LEAD}(?<!eye )(?<!ground )level(?: out| up)? (?:{PHOTO}|{HORIZON}){ASKED}{END}"
    rf"|{LEAD}(?:make|get|keep) (?:{HORIZON}|{PHOTO}) (?:level|straight){ASKED}{END}"
    rf"|{LEAD}(?:make|get|keep) {HORIZON} horizontal{ASKED}{END}"
    rf"|{LEAD}(?:fix|correct) (?:{HORIZON}|the tilt){ASKED}{END}"
    rf"|{LEAD}(?:a |with a )?(?:level|straight) horizon{END}"
    rf"|(?:{HORIZON}|{PHOTO}){IS} {CROOKED}{FIX}{END}"
    rf"|\b(?:it's|its)(?: (?:a (?:bit|little)|so|really|quite|slightly))* {CROOKED}{FIX}{END}"
)
"""The lines of the photo say by how much."""
TURN = r"(?:rotate|turn|tilt|straighten)"
DEGREES = r"(?:degrees?|deg|°)"
VERB_LAST = rf"(?=[-+\d](?:[^,;]|(?<=\d),(?=\d))*? {TURN}{END})"
"""In other languages the verb may come last."""
BY_DEGREES = (
    rf"(?:{LEAD}{TURN}(?: {PHOTO})?(?: by)? |(?<![\d.,])(?:by |around )?{VERB_LAST})"
    r"(?P<sign>[-+])?(?P<degrees>(?:15(?:[.,]0+)?|1[0-4](?:[.,]\d+)?|\d(?:[.,]\d+)?))"
    rf" ?{DEGREES}(?: (?:to the )?(?P<way>clockwise|cw|right|counter-?clockwise|counter clockwise"
    rf"|anti-?clockwise|anti clockwise|ccw|left))?(?: {TURN})?{ASKED}{END}"
)
LEANS = (
    r"(?=[^,.;]*?\b(?:off|out|tilt|lean|slop|crooked|slant|rotated|skewed|wonky))"
    rf"(?:{HORIZON}|{PHOTO}|everything|(?:the|my) \w+|it's|its)(?:'s| is| looks)?"
    r" (?:(?:about|around|roughly|off|out|by|a good|tilted|tilts|leans?|leaning|sloping|slopes"
    r"|crooked|slanted|slants|rotated|skewed|wonky) )+(?P<degrees>\d+(?:\.\d+)?)"
    rf" ?{DEGREES}(?: (?:off|out|too far"
    r"|(?:to|towards) the|level|straight|anti-?clockwise|counter-?clockwise|clockwise"
    rf"|(?P<way>left|right)))*{FIX}{END}"
)
"""It is said how crooked the photo is: what leans to the left is turned to the right."""
TOO_FAR = re.compile(rf"\b{TURN}\b.*?\b\d+(?:[.,]\d+)? ?{DEGREES}|\b\d+ ?{DEGREES}.*\b{TURN}\b")
NOT = (
    r"\b(?:don't|dont|do not|never|no need to|needn't|not to|without|no)(?: (?:ever|even|please))*"
)
NOT_TURNED = (
    rf"{NOT} (?:(?:straighten|rotat|untilt)(?:e|ed|ing)?(?: out| up)?(?: (?:{PHOTO}|{HORIZON}))?"
    rf"|(?:level|turn|tilt)(?:l?ing)?(?: out| up)? (?:{PHOTO}|{HORIZON})){ASKED}{END}"
)
"""As it is anyway; taken first, that it does not become its opposite."""
POLITE = re.compile(r"\b(?:please|pls|thanks|thank you|thx|hi|hello|crop)\b")
LEFT = re.compile(r"c(?:ounter|cw)|anti|left")


def why_not_turned(words: str) -> str:
    """Return why words that were left out could not be done, if they ask for a larger turn."""
    found = TOO_FAR.search(words)
    return f"a photo is turned by at most {MOST:g} degrees, either way" if found else ""


@dataclass(frozen=True)
class Said:
    """What a request says of straightening."""

    wish: Straighten | None = None
    doubtful: tuple[str, ...] = ()
    alone: bool = False
    """Nothing else is asked: all that need not go stays."""


def read_straighten(reading: Reading) -> Said:
    """Take what is said of straightening; larger turns are left to be told as other work."""
    reading.took(NOT_TURNED)
    wish: Straighten | None = "auto" if reading.took(BY_LINES) else None
    doubtful: list[str] = []
    for match in reading.take(BY_DEGREES):
        degrees = float(match["degrees"].replace(",", "."))
        back = bool(match["way"] and LEFT.search(match["way"])) != (match["sign"] == "-")
        wish = -degrees if back else degrees
        if not (match["way"] or match["sign"]):
            doubtful.append(f"{match[0].strip()}: taken for clockwise")
    for match in reading.take(LEANS):
        degrees, way = float(match["degrees"]), match["way"] or _turned_way(match[0])
        if way and degrees <= MOST:
            wish = degrees if way == "left" else -degrees
        else:
            wish = "auto"
            doubtful.append(f"{match[0].strip()}: turned as far as the photo's own lines say")
    rest = reading.text.replace(MARK, " ")
    return Said(
        wish, tuple(doubtful), wish is not None and not re.search(r"\w", POLITE.sub("", rest))
    )


def _turned_way(words: str) -> str:
    """Return to which side a photo leans that is turned clockwise, or the other way."""
    if re.search(r"anti|counter", words):
        return "left"
    return "right" if "clockwise" in words else ""
