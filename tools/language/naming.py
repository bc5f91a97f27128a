"""What is left of a request: things to show, things to leave out, and words nobody understood."""

import re
import unicodedata
from dataclasses import dataclass, field

from cropsmith.tools.language.phrases import DETERMINERS, NUMERALS, split_phrases
from cropsmith.tools.language.reading import MARK, Reading, either, word_list

ORDER = r"(?:crop|make|keep|focus|just|show|leave|put)"
END = rf"(?=\s*(?:[.|;]|$|\bbut\b|, (?!and)|\b(?:and|then) {ORDER}\b))"
THING = r"(?P<what>[^.|;]+?)"
OUT = (
    r"(?:\bwith )?\b(?P<what>(?:the|that|this|those|my|his|her) (?:(?! and | so )[^,.|;])+?)"
    rf"(?: is| are)? (?:gone|removed|(?:cropped|cut|taken|left|edited) out){END}",
    r"\b(?P<what>[a-z]+)-free\b",
    rf"\b(?:there's|there is|it has|i see) (?:too much|too many) {THING}{END}",
    rf"\b(?:too much|too many|less|fewer) {THING}{END}",
    rf"\beverything (?:except|but|besides|apart from) {THING}{END}",
    rf"\b(?:crop|cut|leave|edit|keep|take) out (?:of )?{THING}{END}",
    rf"\b(?:crop|cut|leave|edit|keep|take|trim|chop|get)"
    rf" (?P<what>(?!(?:to|around|in|on)\b)[^,.|;]+?) out(?: of (?:it|this|the|here|there"
    rf"|frame)\b[^,.|;]*)?{END}",
    rf"\b(?:get|getting) rid of {THING}{END}",
    rf"\bi don't (?:want|need|like) (?:to (?:see|have|include) )?{THING}"
    rf"(?: in (?:it|there|here|(?:the |this )?(?:shot|frame|picture|photo|image|crop)))?{END}",
    rf"\b(?:don't|do not) (?:include|show|have|want) {THING}{END}",
    rf"\b(?:without|minus|except(?: for)?|excluding|exclude|omit|omitting|remove|removing|lose"
    rf"|losing|drop|ditch|avoid|avoiding|hide|hiding|skip|eliminate|erase|free of|but not|not"
    rf"|no more|no|lose) {THING}{END}",
)
PICTURE = r"(?:shot|frame|picture|photo|image|crop)"
TAIL = (
    rf"(?: (?:please|thanks|thank you|if (?:you can|possible)"
    rf"|(?:in|from) (?:it|there|here|(?:the |this )?{PICTURE})"
    r"|(?:is |are )?(?:clearly |fully )?visible|for me|at all|too|as well|instead|only|alone"
    r"|big|now"
    r"|this time))+$"
)
PRONOUNS = {"him", "her", "it", "them", "that", "this", "those", "these", "they", "that one"}
NOTHING = {
    "preference", "problem", "rush", "worries", "matter what", "idea", "thanks", "else", "other",
    "need", "sure", "nothing else", "more", "anything else", "alternatives", "options", "versions",
}  # fmt: skip

LEAD_IN = rf"^(?:(?:{'|'.join(word_list('lead_ins'))})(?:[ ,:]+|$))+"
EXCEPT = (
    r"(?:\b(?:crop|cut|leave|take|get rid of|remove|lose)(?: out)? )?"
    rf"\b(?:everyone|everybody|no one|nobody|all)(?: out)? (?:except|but|besides|apart from"
    rf"|other than)(?: for)? {THING}{END}"
)
PLACELESS = r"^(?:the |this |that )?(?:(?:left|right|top|bottom)(?:[- ]hand)? )?"
PLACELESS += r"(?:background|backdrop|part|side|half|edge|left|right|top|bottom|rest)$"
PLACE = (
    r"^(?:very )?(?:top|bottom|left|right|upper|lower|left-hand|right-hand)"
    r"(?:[- ](?:left|right|hand))?(?: (?:half|third|quarter|side|corner|part|edge|bit))?"
    r"(?: of (?:it|(?:the |this )?(?:picture|photo|image|frame)))?$"
)
VAGUE_ONE = r"^ones?(?: (?:next|beside|behind|near|on|in|at|to|by)\b|$)"
LOOKS = (
    r"(?:\b(?:can you|could you|please) )?\bmake (?:it|this|the (?:photo|picture|image))"
    r" (?:look|feel|seem) (?!good|nice|better|great)[^,.|;]+"
)
STAR = (
    r"(?:the )?(?:centered|in the (?:center|middle)|prominent|star|main (?:focus|subject|thing"
    r"|element)|focus|hero|subject|focal point"
    r"|center of attention)(?: of (?:the|this) \w+)?\b"
)
STARRING = (
    rf"\bmake (?P<what>[^,.|;]+?) {STAR}",
    rf"(?:\bso (?:that )?)?(?P<what>\b(?:the|my|our|his|her) (?:(?! so )[^,.|;])+?)"
    rf" (?:is|are|becomes|should be|to be|as) {STAR}",
)
NOT_CROPPING = rf"\b(?:{'|'.join(word_list('not_cropping'))})\b"
ABSTRACT = (
    r"^(?:make|let|have|give|turn) (?:it|this|that|the (?:photo|picture|image)|him|her|them)\b"
    r"(?P<rest>.*)$"
)
NARRATIVE = (
    r"\b(?:so )?(?:i|we) (?:just )?(?:took|shot|snapped|made|got|photographed) (?:this|it|that)\b"
    r"[^,.|;]*?(?=\s*(?:[,.|;]|$|\band (?:there|the|i)\b))",
    r"\b(?:it's|its|it is|this is|need this|need it|i need this) for (?:a |my |our |the |an )?"
    r"[\w' ]+?(?=\s*(?:[,.|;]|$))",
    r"\bif it (?:really )?helps\b",
)
FILLERS, MOODS = set(word_list("fillers")), set(word_list("moods"))
FOREIGN, NOT_THINGS = set(word_list("foreign")), set(word_list("not_things"))
MOODY = rf"\b(?:an? )?(?P<mood>{either(MOODS - FILLERS)}) (?=(?:crop|shot|photo|picture|image)\b)"


