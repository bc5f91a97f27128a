"""What is no name of a thing: gibberish, moods, days of the week."""

import re
from functools import cache

from cropsmith.tools.language.reading import word_list

TITLES = {"cllr", "sgt", "capt", "hrh", "mrs", "mssrs"}


def gibberish(word: str) -> bool:
    """Tell whether a word cannot be English: no vowels, a walk over the keyboard."""
    if len(word) < 4 or not word.isalpha() or word in TITLES:
        return False
    no_vowels = re.search(r"[aeiouyà-ÿ]", word) is None
    return no_vowels or re.search(r"[bcdfghjklmnpqrstvwxz]{6}|(.)\1{3}", word) is not None or any(
        walk in word for walk in word_list("keyboard_walks")
    )  # fmt: skip


def stray(words: str) -> bool:
    """Tell whether words are left over from a wish read in part: "upright", "last one"."""
    return re.sub(r" ones?$", "", words) in word_list("strays")


@cache
def _moods() -> frozenset[str]:
    return frozenset([*word_list("moods"), *word_list("abstract")])


def no_thing(words: str, letter: str) -> bool:
    """Tell whether a phrase names nothing that could be looked for."""
    plain = re.sub(r"^(?:the|a|an|some|my|our|this|that|it) ", "", words)
    if not re.search(r"[^\W\d_]", plain):
        return True
    tokens = plain.split()
    if (
        re.fullmatch(
            r"\d+(?:\.\d+)? (?:mm|cm|dpi|inch|inches|px|pixels|kb|mb)(?: (?:at|on|from"
            r"|off|in|all) .*)?",
            plain,
        )
        or re.match(r"(?:\d+ ){2,}|[a-z]*\d[a-z]*\d[a-z]+$|[a-z]$|x ?\d+$", plain)
        or re.match(r"(?:col|column|page) (?:width|height)\b|rest (?!area|stop|room)", plain)
        or re.search(r" on (?:the|this|that|a|my|our) (?:page|spread|layout)$", plain)
        or stray(plain)
        or words.startswith("what a ")
        or tokens[0] in word_list("platforms")
    ):
        return True
    return letter == "N" and (all(token in _moods() or token.isdigit() for token in tokens) or any(
        token in word_list("never_things") for token in tokens
    ))  # fmt: skip
