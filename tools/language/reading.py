"""A request being read: each reader takes the words that it understands out of it."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from cropsmith.tools.language.asides import ASIDES, with_units
from cropsmith.tools.language.complaints import COMPLAINTS
from cropsmith.tools.language.spellings import QUOTES, SPELLINGS
from cropsmith.tools.language.whereabouts import WHEREABOUTS
from cropsmith.tools.language.wordings import WORDINGS


@cache
def _lists() -> Mapping[str, Sequence[str]]:
    """Read the file once."""
    text = files("cropsmith.tools.language").joinpath("english.toml").read_text("utf-8")
    return tomllib.loads(text)


def word_list(name: str) -> Sequence[str]:
    """Return one list."""
    return _lists()[name]


MARK = " | "
"""Stands where words were taken out, so that what is left and right of them is not one phrase."""

TYPO_PRONE = (
    "square", "portrait", "landscape", "vertical", "horizontal", "panorama", "instagram",
    "facebook", "linkedin", "youtube", "pinterest", "twitter", "thumbnail", "wallpaper",
    "passport", "headline", "widescreen", "without", "banner", "tighter", "picture", "please",
    "alternatives", "versions", "options", "background", "should", "would", "could", "people",
    "middle", "horizon",
)  # fmt: skip
NOT_TYPOS = {"squire", "tighten", "planner", "manner", "pictured", "version", "option", "within"}


class Reading:
    """The words of a request that nobody has understood yet."""

    def __init__(self, text: str) -> None:
        self.text = normalised(text)

    def take(self, pattern: str) -> list[re.Match[str]]:
        """Take out every match of a pattern, first to last, and return them."""
        found = list(re.finditer(pattern, self.text))
        if found:
            self.text = re.sub(pattern, MARK, self.text)
        return found

    def took(self, pattern: str) -> bool:
        """Take out every match; tell whether there was one."""
        return bool(self.take(pattern))


def normalised(text: str) -> str:
    """Return the text in lower case, one spelling for each thing, one space between words."""
    text = text.lower()
    for pattern, plain in _spellings(re.search(r"[^\W\d_]", text) is not None):
        text = pattern.sub(plain, text)
    text = re.sub(r"\b([a-z']+)(?:\s+\1\b)+", r"\1", with_units(text))
    text = re.sub(r"\b[a-z]{5,}\b(?!')", lambda word: corrected(word.group()), text)
    return re.sub(r"\s+", " ", text).strip()


@cache
def _spellings(
    words: bool,
) -> tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]:
    """Return the patterns compiled; for a text without words only those of signs."""
    every = (*QUOTES, *WORDINGS, *SPELLINGS, *COMPLAINTS, *ASIDES, *WHEREABOUTS)
    return tuple(
        (re.compile(pattern), plain)
        for pattern, plain in every
        if words or re.search(r"(?<!\\)[a-z]{2}", pattern) is None
    )


@cache
def corrected(word: str) -> str:
    """Return the word of our vocabulary that one slip of the keyboard makes into this one."""
    if word in TYPO_PRONE or word in NOT_TYPOS:
        return word
    near = [known for known in TYPO_PRONE if one_slip(word, known)]
    return near[0] if len(near) == 1 else word


def one_slip(word: str, known: str) -> bool:
    """Tell whether two words differ by two neighbours swapped, or one letter lost or doubled.

    A letter replaced by another makes too many real words: square and squire.
    """
    if len(word) == len(known):
        off = [i for i in range(len(word)) if word[i] != known[i]]
        swapped = len(off) == 2 and off[1] == off[0] + 1
        return swapped and word[off[0]] == known[off[1]] and word[off[1]] == known[off[0]]
    shorter, longer = sorted((word, known), key=len)
    if len(longer) - len(shorter) != 1 or longer == shorter + "s":
        return False
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))


def either(words: Iterable[str]) -> str:
    """Return a pattern of alternatives, the longest first."""
    return _either(tuple(words))


@cache
def _either(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
