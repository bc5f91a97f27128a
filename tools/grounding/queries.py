"""From a phrase to detector queries: the full text and its keywords (ClipCrop, section 3.1).

Keywords are the noun phrases inside the phrase: "woman with the red umbrella" gives "woman" and
"red umbrella". ClipCrop found that keywords help more than the sentence and both help most. It
unites the boxes of all keywords; we unite only what the thing carries ("with", "holding"), since a
setting ("on the beach", "behind the house") would make the subject the whole photo.
"""

import importlib.util
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from cropsmith.tools.schema.evidence import EvidenceKind
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
    (_, first), *rest = _split(full)
    carried = [_bare(text) for link, text in rest if _CARRIES.fullmatch(link)]
    return Queries(full=full, head=_bare(first) or full, carried=tuple(filter(None, carried)))


def all_chunks(text: str) -> tuple[str, ...]:
    """Return a sentence and every noun phrase in it, settings too: ClipCrop's queries.

    "a dog on the beach" gives itself, "dog" and "beach". The noun phrases are those of spaCy where
    it and its small English model are installed, else what lies between the linking words.
    """
    full = " ".join(text.split()).strip(_TRIMMED)
    if not full:
        return ()
    chunks = _noun_chunks(full)
    if chunks is None:
        chunks = [part for _, piece in _split(full) for part in re.split(r"[,;.]", piece)]
    return tuple(dict.fromkeys((full, *filter(None, map(_bare, chunks)))))


def _split(text: str) -> list[tuple[str, str]]:
    """Return the pieces between the linking words, each with the word before it.

    "And" between describing words splits nothing: "three cute and white dogs" is one thing.
    """
    first, *rest = _LINKS.split(text)
    pieces = [("", first)]
    for link, piece in zip(rest[::2], rest[1::2], strict=True):
        before, so_far = pieces[-1]
        if link.lower() == "and" and _only_describes(so_far) and piece.strip():
            pieces[-1] = (before, f"{so_far}{link}{piece}")
        else:
            pieces.append((link, piece))
    return pieces


_DESCRIBING = frozenset(
    "one two three four five six seven eight nine ten several few many couple pair big large small "
    "little tiny huge tall short long wide narrow young old new cute pretty beautiful lovely happy "
    "sad funny strong cold hot warm wet dry dark light bright pale deep black white red green blue "
    "yellow orange brown grey gray pink purple golden silver wooden round square striped spotted "
    "fluffy furry curly empty full busy quiet clean dirty wild tame fast slow fat thin slim blond "
    "blonde bearded smiling laughing sleeping colourful colorful shiny soft rough smooth".split()
)


def _only_describes(text: str) -> bool:
    """Tell whether no word of a piece names a thing: "three cute"."""
    words = _bare(text).lower().replace(",", " ").split()
    return bool(words) and all(word in _DESCRIBING or word.isdigit() for word in words)


@cache
def _spacy() -> Any:
    """Return spaCy's small English pipeline; None where it is not installed."""
    if importlib.util.find_spec("spacy") is None:
        return None
    import spacy

    if not spacy.util.is_package("en_core_web_sm"):
        return None
    return spacy.load("en_core_web_sm")


def _noun_chunks(text: str) -> list[str] | None:
    pipeline = _spacy()
    return None if pipeline is None else [chunk.text for chunk in pipeline(text).noun_chunks]


PEOPLE = frozenset(
    "person people man men woman women girl girls boy boys child children kid kids baby lady "
    "ladies guy guys gentleman bride groom couple family player players singer dancer friend "
    "friends mother father mom dad sister brother daughter son grandmother grandfather "
    "him her face faces".split()
)
"""Head nouns that name people, to whom a face is the nearest guess without a detector."""


def names_people(phrase: Phrase) -> bool:
    """Tell whether a phrase is about people: "the woman with the umbrella"."""
    words = queries_of(phrase).head.lower().split()
    return bool(words) and words[-1] in PEOPLE


SEEN = {
    "face": EvidenceKind.FACE,
    "faces": EvidenceKind.FACE,
    **dict.fromkeys(
        ("text", "writing", "lettering", "letters", "words", "inscription"), EvidenceKind.TEXT
    ),
}
"""Head nouns of what the built-in eyes look for by themselves."""


def seen_as(phrase: Phrase) -> EvidenceKind | None:
    """Return what a phrase names if the eyes find it without a detector: faces or text."""
    words = phrase.head.lower().split()
    return SEEN.get(words[-1]) if words else None


def _bare(text: str) -> str:
    """Return the text without surrounding marks and leading determiners."""
    text = " ".join(text.split()).strip(_TRIMMED)
    while (shorter := _DETERMINERS.sub("", text).strip(_TRIMMED)) != text:
        text = shorter
    return "" if _DETERMINERS.fullmatch(f"{text} ") else text
