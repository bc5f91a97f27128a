"""What hangs on a phrase: "the dog with the ball", "the man reading a newspaper"."""

import re

from cropsmith.tools.language.chunks import Chunk, Tagged, participle
from cropsmith.tools.language.lexicon import lexicon

LINKS = "|".join(re.escape(words) for words in lexicon().prepositions)
ATOM = r"[NHBKGWVYEZAU]\d+"
DOES = "is|are|was|has|have|looks|wears|holds|sits|stands"
STOPS = (
    r"and|but|so|or|no|not|without|with no|only|please|then|in-it|must|should"
    r"|shouldn't|mustn't|can|can't|could|needs|has|have"
    r"|will|may|still|isn't|aren't|i|we|you|gone|out|cut|crop|keep|leave|make|put|if|when|because|fills?"
)
"""Words that end a relative clause: another wish begins."""
WHICH = (
    rf" (?:who|that|which|whose|who's|that's)(?! (?:{STOPS})\b)"
    r"(?! (?:is |are )?(?:in-the-way|ruins?|spoils?|distracts?|bothers?|annoys?|ugly|annoying"
    r"|distracting|not|missing|cut|gone|just|only)\b)"
    rf"(?: (?!(?:{STOPS})\b)[^\s.,;|:]+){{1,6}}"
)
"""A relative clause, up to a sign or the next wish: "the girl who is laughing"."""
WHERE_ONE = (
    r" (?:he's|she's|it's|they're|i'm|we're|(?:he|she|they|i|we|J\d+)(?: is| are| am| was| were)?)"
    r" (?:[VNY]\d+|[a-z]{2,}(?:s|ed|ing)|sat|stood|lay|ran)"
    r" (?:under|on|in|at|by|with|behind|near|from|to|into|against|over"
    r"|through)(?= [.,;|]|$| (?:and|in-it|too|also|as)\b)"
    r"| (?:he's|she's|they're|(?:he|she|they)(?: is| are)?) (?:wearing|holding|wears|holds|rides"
    r"|riding|carrying|carries|pushing|pulling)(?= [.,;|]|$| and\b)"
)
"""What somebody does there, its preposition at the end: "the tree he's lying under"."""
STATE = (
    r"(?:printed|written|seated|sat|stood|asleep|dressed|hidden|held|worn|alone|together|down"
    r"|just|right|directly|parked|painted|perched|tied|attached|covered|filled"
    r"|surrounded|wrapped|stuck|caught|reflected|mirrored|mounted|loaded|lined|gathered|lit)"
)
"""What may stand between a thing and the place it is at: "the grandparents seated at the table"."""
MERGED = (
    rf"(?<!\S)(?P<head>{ATOM})"
    rf"(?: (?:{STATE} ){{0,2}}(?P<link>{LINKS}) {ATOM}(?!\S)"
    rf"| (?:who|that|which|who's)(?: (?:{DOES}))?(?: (?:in|on|at|with|by|near))? [A-Z]\d+(?!\S)"
    rf"|(?:{WHICH})|(?:{WHERE_ONE})"
    r"| (?:next to|beside|behind|near|nearest|closest to|with|in) (?:J\d+|it)(?!\S)"
    r"|(?<=[NHYV]\d)(?: under| above| below| around| on) (?:J\d+|it)(?!\S)"
    r"|(?<=[NHYV]\d) (?:behind|nearby|alongside|above|below|underneath"
    r"|opposite)(?: (?:on|at|to) L\d+)?(?= [.,|;]|$"
    r"| (?:must|should|can|may|might|is|are|has|have|mustn't|shouldn't|can't|isn't|aren't)\b)"
    r"| being [A-Z]\d+(?!\S)"
    r"|(?P<object>(?: (?:out|off|up|away|over|back|into|through))? [NHBKGWE]\d+"
    r"(?: (?:away|up|down|over|back|out of [NHBKG]\d+)(?!\S))?)(?!\S))"
)
"""A phrase with a preposition and another, a relative clause, or what a participle governs."""
EDGES = re.compile(
    r"(?:(?:^|[,.;|] )|\b(?:crop|cropped|cut|show|keep|take|frame|get|use|trim|goes|reach|include"
    r"|everything|all)(?: \S+)? )(?:just )?from $"
)
"""Before these a thing is an edge of the crop, "to" the other: "crop from the lamp to the door"."""
STANDING = (
    rf"({ATOM}) (?:(?:seated|sat|stood|asleep|dressed|parked|hidden"
    rf"|perched) )+(?=(?:on|at|in|to|near) L\d)"
)
"""How a thing stands at a side of the picture does not matter."""
AT_SIDE = rf"({ATOM}) (L\d+) (?=(?:must|should|shouldn't|has to|have to|needs to|can|stays|goes)\b)"
"""A side behind a thing of which something is said: "logo top left has to stay"."""
DOING = {"V": "N", "Y": "H"}
"""The classes of phrases that end in a participle, and what they are with its object."""
ENDING = {"N": "V", "H": "Y"}


def merged(line: str, chunks: list[Chunk], asked: re.Pattern[str]) -> Tagged:
    """Put each phrase and what hangs on it into one; `asked`: questions, which become wishes."""
    if not chunks:
        return Tagged(line, ())
    line = re.sub(STANDING, r"\1 ", line)
    line = re.sub(AT_SIDE, r"\1 on \2 ", line)
    place, hangs = 0, re.compile(MERGED)  # compiled when there is something to hang on
    while match := hangs.search(line, place):
        head = chunks[int(match["head"][1:])]
        if (
            (match["link"] == "to" and EDGES.search(line[: match.start()]))
            or (match["object"] and not (head.letter in DOING or _governs(head.words)))
            or (match["link"] == "with" and lexicon().classes.get(head.words.split()[-1]) == "Q")
        ):  # "for the website with the team in it"
            place = match.end("head")
            continue
        tail = match[0].removeprefix(match["head"])
        letter = _letter(head, tail, match["link"], chunks)
        words = re.sub(r"[A-Z](\d+)", lambda mark: chunks[int(mark[1])].words, tail)
        chunks.append(Chunk(letter, head.words + words, head.definite))
        line = f"{line[: match.start()]}{letter}{len(chunks) - 1}{line[match.end() :]}"
        place = match.start()
    return Tagged(asked.sub(r"\1 should ", line), tuple(chunks))


def _letter(head: Chunk, tail: str, link: str | None, chunks: list[Chunk]) -> str:
    """Return the class of a phrase with its tail."""
    letter = DOING.get(head.letter, head.letter)
    last = tail.rpartition(" ")[2]
    if re.fullmatch(r"[A-Z]\d+", last) and participle(chunks[int(last[1:])].words.split()[-1]):
        letter = ENDING.get(letter, letter)
    # Sky and ground with more to them are things: "the sky above the church".
    return "N" if letter in "KG" and link not in ("of", None) else letter


def _governs(words: str) -> bool:
    """Tell whether a phrase ends in a participle that something may follow."""
    return " " in words and participle(words.split()[-1])
