"""Words that only say what is in the photo, as a caption does, told apart from requests."""

import re
from functools import cache

from cropsmith.tools.language.frames import closed_words
from cropsmith.tools.language.lexicon import lexicon

REQUEST_WORDS = re.compile(
    r"\b(?:the subject|everything|anything|nothing|something|can go|crop\w*|please|pls|plz|can"
    r" you|could you|want|wants|need|needs|without|no(?!\.? ?\d)|not|don't|only"
    r"|just|keep|leave|remove|lose|cut(?! the ribbon)|make|give|get rid|zoom|focus"
    r"|tight\w*"
    r"|loose\w*|passport|linkedin|facebook|youtube|portrait|square(?! looking)"
    r"|landscape|vertical|horizontal|\d+ ?[:x] ?\d+|px|instagram|banner|headline"
    r"|version\w*|option\w*|format|orientation|genre:\w+|looking-room|headroom|for"
    r" (?:my|our|the)|centered|frame|photo|picture|\d+ ?%|except|show|put|third"
    r"|closer|smaller|bigger|wide|wider|fill|everyone|everybody|in-it|story|avoid"
    r"|hide|includ\w+|excluding|whole|entire|complete|full|must|should|margin"
    r"|background|better|rather|instead|meant|other|on the (?:left|right)|exactly"
    r"|dead center|perfectly)\b"
)
TELLS = re.compile(
    r"\b(?:1[5-9]\d\d|20[0-3]\d)\b|\b(?:circa|c\.|ca\.|being|after|during|while|having|sits|stands|takes|cuts|runs|walks|plays|holds|looks|waits|rests|leaps|jumps|rides|crosses|climbs|watches"
    r"|smiles|laughs|sleeps|eats|flies|sails|enjoys|shares|poses|arrives|celebrates"
    r"|receives|opens|speaks|works|hugs|kisses|lies|rises|shines|is|are|was|were"
    r"|from left to right|\w+[a-z]ing)\b"
)
OWN_VERBS = frozenset("crop cut trim make give keep show put use take".split())
"""Of requests, though captions have words like them."""


def describes(text: str) -> bool:
    """Tell whether words only say what is in the photo, as a caption does."""
    words = re.findall(r"[\w'.-]+", text)
    if words[:1] and words[0] in ("what", "why", "how", "who", "where", "when", "which"):
        return False
    if len(words) < 4 or REQUEST_WORDS.search(text) or not TELLS.search(text):
        return False
    return not any(word in _commands() for word in words)


@cache
def _commands() -> frozenset[str]:
    """Return the verbs that frames are made of, as a request has them."""
    known = lexicon()
    other = known.function | known.verbs | known.adjectives | known.fillers | known.determiners
    verbs = closed_words() - other | OWN_VERBS
    return frozenset(word for word in verbs if not word.endswith(("ing", "s")))
