"""Noun phrases: "the two dogs on the left" -> what to look for, how many, which of them."""

import re

from cropsmith.tools.language.numerals import COUNTED, ORDINALS, number
from cropsmith.tools.language.reading import either
from cropsmith.tools.schema.request import Phrase

DETERMINERS = (
    "the", "a", "an", "my", "our", "your", "his", "her", "their", "its", "this", "that", "these",
    "those", "some", "any", "all", "all of", "all the", "every", "each", "another", "that one",
)  # fmt: skip
PRONOUNS = {"him": "man", "he": "man", "himself": "man", "her": "woman", "she": "woman",
"herself": "woman", "them": "people", "they": "people",
            "themselves": "people"}  # fmt: skip
"""Whom a pronoun means where nobody was named before."""
NUMERALS = "|".join((r"\d{1,2}", either(COUNTED), "both", "a couple of", "a pair of"))
JOINT = re.compile(r" (?:, )?(?:and|&|\+|plus|including|or|nor)(?: also)? | , ")
BACKDROP = re.compile(r"(?:the |this |that )?(?:background|backdrop|rest)")
UNLINKED = re.compile(rf"^(?:{either(DETERMINERS)}|{NUMERALS})\b")
EVERYONE = {"everyone", "everybody", "all of us", "all of them", "us all", "us", "the group"}

SUPERLATIVES = {
    "leftmost": "leftmost", "left-most": "leftmost", "rightmost": "rightmost",
    "right-most": "rightmost", "topmost": "topmost", "uppermost": "topmost", "highest": "topmost",
    "bottommost": "bottommost", "lowest": "bottommost", "largest": "largest",
    "biggest": "largest", "bigger": "largest", "larger": "largest", "smallest": "smallest",
    "smaller": "smallest", "tiniest": "smallest", "littlest": "smallest", "tallest": "tallest",
    "taller": "tallest", "shortest": "shortest", "widest": "widest", "nearest": "nearest",
    "closest": "nearest", "closer": "nearest", "nearer": "nearest", "frontmost": "nearest",
    "furthest": "farthest", "farthest": "farthest", "middle": "middle", "central": "middle",
    "left": "leftmost", "right": "rightmost", "left-hand": "leftmost", "right-hand": "rightmost",
    "far left": "leftmost", "far right": "rightmost", "top": "topmost", "bottom": "bottommost",
    "center": "middle",
}  # fmt: skip
"""Words before a noun that choose among several."""

PARTS = frozenset(("top", "bottom", "middle", "center", "left", "right"))
"""Of these "of" makes parts of a thing; of "the largest of the three" it does not."""

SIDES = {
    "left": "left", "far left": "left", "left side": "left", "left hand side": "left",
    "left-hand side": "left", "lefthand side": "left", "right": "right", "far right": "right",
    "right side": "right", "right hand side": "right", "right-hand side": "right",
    "righthand side": "right", "top": "top", "very top": "top", "bottom": "bottom",
    "very bottom": "bottom",
}  # fmt: skip
MOST = {"left": "leftmost", "right": "rightmost", "top": "topmost", "bottom": "bottommost"}
OF_PICTURE = r"(?: (?:of|in) (?:the |this )?(?:picture|photo|image|frame|shot|scene|background))?"
ON_SIDE = (
    rf"(?: (?:who is|who's|that is|that's))? (?:on|at|to|in|towards?|over on|near) (?:the "
    rf"|your )?"
    rf"(?P<side>{either(SIDES)}){OF_PICTURE}$"
)
IN_CORNER = (
    r" (?:in|at|on) (?:the )?(?P<v>top|upper|bottom|lower)[- ](?P<h>left|right)"
    rf"(?:[- ]?(?:hand)?)?(?: (?:corner|part|side))?{OF_PICTURE}$"
)
CORNER_OF = (
    r"^(?P<v>top|upper|bottom|lower)[- ](?P<h>left|right)(?:[- ]hand)? (?!of\b|corners?\b|part\b"
    r"|side\b|quarter\b|half\b|third\b)(?P<noun>.+)$"
)
IN_MIDDLE = rf" (?:in|at) the (?:very )?(?:middle|center){OF_PICTURE}$"
NEAR = r" (?:in (?:the )?front|in the foreground|(?:closest|nearest)(?: to (?:us|me|the camera))?)$"
AT_EDGE = (
    r" (?:at|on|along|near|by) (?:the |either )?(?:very |outer |far )?(?:edges?|sides?|borders?)"
    rf"{OF_PICTURE}$"
)
ORDINAL = (
    rf"^(?P<n>{either(ORDINALS)}|1st|2nd|3rd|[4-9]th|last)(?: one)? (?P<noun>.+?)"
    rf" (?:from|on|counting from) (?:the )?(?P<side>left|right|top|bottom)$"
)
AFTER = (
    rf"^(?P<noun>.+?) (?P<n>{either(ORDINALS)}|1st|2nd|3rd|[4-9]th)"
    r" (?:from|on) (?:the )?(?P<side>left|right|top|bottom)$"
)
OF_THEM = r"^(?:one )?of (?:the )?"


