"""Other languages: recognised by their words, and read as far as a data file for each reaches."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from cropsmith.tools.language.colours import COLOURS
from cropsmith.tools.language.genitives import with_of
from cropsmith.tools.language.inflection import derived
from cropsmith.tools.language.lexicon import lexicon
from cropsmith.tools.schema.values import Value

READ = ("german", "french", "spanish", "italian", "portuguese")
"""The languages with a file of words."""
BEFORE = frozenset([*COLOURS, *"big small old parked".split()])
"""What stands before its noun in English."""
WORD = re.compile(
    r"[^\W\d_][^\W_]*(?:['’.-][^\W\d_]+)*['’]?|\d+(?:[.,]\d+)?(?:x\d+(?:[.,]\d+)?)?|[^\w\s]|\S"
)
ELIDED = frozenset("l d un qu n s dell nell sull all com jusqu dall".split())
"""What stands before an apostrophe as a word of its own."""
LEAST = 0.4
"""Share of the words that a language must know to be recognised."""


class Languages(Value):
    """What tells one language from another."""

    international: frozenset[str]
    kept: frozenset[str]
    recognised: Mapping[str, frozenset[str]]
    names: Mapping[str, str]
    scripts: Mapping[str, str]


@cache
def languages() -> Languages:
    """Read the file once."""
    text = files("cropsmith.tools.language").joinpath("languages.toml").read_text("utf-8")
    return Languages.model_validate(tomllib.loads(text))


@dataclass(frozen=True)
class Tongue:
    """One language with its words."""

    code: str
    name: str
    marks: frozenset[str]
    phrases: Mapping[tuple[str, ...], str]
    single: frozenset[str]
    """The phrases of one word, without those of `things.toml`: they tell no language."""
    own: frozenset[str]
    """These, and the small words."""
    longest: int
    follows: bool
    """Adjectives stand behind their noun."""


@dataclass
class Gloss:
    """A request in English words."""

    text: str
    language: str = "en"
    unread: list[str] = field(default_factory=list)
    """Words that were not read."""


@cache
def tongues() -> Sequence[Tongue]:
    """Read the files once."""
    found = []
    more = tomllib.loads(
        files("cropsmith.tools.language").joinpath("things.toml").read_text("utf-8")
    )["things"]
    for column, file in enumerate(READ):
        text = files("cropsmith.tools.language").joinpath(f"{file}.toml").read_text("utf-8")
        data = tomllib.loads(text)
        phrases = {
            tuple(_words(phrase)): english
            for english, group in data["words"].items()
            for phrase in group
        }
        single = frozenset(key[0] for key in phrases if len(key) == 1)
        for english, row in more.items():
            for phrase in row.split("|")[column].split("/"):
                phrases.setdefault(tuple(_words(phrase)), english)
        found.append(Tongue(
            data["code"], data["name"], frozenset(data["marks"]), phrases,
            single, single | frozenset(data["marks"]), max(map(len, phrases)),
            data["adjectives_follow"],
        ))  # fmt: skip
    return found


def language_name(code: str) -> str:
    """Return the name of a language."""
    return next((t.name for t in tongues() if t.code == code), languages().names.get(code, code))


def _words(text: str) -> list[str]:
    """Split a text, elided articles apart: "l'homme" is two words."""
    parts: list[str] = []
    for word in WORD.findall(text.replace("’", "'")):
        head, mark, tail = word.partition("'")
        if mark and head in ELIDED:
            parts += [head + "'", *([tail] if tail else [])]
        else:
            parts.append(word)
    return parts


def glossed(text: str) -> Gloss:
    """Return a normalised request in English, with the words that could not be."""
    letters = [c for c in text if c.isalpha()]
    scripts = [
        languages().scripts.get(unicodedata.name(c, "?").split()[0].split("-")[0]) for c in letters
    ]
    other = [code for code in scripts if code]
    if other and len(other) * 3 > len(letters):
        code = "ja" if "ja" in other else max(set(other), key=other.count)
        rest = re.sub(r"[^\d:x×.,/%\s]+", " | ", text)
        return Gloss(rest, code, [text.strip()])
    words = [w for w in _words(text) if w[0].isalpha()]
    if not words:
        return Gloss(text)
    tongue = _recognised(words)
    if tongue is not None:
        return _read(text, tongue)
    for code, marks in languages().recognised.items():
        hits = sum(word in marks for word in words)
        if hits >= 2 and hits * 4 >= len(words):
            return Gloss(re.sub(r"[^\d:x×.,/%\s]+", " | ", text), code, [text.strip()])
    return Gloss(text)


@cache
def _english() -> frozenset[str]:
    """Return the small words of English."""
    known = lexicon()
    return known.function | known.determiners | known.fillers | known.verbs | known.adjectives


def _recognised(words: Sequence[str]) -> Tongue | None:
    """Return the language that knows most of the words, if it knows more than English does."""
    known, english = lexicon(), _english()
    own = sum(word in english or word in known.classes for word in words)
    best, most = None, 0.0
    for tongue in tongues():
        mine = tongue.own
        hits = sum(word in mine for word in words)
        telling = sum(
            word in mine
            and not (word in english or word in known.classes or word in languages().international)
            for word in words
        )
        score = hits + 0.5 * sum(word in tongue.marks for word in words)
        if telling and hits >= LEAST * len(words) and hits > own and score > most:
            best, most = tongue, score
    return best


class _Clauses:
    """Drops a clause with a "not" and a word that was not read: it may say the opposite."""

    def __init__(self, gloss: Gloss) -> None:
        self.gloss = gloss
        self.start, self.said = 0, 0
        self.words: list[str] = []
        self.negated = False

    def take(self, words: Sequence[str], english: str | None, out: list[str]) -> None:
        """Add what one phrase of the language was read as."""
        if english in (",", ".", ";", "!", "but"):
            self.close(out)
            return
        self.words += words
        self.negated = self.negated or english in ("not", "don't")

    def close(self, out: list[str]) -> None:
        """End a clause, before the last of `out` where that is its mark."""
        mark = out[-1:] if out[-1:] and out[-1] in (",", ".", ";", "!", "but") else []
        if self.negated and len(self.gloss.unread) > self.said:
            del out[self.start :]
            del self.gloss.unread[self.said :]
            out += ["|", *mark]
            self.gloss.unread.append(" ".join(self.words))
        self.start, self.said = len(out), len(self.gloss.unread)
        self.words, self.negated = [], False


PARTED = re.compile(
    r"\bschneide?[nt]?(?: (?:mir|ihm|ihr|ihnen|uns|bitte|sie|ja))* nicht ((?:\w+ ){1,3})ab\b"
)
"""A German verb in two parts: "schneide nicht den Hut ab"."""


def _read(text: str, tongue: Tongue) -> Gloss:
    """Put English for every phrase of the language's list, the longest first."""
    words = _words(text)
    if tongue.code == "de":
        words = with_of(_words(PARTED.sub(r"\1nicht abschneiden", text)), tongue.phrases)
    gloss = Gloss("", tongue.code)
    clauses = _Clauses(gloss)
    out: list[str] = []
    lost: list[str] = []
    place = 0
    while place < len(words):
        for length in range(min(tongue.longest, len(words) - place), 0, -1):
            english = tongue.phrases.get(tuple(words[place : place + length]))
            if english is not None:
                break
        else:
            length, english = (
                1,
                _kept(words[place]) or derived(words[place], tongue.code, tongue.phrases),
            )
        if english is None:
            lost += [*_taken_with(out, words, place), words[place]] if not lost else [words[place]]
            if not out or out[-1] != "|":
                out.append("|")
        else:
            if lost:
                gloss.unread.append(" ".join(lost))
                lost = []
            out.append(english)
        clauses.take(words[place : place + length], english, out)
        place += length
    if lost:
        gloss.unread.append(" ".join(lost))
    clauses.close(out)
    if tongue.follows:
        _turn(out)
    gloss.text = re.sub(r"\s+([,.;:])", r"\1", re.sub(r"\s+", " ", " ".join(out))).strip()
    gloss.text = re.sub(r"(\d)\s*([:x/.])\s*(\d)", r"\1\2\3", gloss.text)
    gloss.text = SIDE_FIRST.sub(_room_first, gloss.text)
    if tongue.code == "de":  # the verb comes last: "rechts Platz lassen"
        gloss.text = re.sub(r"(\bleave\b[^,.;]*) leave(?=\s*(?:[,.;?!]|$))", r"\1", gloss.text)
    return gloss


