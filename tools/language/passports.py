"""Passport photos by country: shape, head and eye line, from tools/language/passports.toml."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from cropsmith.tools.schema.request import PassportRule
from cropsmith.tools.schema.values import Value

PHOTO = ("passport photo", "passport picture", "passport pic", "passport", "passport image",
"id photo", "id card photo", "identity photo",
         "id picture", "visa photo", "passphoto", "visa picture", "visa")  # fmt: skip
ANY = "International"
"""The country that the rule of no country in particular is said to be of."""


class Passport(Value):
    """What one country asks of a passport photo."""

    key: str
    country: str
    """As a person reads it; empty for the international rule."""
    words: tuple[str, ...]
    size: tuple[int, int] | None = None
    """Width and height in pixels."""
    ratio: str | None = None
    mm: tuple[int, int] | None = None
    """Width and height of the print."""
    head: tuple[float, float]
    """Least and most of the picture's height, chin to crown."""
    eyes: tuple[float, float]
    """Lowest and highest eye line above the lower edge."""
    checked: str = ""
    remark: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Every way to ask for it in one name."""
        plain = () if self.country else PHOTO
        return (*plain, *(f"{word} {photo}" for word in self.words for photo in PHOTO))

    @property
    def rule(self) -> PassportRule:
        """The rule that the crop must meet."""
        return PassportRule(
            country=self.country or ANY,
            least_head=self.head[0],
            most_head=self.head[1],
            lowest_eyes=self.eyes[0],
            highest_eyes=self.eyes[1],
        )


@cache
def passports() -> Mapping[str, Passport]:
    """Return all by key."""
    text = files("cropsmith.tools.language").joinpath("passports.toml").read_text("utf-8")
    found = [Passport.model_validate(row) for row in tomllib.loads(text)["passport"]]
    return {one.key: one for one in found}


def rule_for(key: str) -> PassportRule | None:
    """Return the rule of a preset; None if it is no passport photo."""
    passport = passports().get(key)
    return passport.rule if passport else None


@cache
def _named(word: str) -> re.Pattern[str]:
    """Return the pattern of a country's name with what may stand round it."""
    return re.compile(
        rf"(?:\b(?:for|of|in|from) )?(?:a |an |the )?\b{re.escape(word)}(?:"
        rf" (?:one|style|rules?|size|format))?(?![\w-])"
    )


def country_said(text: str) -> tuple[str, str] | None:
    """Return the words that name a country somewhere in a text, and its key."""
    for passport in passports().values():
        for word in sorted(passport.words, key=len, reverse=True) if passport.country else ():
            if word != "us" and (found := _named(word).search(text)):
                return found[0], passport.key
    return None
