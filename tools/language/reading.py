"""A request being read: each reader takes the words that it understands out of it."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files


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

COUNTED = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "sixteen": 16,
}  # fmt: skip
NUMBERS = COUNTED | {"both": 2, "a couple of": 2, "a pair of": 2, "a few": 3, "several": 3}
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")

TYPO_PRONE = (
    "square", "portrait", "landscape", "vertical", "horizontal", "panorama", "instagram",
    "facebook", "linkedin", "youtube", "pinterest", "twitter", "thumbnail", "wallpaper",
    "passport", "headline", "widescreen", "without", "banner", "tighter", "picture", "please",
    "alternatives", "versions", "options", "background",
)  # fmt: skip
NOT_TYPOS = {"squire", "tighten", "planner", "manner", "pictured", "version", "option", "within"}

SPELLINGS = (
    (r"[‘’ʼ]", "'"), (r"[“”]", '"'), (r"[×✕]", "x"), (r"[–—]", " , "), (r"[()\[\]]", " "),
    (r"[!?…]+", ". "),
    (r"\b(?:insta|ig)\b", "instagram"), (r"\bfb\b", "facebook"), (r"\byt\b", "youtube"),
    (r"\b(?:pls|plz)\b", "please"), (r"\bw/o\b", "without"), (r"\bw/", "with "),
    (r"\bdont\b", "don't"), (r"\bdoesnt\b", "doesn't"), (r"\bpics?\b", "picture"),
    (r"\bcentr(?=(?:ed|ing)\b)", "center"),
    (r"\bcentre\b", "center"), (r"\bmin\.?(?= )", "minimum"), (r"\bpix\b", "pixels"),
    (r"\bdo not\b", "don't"), (r"\bmust not\b|\bmustn't\b|\bshould not\b", "shouldn't"),
    (r":\)|:-\)|;\)|:d\b", " "),
)  # fmt: skip


class Reading:
    """The words of a request that nobody has understood yet."""

    def __init__(self, text: str) -> None:
        self.text = normalised(text)

    def take(self, pattern: str) -> list[re.Match[str]]:
        """Take out every match of a pattern, first to last, and return them."""
        found = list(re.finditer(pattern, self.text))
        self.text = re.sub(pattern, MARK, self.text)
        return found

    def took(self, pattern: str) -> bool:
        """Take out every match; tell whether there was one."""
        return bool(self.take(pattern))


def normalised(text: str) -> str:
    """Return the text in lower case, one spelling for each thing, one space between words."""
    text = text.lower()
    for pattern, plain in SPELLINGS:
        text = re.sub(pattern, plain, text)
    text = re.sub(r"\b([a-z']+)(?:\s+\1\b)+", r"\1", text)
    text = re.sub(r"[a-z]{6,}", lambda word: corrected(word.group()), text)
    return re.sub(r"\s+", " ", text).strip()


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


def number(word: str) -> int | None:
    """Return the number that a word or digits stand for."""
    return int(word) if word.isdigit() else NUMBERS.get(word)


def either(words: Iterable[str]) -> str:
    """Return a pattern of alternatives, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