def _taken_with(out: list[str], words: Sequence[str], place: int) -> list[str]:
    """Take back a "without" before a word that was not read: both are told in their language."""
    back = 2 if out[-1:] and out[-1] in ("the", "a", "my", "his", "her", "our") else 1
    if len(out) < back or out[-back] != "without":
        return []
    del out[-back:]
    return list(words[place - back : place])


SIDE_FIRST = re.compile(
    r"\b(?P<side>(?:on|at) the (?:left|right|top|bottom))"
    r"(?P<share>(?: (?:leave|about|a bit|some|more|a|half|third|quarter|\d+ ?%))*)"
    r" (?P<what>(?:room|free)(?: for (?:the |a |our |my )?[a-z]+)?)"
)
"""Room with its side before it: "rechts Platz für Text"."""


def _room_first(match: re.Match[str]) -> str:
    """Put the room before its side, as English does."""
    share = match["share"].replace(" leave", "")
    room = match["what"] if match["what"].startswith("room") else match["what"][4:]
    side = match["side"].removeprefix("on ").removeprefix("at ")
    if re.search(r"third|half|quarter|%", share):
        return f"leave{share} of it free {match['side']}{room.removeprefix('room')}"
    return f"leave {room or 'room'} {match['side']}" if room.strip() else f"leave {side} free"


def _kept(word: str) -> str | None:
    """Return a word that is the same in every language: a number, a sign, a platform."""
    if not word[0].isalpha() or word in languages().kept:
        return word
    return None


def _turn(out: list[str]) -> None:
    """Put a colour before the noun that it stands behind."""
    for place in range(1, len(out)):
        if (
            out[place] in BEFORE
            and out[place - 1]
            and out[place - 1].isalpha()
            and out[place - 1] not in ("the", "a", "and", "of", "in")
        ):
            out[place - 1], out[place] = out[place], out[place - 1]
