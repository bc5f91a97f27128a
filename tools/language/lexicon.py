"""What is known of English words: classes of nouns, function words, idioms (`lexicon.toml`)."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LETTERS = {
    "picture": "P", "frame": "F", "side": "L", "room": "R", "writing": "W", "margin": "M",
    "sky": "K",
    "ground": "G", "horizon": "O", "answer": "C", "file": "X", "blemish": "Z", "everyone": "E",
    "body": "B", "human": "H", "medium": "Q", "role": "T",
}  # fmt: skip
"""The letter that stands for a class of nouns in a tagged request; N for any other noun."""


@dataclass(frozen=True)
class Lexicon:
    """The data file, ready to ask."""

    classes: Mapping[str, str]
    """Noun -> letter."""
    determiners: frozenset[str]
    pronouns: frozenset[str]
    function: frozenset[str]
    verbs: frozenset[str]
    adjectives: frozenset[str]
    prepositions: tuple[str, ...]
    fillers: frozenset[str]
    idioms: tuple[tuple[str, str], ...]
    """A pattern, and the token that stands for what it matches."""
    qualities: frozenset[str]
    """Words that WordNet has as adjectives or participles, and never as nouns."""
    actions: frozenset[str]
    """Words that WordNet has as verbs and as nothing else."""
    groups: Mapping[str, frozenset[str]]
    """All lists of words by their names in the file."""


@cache
def lexicon() -> Lexicon:
    """Read the file once."""
    text = files("cropsmith.tools.language").joinpath("lexicon.toml").read_text("utf-8")
    data = tomllib.loads(text)
    words = {name: frozenset(group) for name, group in data["words"].items()}
    nouns = {noun for group in data["nouns"].values() for noun in group}
    own = nouns.union(*words.values())
    modifiers = json.loads(
        files("cropsmith.tools.language").joinpath("modifiers.json").read_text("utf-8")
    )
    return Lexicon(
        classes={noun: LETTERS[name] for name, nouns in data["nouns"].items() for noun in nouns},
        determiners=words["determiners"],
        pronouns=words["pronouns"],
        function=words["function"] | words["interjections"],
        verbs=words["verbs"],
        adjectives=words["adjectives"],
        prepositions=tuple(sorted(data["words"]["prepositions"], key=len, reverse=True)),
        fillers=words["fillers"] | words["interjections"],
        idioms=tuple(
            (rf"(?<![\w'-])(?<!genre:)(?:{pattern})(?![\w'-])", token)
            for token, patterns in data["idioms"].items()
            for pattern in patterns
        ),
        qualities=frozenset(modifiers["qualities"].split()) - own,
        actions=frozenset(modifiers["actions"].split()) - own,
        groups=words,
    )


LETTERED = re.compile(r"[^\W\d_]")


@cache
def _idioms() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the patterns compiled, once a text has words."""
    return tuple((re.compile(pattern), token) for pattern, token in lexicon().idioms)


def joined_idioms(text: str) -> str:
    """Return the text with one token for each idiom."""
    for pattern, token in _idioms() if LETTERED.search(text) else ():
        text = pattern.sub(f" {token} ", text)
    return re.sub(r"\s+", " ", text).strip()
