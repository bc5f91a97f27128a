"""What stands for a thing without naming it: "the blue one", "nobody's face", "the whole house"."""

import re
from collections.abc import Container, Sequence

from cropsmith.tools.language.lexicon import lexicon
from cropsmith.tools.language.phrases import BACKDROP, PRONOUNS
from cropsmith.tools.language.reading import either
from cropsmith.tools.language.wishes import Mention

NOBODYS = re.compile(r"(?:nobody|no one|no-one|noone|none of (?:the|their|our) \w+)'s? ")
SHOWING = r"\b(?:recogni[sz]able|visible|shown|seen|identifiable|readable|legible|in-it)\b"
"""Of a part of anybody: it is to be seen of nobody."""
WHOLE_OF = re.compile(r"(?:the |a |my |our )?(?:whole|entire|full|complete|all)\b")
NOT_ALL = (
    r"(?:(?:but|and) (?=not (?:the |my )?(?:whole|entire|full)\b))?(?:just |only )?not\b"
    r"|(?:i |we )?(?:don't|do not) (?:really )?need\b"
)
"""Before the whole of a thing: a part of it will do."""
SEVERAL = ("us", "me", "myself", "all of us", "the two of us", "everyone", "everybody", "people")
"""Of these nobody is "him"."""
ONE = re.compile(
    r"\bones?$|\bones? (?:in|with|on|next|behind|who|that|near|from|at|[a-z]{2,}ing)\b"
)


def of_nobody(words: str) -> str:
    """Return what is to be seen of nobody: "nobody's face" is faces, "nobody in it" people."""
    if NOBODYS.match(words):
        return re.sub(r"s?$", "s", NOBODYS.sub("", words))
    return words.replace("nobody", "people", 1) if words.startswith("nobody ") else ""


def with_noun(words: str, before: str) -> str:
    """Return words with the noun of what was named `before` in the place of "one"."""
    if not ONE.search(words) or "other one" in words:
        return words
    links = either(lexicon().prepositions)
    nouns = re.split(rf" (?:{links}|who|that|[a-z]{{2,}}ing)\b", before)[0].split()
    if not nouns:
        return words
    noun = nouns[-1]
    if noun.endswith("s") and not noun.endswith("ss") and "ones" not in words:
        noun = noun[:-1]
    return re.sub(r"\bones?\b", noun, words).replace(" in it", f" in the {before.split()[-1]}")


def meant(pronoun: str, mentions: Sequence[Mention], beside: Container[str]) -> str:
    """Return what a pronoun stands for: the last thing named, a person where it is one.

    `beside`: things named in one breath with the pronoun.
    """
    people = pronoun in PRONOUNS and pronoun not in ("them", "they", "themselves")
    other = {"man", "woman"} - {PRONOUNS.get(pronoun)} if people else set()
    named = [one for one in reversed(mentions) if one.role != "landmark"]
    for mention in named:
        if mention.words in other or mention.words == "everybody else":
            continue
        if not people or (mention.letter in "HE" and mention.words not in SEVERAL):
            return mention.words
    things = (
        one.words
        for one in named
        if one.letter == "N"
        and one.words not in beside
        and not (people and BACKDROP.search(one.words))
    )
    return next(things, PRONOUNS.get(pronoun, ""))
