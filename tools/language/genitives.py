"""The German genitive: "das Gesicht der Frau" is one thing, the face of the woman."""

import re
from collections.abc import Mapping, Sequence

from cropsmith.tools.language.colours import COLOURS
from cropsmith.tools.language.inflection import derived
from cropsmith.tools.language.lexicon import lexicon

OWNERS = re.compile(r"de[rs]|(?:[msd]?ein|ihr|unser|euer)e[rs]|unsrer|dieser|dieses")
"""What may stand before whose it is; "der" is this only between two nouns."""
DETERMINED = frozenset(["the", "a", "my", "his", "her", "our", "both", "all", "without", "only"])
"""What stands before a noun: "hoch der Mann" has none, "das Kind der Frau" has."""


def with_of(words: Sequence[str], phrases: Mapping[tuple[str, ...], str]) -> list[str]:
    """Return German words with "von" before whose a thing is."""
    found: list[str] = []
    for place, word in enumerate(words):
        if 0 < place < len(words) - 1 and OWNERS.fullmatch(word):
            english = [_english(one, phrases) for one in words]
            if _owns(english, place) and phrases.get(tuple(words[place - 2 : place])) != "":
                found.append("von")
        found.append(word)
    return found


def _owns(english: Sequence[str], place: int) -> bool:
    """Tell whether the noun behind an article owns the one before it."""
    thing = english[place - 1]
    before = english[place - 2] if place > 1 else ""
    if not _names(thing) or not (before in DETERMINED or lexicon().classes.get(thing) == "B"):
        return False
    after = place + 1
    while after < len(english) - 1 and _describes(english[after]):
        after += 1
    return _names(english[after])


def _english(word: str, phrases: Mapping[tuple[str, ...], str]) -> str:
    """Return a word in English, nothing where no list has it."""
    return phrases.get((word,)) or derived(word, "de", phrases) or ""


def _describes(english: str) -> bool:
    return english in COLOURS or english in lexicon().adjectives


def _names(english: str) -> bool:
    """Tell whether English words name a thing."""
    known, last = lexicon(), english.split()[-1] if english.strip() else ""
    if not last.isalpha() or " the " in f" {english} " or _describes(last):
        return False
    others = (known.function, known.determiners, known.pronouns, known.fillers, known.verbs)
    return last in known.classes or not any(
        last in words for words in (*others, known.prepositions, known.qualities)
    )
