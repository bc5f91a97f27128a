"""Whether the words ask for a named thing and nothing else: "only the dog", "just her face"."""

import re
from collections.abc import Sequence

from cropsmith.tools.schema.request import Phrase

BEFORE = re.compile(
    r"\b(?:only|just|nothing but|nothing except|nothing other than|solely)"
    r"(?: (?:show|shows|showing|want|see|keep|have|about|of|to|on|the|a|an|my|our|his|her|their|its"
    r"|this|that|these|those))* $"
)
TAIL = re.compile(r" (?:with|in|on|at|by|near|who|that|wearing|holding|behind)\b")
AFTER = re.compile(
    r"(?:(?: please)? (?:only|alone|by itself|by themselves)\b(?! (?:in|at|on|as)\b)"
    r"|,?(?: and)? nothing else\b)"
)


def alone(text: str, subjects: Sequence[Phrase]) -> bool:
    """Tell whether the plain English says so of one of the subjects."""
    words = " ".join(text.lower().split())
    said = {phrase.text.lower() for phrase in subjects}
    heads = {TAIL.split(one)[0] for one in said}  # "just my girl. the one with the hat"
    return any(_alone(words, one) for one in said | heads)


def _alone(words: str, one: str) -> bool:
    """Tell whether the words say so of one thing, wherever it stands."""
    start = words.find(one)
    while one and start >= 0:
        end = start + len(one)
        if BEFORE.search(words[:start]) and not words[end : end + 1].isalnum():
            return True
        if not words[start - 1 : start].isalnum() and AFTER.match(words, end):
            return True
        start = words.find(one, start + 1)
    return False
