"""From a phrase to detector queries: the full text and its keywords (ClipCrop, section 3.1).

Keywords are the noun phrases inside the phrase: "woman with the red umbrella" gives "woman" and
"red umbrella". ClipCrop found that keywords help more than the sentence and both help most. It
unites the boxes of all keywords; we unite only what the thing carries ("with", "holding"), since a
setting ("on the beach", "behind the house") would make the subject the whole photo.
"""

import re
from dataclasses import dataclass

from cropsmith.tools.schema.request import Phrase

_CARRYING = r"with|holding|wearing|carrying|riding|having|has|and|plus"
_SETTING = (
    r"without|in front of|in|on top of|on|at|under|over|above|below|behind|beside|between|next to|"
    r"near|by|of|from|to|into|against|along|across|around|inside|outside|or|that|who|which|is|are|"
    r"was|were|sitting|standing|lying|walking|running|looking|playing|flying"
)
_LINKS = re.compile(rf"\b({_CARRYING}|{_SETTING})\b", re.IGNORECASE)
_CARRIES = re.compile(_CARRYING, re.IGNORECASE)
_DETERMINERS = re.compile(
    r"^(?:the|a|an|this|that|these|those|my|your|his|her|its|our|their|some|any|all|both|each|"
    r"every)\s+",
    re.IGNORECASE,
)
_TRIMMED = " ,.;:!?'\"“”‘’()"


@dataclass(frozen=True)
class Queries:
    """What to ask a detector for one phrase."""

    full: str
    """The whole phrase to look for."""
    head: str
    """The keyword that names the thing itself: the first noun phrase."""
    carried: tuple[str, ...] = ()
    """Keywords of what belongs to the thing: united with it."""

    @property
    def all(self) -> tuple[str, ...]:
        """Every distinct query, the full text first."""
        return tuple(dict.fromkeys((self.full, self.head, *self.carried)))


def queries_of(phrase: Phrase) -> Queries:
    """Return the full text, the head noun phrase and what it carries."""
    full = _bare(phrase.head) or phrase.text.strip(_TRIMMED)
    first, *rest = _LINKS.split(full)
    pairs = zip(rest[::2], rest[1::2], strict=True)
    carried = [_bare(text) for link, text in pairs if _CARRIES.fullmatch(link)]
    return Queries(full=full, head=_bare(first) or full, carried=tuple(filter(None, carried)))


PEOPLE = frozenset(
    "person people man men woman women girl girls boy boys child children kid kids baby lady "
    "ladies guy guys gentleman bride groom couple family player players singer dancer friend "
    "friends mother father mom dad sister brother daughter son grandmother grandfather "
    "him her".split()
)
"""Head nouns that name people, to whom a face is the nearest guess without a detector."""


def names_people(phrase: Phrase) -> bool:
    """Tell whether a phrase is about people: "the woman with the umbrella"."""
    words = queries_of(phrase).head.lower().split()
    return bool(words) and words[-1] in PEOPLE


def asks_for_faces(phrase: Phrase) -> bool:
    """Tell whether a phrase names faces, which need no open-vocabulary detector."""
    words = phrase.head.lower().split()
    return bool(words) and words[-1] in ("face", "faces")


def _bare(text: str) -> str:
    """Return the text without surrounding marks and leading determiners."""
    text = " ".join(text.split()).strip(_TRIMMED)
    while (shorter := _DETERMINERS.sub("", text).strip(_TRIMMED)) != text:
        text = shorter
    return "" if _DETERMINERS.fullmatch(f"{text} ") else text
