"""Slips of the keyboard: a word that nobody has, one slip from one word that is known."""

from collections.abc import Iterator
from functools import cache
from string import ascii_lowercase

from cropsmith.tools.language.colours import COLOURS
from cropsmith.tools.language.frames import closed_words
from cropsmith.tools.language.lexicon import lexicon
from cropsmith.tools.language.sights import sights

SHORTEST, LONG = 5, 6
"""Letters of a word that may be mended: into one of our own lists, and into any that is shown."""
NEWER = frozenset("macaron macarons iphone smartphone hoodie selfie frenchie doodle emoji".split())
"""Words that WordNet is too old for, one slip from others."""
FORMS = ("s", "es", "ed", "d", "ing", "er", "ier", "iest", "est", "en", "ly", "ish", "y")
"""Endings with which a known word is known as well."""
COMMON = frozenset(
    "square portrait landscape background foreground children woman women people right left middle"
    " third bottom corner headshot cropping without picture photo leave remove everything"
    " tight".split()
)
"""One slip from these no other word is looked for."""


def mended(word: str) -> str:
    """Return the word that one slip made into this one; the word itself if it is known."""
    if not word.isascii() or word in _every():
        return word
    for slips in (_swapped, _lost, _doubled):
        if meant := COMMON.intersection(slips(word)):
            return min(meant)
    if len(word) < SHORTEST or _known(word):
        return word
    for slips in (_swapped, _lost, _doubled, _replaced):
        near = {one for one in slips(word) if one in _own()}
        if len(word) >= LONG and slips is not _replaced:
            near = near or {one for one in slips(word) if one in sights()["shown"]}
        if near:
            return near.pop() if len(near) == 1 else word
    return word


def _swapped(word: str) -> Iterator[str]:
    """Swap neighbours: "thrid"."""
    for at in range(len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _lost(word: str) -> Iterator[str]:
    """Add a letter that was lost: "umbrela"."""
    for at in range(len(word) + 1):
        yield from (word[:at] + letter + word[at:] for letter in ascii_lowercase)


def _doubled(word: str) -> Iterator[str]:
    """Take out a letter that is one too many: "womman"."""
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def _replaced(word: str) -> Iterator[str]:
    """Put another letter in the place of one, but the first: "bridgw"."""
    for at in range(1, len(word)):
        yield from (word[:at] + letter + word[at + 1 :] for letter in ascii_lowercase)


@cache
def _own() -> frozenset[str]:
    """Return the words of our own lists that a slip may hide."""
    known = lexicon()
    groups = (known.function, known.verbs, known.adjectives, known.classes, known.determiners)
    words = frozenset().union(closed_words(), COLOURS, COMMON, *groups)
    return frozenset(word for word in words if len(word) >= SHORTEST - 1 and word.isalpha())


@cache
def _every() -> frozenset[str]:
    """Return all words that are known."""
    known = lexicon()
    return frozenset().union(
        _own(), NEWER, known.fillers, known.qualities, known.actions, *known.groups.values(),
        *sights().values(),
    )  # fmt: skip


def _known(word: str) -> bool:
    """Tell whether a word is known, or a form of one is, or it is made of two that are."""
    every = _every()
    if word in every:
        return True
    for ending in FORMS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2 and {stem, f"{stem}e", f"{stem}y", stem[:-1]} & every:
            return True
    return any(word[:at] in every and word[at:] in every for at in range(4, len(word) - 3))
