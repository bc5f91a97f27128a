"""A noun phrase taken apart: the thing, its colour and size, and what it stands beside.

"Small black dog on the red sofa" is a dog, the smallest, black, on a couch that is red.
"""

import re
from dataclasses import dataclass, replace

from cropsmith.tools.finder.vocabulary import vocabulary
from cropsmith.tools.language.colours import COLOURS

SIZES = {
    "big": "largest", "large": "largest", "huge": "largest", "giant": "largest", "main": "largest",
    "small": "smallest", "little": "smallest", "tiny": "smallest",
}  # fmt: skip
"""Adjectives that choose among several; beside one thing they say nothing."""

RELATIONS = {
    "to the left of": "left of", "on the left of": "left of", "left of": "left of",
    "to the right of": "right of", "on the right of": "right of", "right of": "right of",
    "in front of": "near", "on top of": "on", "next to": "near", "close to": "near",
    "beside": "near", "near": "near", "by": "near", "behind": "near",
    "between": "near", "against": "near",
    "with": "with", "holding": "with", "wearing": "with", "carrying": "with", "riding": "with",
    "has": "with", "having": "with", "pushing": "with", "pulling": "with", "playing": "with",
    "using": "with", "on": "on", "in": "in", "inside": "in", "under": "under", "below": "under",
    "beneath": "under", "underneath": "under", "above": "above", "over": "above",
}  # fmt: skip
"""Words between two things and what they mean; "behind" has no depth in a photo: near."""

OTHER_LINKS = (
    "of", "at", "from", "to", "that", "who", "which", "is", "are", "was", "were", "without", "into",
    "along", "across", "around", "looking at", "facing", "and", "plus", "or", "through",
)  # fmt: skip
_LINK = re.compile(
    r"\b(?:(?:sitting|standing|lying|sleeping|sat|walking|parked|leaning|running|stood) )?"
    rf"({'|'.join(sorted((*RELATIONS, *OTHER_LINKS), key=len, reverse=True))})\b"
)
_ARTICLES = re.compile(
    r"^(?:the|a|an|this|that|these|those|my|your|his|her|its|our|their|some|any|all|both|each|every"
    r"|two|three|four|five|six|seven|eight|nine|ten|\d+)\s+"
)
_TRAILING = re.compile(
    r"\s+(?:\w+ing|sat|stood|there|here|himself|herself|itself|asleep|alone)\b.*$"
)


@dataclass(frozen=True)
class Described:
    """What a phrase says of a thing."""

    noun: str
    """As written: "dogs"; the last word where nothing is known."""
    classes: tuple[str, ...] = ()
    """What it may be; none where it is out of the finder's reach."""
    many: bool = False
    count: int | None = None
    """How many the noun itself says: a couple is two."""
    identity: bool = False
    """A particular person, whom a picture alone does not tell from others."""
    part: str = ""
    """The part of the thing that was named: "head"."""
    colour: str = ""
    size: str = ""
    """largest, smallest or nothing."""
    relation: str = ""
    """with, on, in, under, above, near, left of, right of or nothing."""
    other: "Described | None" = None
    """The thing that it stands in this relation to."""


def describe(text: str) -> Described:
    """Take a noun phrase apart, its position and count already stripped or not."""
    words = " ".join(text.lower().replace("\u2019", "'").split()).strip(" ,.;:!?\"'")
    words = _bare(words)
    link = next((m for m in _LINK.finditer(words) if m.start() > 0), None)
    first = words[: link.start()].strip() if link else words
    rest = words[link.end() :].strip() if link else ""
    known = vocabulary()
    if link and rest and link[1] == "of":
        noun = first.split()[-1]
        if known.singular(noun) in known.amounts:
            inner = describe(rest)
            many = inner.many or known.many.get(noun) is not None
            return replace(inner, many=many, count=known.many.get(noun) or inner.count)
        if known.singular(noun) in known.parts:
            return replace(describe(rest), part=known.singular(noun))
    if "'s " in first:
        owner, _, owned = first.partition("'s ")
        noun = owned.split()[-1]
        if known.singular(noun) in known.parts:
            return replace(describe(owner), part=known.singular(noun))
        first = owned
    thing = _thing(first)
    if not link or not rest:
        return thing
    relation, other = RELATIONS.get(link[1], ""), describe(rest)
    if relation in ("in", "with") and not other.classes:
        # "The man in the red shirt", "the woman in red": the shirt's colour is on the person.
        worn = other.noun in COLOURS or known.singular(other.noun) in known.garments
        return replace(thing, colour=thing.colour or other.colour) if worn else thing
    return replace(thing, relation=relation, other=other) if relation else thing


def _bare(words: str) -> str:
    """Return the words without leading articles and numbers."""
    while (shorter := _ARTICLES.sub("", words)) != words:
        words = shorter
    return words


def _thing(words: str) -> Described:
    """Return the thing that the last words of a phrase without links name."""
    known, tokens = vocabulary(), _bare(words).split()
    if not tokens:
        return Described(noun=words)
    for length in range(min(3, len(tokens)), 0, -1):
        noun = " ".join(tokens[-length:])
        if classes := known.classes_of(noun):
            before = tokens[:-length]
            return Described(
                noun=noun,
                classes=classes,
                many=known.is_plural(noun),
                count=known.many.get(noun) or None,
                identity=known.singular(noun) in known.identities,
                colour=next((COLOURS[word] for word in before if word in COLOURS), ""),
                size=next((SIZES[word] for word in before if word in SIZES), ""),
            )
    shorter = _TRAILING.sub("", " ".join(tokens))
    if shorter != " ".join(tokens):
        return _thing(shorter)
    colour = next((COLOURS[word] for word in tokens if word in COLOURS), "")
    return Described(noun=tokens[-1], colour=colour)
