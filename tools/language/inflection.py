"""Words of other languages that are in no list, by their endings: plurals, German compounds."""

from collections.abc import Mapping, Sequence

from cropsmith.tools.language.colours import COLOURS
from cropsmith.tools.language.frames import closed_words
from cropsmith.tools.language.lexicon import lexicon

Phrases = Mapping[tuple[str, ...], str]
"""Words of a language -> English."""
ENDINGS: Mapping[str, Sequence[tuple[str, str]]] = {
    "de": (("en", ""), ("en", "e"), ("n", ""), ("e", ""), ("er", ""), ("s", ""), ("es", "")),
    "fr": (("s", ""), ("x", ""), ("aux", "al")),
    "es": (("s", ""), ("es", ""), ("ces", "z")),
    "it": (("i", "o"), ("e", "a"), ("i", "e"), ("chi", "co"), ("ghi", "go"), ("che", "ca")),
    "pt": (("s", ""), ("es", ""), ("ões", "ão"), ("ns", "m"), ("is", "l")),
}
"""How plurals end in each language, and what their singular has there."""
COMPOUNDS = "de"
"""The language whose long words say by their last part what they are."""
SHORTEST, SHORTEST_BEFORE = 4, 3
"""Letters of the last part of a German compound, and of what stands before it."""


def derived(word: str, code: str, phrases: Phrases) -> str | None:
    """Return a plural, or a German compound by its last part: "Kaffeetassen" are cups."""
    if len(word) < SHORTEST:
        return None
    if (one := _singular(word, code, phrases)) is not None:
        return one
    if code != COMPOUNDS:
        return None
    for start in range(SHORTEST_BEFORE, len(word) - SHORTEST + 1):
        last = word[start:]
        english = phrases.get((last,)) or _singular(last, code, phrases)
        if english and _noun(english):
            return english
    return None


def _singular(word: str, code: str, phrases: Phrases) -> str | None:
    """Return the English plural of a plural of the language."""
    for ending, instead in ENDINGS[code]:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST - 1:
            english = phrases.get((word[: len(word) - len(ending)] + instead,))
            if english and _noun(english):
                return english if english.endswith("s") else f"{english}s"
    return None


def _noun(english: str) -> bool:
    """Tell whether English words name a thing, as far as the lists know: no small word, no wish."""
    known = lexicon()
    small = known.function | known.determiners | known.adjectives | known.verbs | known.fillers
    small |= known.qualities | known.actions | COLOURS.keys() | {"old", "parked"}
    last = english.split()[-1]
    return last.isalpha() and last not in small and last not in closed_words()