def phrase_of(words: str) -> Phrase:
    """Return a noun phrase, its article stripped, with its count and position apart."""
    words = words.strip(" ,.'\"")
    if re.sub(r"^the ", "", words) in EVERYONE or words in EVERYONE:
        return Phrase(text=words, head="people")
    words = re.sub(r" (?:who|that|which)(?: is| are|'s) ", " ", words)
    if group := re.match(rf"^(?:all )?(?P<n>{NUMERALS}) of (?:us|them|you)$", words):
        return Phrase(text=words, head="people", count=number(group["n"]))
    text, count = _counted(_without_determiner(words))
    if count is None:
        text = _without_determiner(text)
    head, position = _positioned(text)
    if count is None and position is not None:
        among = re.match(rf"^(?:{either(SUPERLATIVES)}) of\b", text) is not None
        head, count = (_counted(head)[0], None) if among else _counted(head)
    head = re.sub(rf"^(?:{either(DETERMINERS)}) ", "", head)
    plain = _without_determiner(words)
    return Phrase(text=plain or words, head=head or plain, count=count, position=position)


def _without_determiner(words: str) -> str:
    """Strip articles and the like: "all of the dogs" -> "dogs"."""
    return re.sub(rf"^(?:(?:{either(DETERMINERS)}) )+(?:of )?(?:the )?", "", words)


def _counted(words: str) -> tuple[str, int | None]:
    """Split "two dogs" into dogs and 2."""
    match = re.match(rf"^(?P<n>{NUMERALS})(?: of)?(?: the| my| our)? (?P<rest>.+)$", words)
    if match is None:
        return words, None
    return match["rest"], number(match["n"])


def _positioned(words: str) -> tuple[str, str | None]:
    """Split what to look for from which of several it is."""
    if ordinal := re.match(ORDINAL, words) or re.match(AFTER, words):
        counted = re.search(r" from (?:the )?\w+$", words) is not None
        return ordinal["noun"], _ordinal(ordinal["n"], ordinal["side"], counted)
    if corner := re.match(CORNER_OF, words):
        return corner[
            "noun"
        ], f"{'top' if corner['v'] in ('top', 'upper') else 'bottom'} {corner['h']}"
    if superlative := re.match(rf"^(?P<word>{either(SUPERLATIVES)}) (?P<noun>.+)$", words):
        if superlative["word"] in PARTS and superlative["noun"].startswith("of "):
            return words, None  # "the top of the tower" is a part of it
        noun = re.sub(OF_THEM, "", superlative["noun"])
        return noun, SUPERLATIVES[superlative["word"]]
    for pattern, name in ((IN_MIDDLE, "middle"), (NEAR, "nearest"), (AT_EDGE, "edge")):
        if found := re.search(pattern, words):
            return words[: found.start()], name
    if corner := re.search(IN_CORNER, words):
        vertical = "top" if corner["v"] in ("top", "upper") else "bottom"
        return words[: corner.start()], f"{vertical} {corner['h']}"
    if side := re.search(ON_SIDE, words):
        return words[: side.start()], MOST[SIDES[side["side"]]]
    return words, None


def _ordinal(word: str, side: str, counted: bool) -> str:
    """Return "second from left"; the last from the left is the rightmost, the last on it is not."""
    opposite = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}
    if word == "last":
        return MOST[opposite[side] if counted else side]
    place = int(word[0]) if word[0].isdigit() else ORDINALS.index(word) + 1
    return MOST[side] if place == 1 else f"{ORDINALS[place - 1]} from {side}"
