"""Which nouns name what a photo can show (`sights.json`, drawn from WordNet)."""

import json
import re
from collections.abc import Container, Mapping
from functools import cache
from importlib.resources import files

from cropsmith.tools.language.lexicon import lexicon
from cropsmith.tools.language.numerals import COUNTED

HANGING = re.compile(
    r" (?:in|on|at|with|by|near|next|behind|beside|under|above|below|between|from|to|for|into"
    r"|who|that|which|[a-z]{2,}ing)\b.*"
)
"""What hangs on a noun; "of" it does not, since it may name the thing itself: "a bit of sky"."""


@cache
def sights() -> Mapping[str, frozenset[str]]:
    """Return the lists: "shown" in photos, "done" (shown perhaps), and "unseen"."""
    text = files("cropsmith.tools.language").joinpath("sights.json").read_text("utf-8")
    return {name: frozenset(words.split()) for name, words in json.loads(text).items()}


def nothing_seen(words: str, names: Container[str] = ()) -> bool:
    """Tell whether a phrase names nothing that a photo could show: "the mood", "fast delivery".

    What is done or happens needs an article or a number to be a thing: "the hug", "two goals".
    `names`: words written as names are, "Grace"; whoever is somebody's aunt has one as well.
    """
    if re.search(r"\bones?\b", words):
        return re.fullmatch(r"(?:that|this|the) ones?", words) is not None
    if any(word in names or lexicon().classes.get(word) == "H" for word in words.split()):
        return False
    determined = words.split(" ", 1)[0] in lexicon().determiners | {*COUNTED}
    nouns = [part.split()[-1] for part in HANGING.sub("", words).split(" of ") if part.split()]
    return bool(nouns) and all(_unseen(noun, determined) for noun in nouns)


def capitals(text: str) -> frozenset[str]:
    """Return the words written with a capital within a sentence, in small letters: names.

    A text of which most words are written so has none.
    """
    words = re.findall(r"[^\W\d_]+", text)
    named = re.findall(r"(?<=[^\W_] |, )[A-Z][a-z]+\b", text)
    return frozenset(word.lower() for word in named if 2 * len(named) < len(words))


def _unseen(noun: str, determined: bool) -> bool:
    last = noun.rpartition("-")[2]
    known = lexicon()
    if not known.function.isdisjoint((noun, last)):
        return False
    if noun in known.classes or last in known.classes or last in known.groups["seen"]:
        return False
    return last in sights()["unseen"] or (last in sights()["done"] and not determined)