@dataclass
class Named:
    """Things named in words."""

    subjects: list[str] = field(default_factory=list)
    avoid: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)


def foreign(words: str) -> bool:
    """Tell whether words are in another language, by script or by their small words."""
    letters = [c for c in words if c.isalpha()]
    other = [c for c in letters if not unicodedata.name(c, "").startswith("LATIN")]
    if len(other) * 3 > len(letters):
        return bool(letters)
    found = re.findall(r"[^\W\d_]+", words.lower())
    hits = sum(word in FOREIGN for word in found)
    return hits >= 2 and hits * 5 >= len(found)


def gibberish(word: str) -> bool:
    """Tell whether a word cannot be English: no vowels, a walk over the keyboard."""
    if len(word) < 4 or not word.isalpha():
        return False
    vowels = re.search(r"[aeiouyà-ÿ]", word) is None
    return vowels or re.search(r"[bcdfghjklmnpqrstvwxz]{6}", word) is not None or any(
        walk in word for walk in word_list("keyboard_walks")
    )  # fmt: skip


def read_unable(reading: Reading) -> list[str]:
    """Take wishes that are not cropping: colours, rotation, retouching."""
    lead = r"(?:\b(?:and |then |also |please )*)(?:(?! and )[^,.|;])*?"
    pattern = rf"{lead}{NOT_CROPPING}[^,.|;]*?(?=\s*(?:[,.|;]|$|\band\b))"
    found = [match[0].strip() for match in reading.take(pattern)]
    return [re.sub(r"^(?:and|then|also|please) ", "", words) for words in found]


def read_names(reading: Reading) -> Named:
    """Take everything that is left: exclusions first, then subjects; the rest is unclear."""
    named = Named()
    named.unclear += [match[0].strip() for match in reading.take(LOOKS)]
    named.unclear += [match["mood"] for match in reading.take(MOODY)]
    for pattern in NARRATIVE:
        reading.took(pattern)
    for pattern in STARRING:
        named.subjects += [match["what"] for match in reading.take(pattern)]
    named.subjects += [match["what"] for match in reading.take(EXCEPT)]
    for pattern in OUT:
        for match in reading.take(pattern):
            _exclude(match, reading, named)
    for part in re.split(r"[.|;]|, |\bbut\b", reading.text):
        _sort(part.strip(" ,'\""), named)
    return named


def _exclude(match: re.Match[str], reading: Reading, named: Named) -> None:
    """Add what is to be left out; a pronoun stands for the thing named last before it."""
    what = re.sub(TAIL, "", match["what"].strip(" ,"))
    if what in NOTHING or what in FILLERS:
        return
    if what in PRONOUNS:
        before = reading.text.partition(MARK.strip())[0] if what != match["what"] else reading.text
        parts = [p.strip(" ,") for p in re.split(r"[.|;,]|\band\b|\bcan you\b", before)]
        things = [(p, _thing(p)) for p in parts if _thing(p) and _thing(p) not in PRONOUNS]
        if not things:
            named.unclear.append(match[0].strip())
            return
        words, what = things[-1]
        reading.text = reading.text.replace(words, MARK)
    if re.match(PLACELESS, what):
        named.unclear.append(match[0].strip())
        return
    for piece in split_phrases(what):
        plain = re.sub(r"^the ", "", piece)
        (named.unclear if re.match(VAGUE_ONE, plain) else named.avoid).append(piece)


def _thing(part: str) -> str:
    """Return the noun phrase in a part of the request; empty when there is none."""
    words = re.sub(LEAD_IN, "", part.strip())
    words = re.sub(TAIL, "", words).strip(" ,:'\"")
    return "" if words in FILLERS else words


def _sort(part: str, named: Named) -> None:
    """Decide what one part of the leftover names."""
    if not part or re.sub(TAIL, "", part) in FILLERS:
        return
    abstract = re.match(ABSTRACT, part)
    if abstract:
        rest = re.sub(TAIL, "", abstract["rest"].strip())
        if rest and rest not in FILLERS:
            named.unclear.append(part)
        return
    explicit = re.match(LEAD_IN, part) is not None
    words = _thing(part)
    if not words:
        return
    for piece in split_phrases(words):
        thing = _thing(piece)
        if not thing:
            continue
        if _nameable(thing, explicit):
            named.subjects.append(thing)
        else:
            named.unclear.append(thing)


def _nameable(words: str, explicit: bool) -> bool:
    """Tell whether words can name a thing to look for."""
    plain = re.sub(rf"^(?:{either(DETERMINERS)}) ", "", words)
    tokens = plain.split()
    if re.match(PLACE, plain):
        return False
    if plain in MOODS or plain in PRONOUNS or any(gibberish(token) for token in tokens):
        return False
    if all(token in MOODS or token in FILLERS for token in tokens):
        return False
    if not re.search(r"[a-z]", plain):
        return False
    named, _, _ = re.sub(r" (?:who|that|which|whose)\b", MARK, plain).partition(MARK)
    if any(token in NOT_THINGS for token in named.split()) or re.match(VAGUE_ONE, plain):
        return False
    determined = plain != words or re.match(rf"^(?:{NUMERALS})\b", words) is not None
    return explicit or determined or len(tokens) <= 9
