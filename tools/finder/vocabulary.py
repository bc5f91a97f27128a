"""Words and the finder's classes: synonyms, kinds, plurals (`classes.toml`)."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

PERSON = "person"
ENDINGS = (("ies", "y"), ("es", ""), ("s", ""))
"""Plural endings and what they stand for, the longest first."""


@dataclass(frozen=True)
class Vocabulary:
    """What the words of `classes.toml` mean."""

    classes: Sequence[str]
    """In the order of the network's planes."""
    meanings: Mapping[str, tuple[str, ...]]
    """Singular words -> classes."""
    many: Mapping[str, int]
    """Words for several -> how many; 0 where they do not say."""
    identities: frozenset[str]
    alike: frozenset[str]
    """Words for people that cannot be told from other people's."""
    parts: frozenset[str]
    amounts: frozenset[str]
    garments: frozenset[str]
    plurals: Mapping[str, str]
    """Irregular plurals -> singular."""

    def singular(self, word: str) -> str:
        """Return the singular of a known word: "buses" -> "bus"; others come back as they are."""
        if word in self.plurals:
            return self.plurals[word]
        if self._knows(word):
            return word
        for ending, stands in ENDINGS:
            if word.endswith(ending) and self._knows(one := word.removesuffix(ending) + stands):
                return one
        return word

    def classes_of(self, word: str) -> tuple[str, ...]:
        """Return the classes that a noun may mean, singular or plural; none if out of reach."""
        return self.meanings.get(self.singular(word), ())

    def is_plural(self, word: str) -> bool:
        """Tell whether a known word stands for several things."""
        return word in self.many or (self.singular(word) != word)

    def _knows(self, word: str) -> bool:
        groups = (self.meanings, self.parts, self.amounts, self.garments)
        return any(word in group for group in groups)


@cache
def vocabulary() -> Vocabulary:
    """Return the words that ship."""
    data = tomllib.loads(
        files("cropsmith.tools.finder").joinpath("classes.toml").read_text("utf-8")
    )
    meanings = {word: (name,) for name, words in data["words"].items() for word in words}
    meanings |= {word: (PERSON,) for word in data["many"]}
    meanings |= {word: (PERSON,) for word in data["identities"]["words"]}
    meanings |= {word: tuple(names) for word, names in data["kinds"].items()}
    return Vocabulary(
        classes=tuple(data["words"]),
        meanings=meanings,
        many=data["many"],
        identities=frozenset(data["identities"]["words"]),
        alike=frozenset(data["alike"]["words"]),
        parts=frozenset(data["parts"]["words"]),
        amounts=frozenset(data["amounts"]["words"]),
        garments=frozenset(data["garments"]["words"]),
        plurals=data["plurals"],
    )
