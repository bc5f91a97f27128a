"""When a thing as read is the thing that was meant, both in plain words."""

import re

from cropsmith.tools.schema.request import Intent, NeverCut, Phrase

SAME = {
    "guy": "man", "husband": "man", "wife": "woman",
    "bloke": "man", "lady": "woman", "mum": "mom", "moms": "mom", "one": "",
    "himself": "", "granny": "grandmother",
    "everyone": "everybody", "people": "everybody",
    "us": "everybody", "nobody": "everybody", "else": "else",
    "kids": "children", "kid": "child",
    "incl": "including", "grandma": "grandmother", "grandpa": "grandfather", "foot": "feet",
    "brothers": "brother",
    "leash": "collar", "belfry": "tower", "bell": "", "boat": "boats", "sailing": "",
    "grandkids": "grandchildren", "grandkid": "grandchild", "steeple": "tower", "dustbins": "trash",
    "dustbin": "trash", "bins": "trash", "bin": "trash", "colour": "color",
    "anyones": "everybody", "agents": "agent",
}  # fmt: skip
SMALL = frozenset(
    "the a an my our his her their its this that of on in at to with and from is"
    " are all both two three four five any every who only just"
    " far young late not"
    " entire whole complete photo picture edge edges standing up part other".split()
)
POSITIONS = {
    "leftmost": "left",
    "rightmost": "right",
    "topmost": "top",
    "bottommost": "bottom",
    "nearest": "front",
    "middle": "middle",
}


def _nouns(words: str) -> set[str]:
    plain = re.sub(r"\(.*?\)", "", words.lower()).replace("'s", "").replace("'", "")
    found = [SAME.get(word, word) for word in re.findall(r"[^\W_]+", plain)]
    return {_stem(word) for word in found if word and word not in SMALL}


def _stem(word: str) -> str:
    return word[:-1] if word.endswith("s") and len(word) > 3 and not word.endswith("ss") else word


HANGS = re.compile(
    r" (?:in|on|at|with|by|of|near|next|behind|beside|under|above|below|between|from"
    r"|to|wearing|holding|who|that|which|[a-z]{2,}ing)\b"
)


def _core(words: str) -> str:
    """Return the last noun before what hangs on it."""
    plain = re.sub(r"\(.*?\)|'s\b", "", words.lower())
    nouns = re.findall(r"[^\W_]+", HANGS.split(plain)[0])
    return _stem(SAME.get(nouns[-1], nouns[-1])) if nouns else ""


def same_thing(meant: str, phrase: Phrase) -> bool:
    """Tell whether two descriptions have their noun and half of all their words in common."""
    position = " ".join(POSITIONS.get(word, word) for word in (phrase.position or "").split())
    found, wanted = _nouns(f"{phrase.head} {position}"), _nouns(meant)
    if meant in ("her", "him", "them"):
        return phrase.head in ("woman", "man", "people")
    if not found or not wanted:
        return False
    common = found & wanted
    if wanted <= found and _core(meant) == _core(phrase.head):
        return True  # the same thing, with more said of it: "the goalkeeper making the save"
    return len(common) >= 0.5 * min(len(found), len(wanted)) and len(common) >= 0.34 * max(
        len(found), len(wanted)
    )


def named_in(meant: str, text: str) -> bool:
    """Tell whether a request has a word of a thing: who "the surfer" is, it may leave to the photo.

    A label is written beside the photo; what only the photo shows, a reader of words cannot name.
    """
    words = _nouns(meant)
    return not words or bool(words & _nouns(text))


def part_of(phrase: Phrase, meant: str) -> bool:
    """Tell whether all of a phrase is in what was meant: "the grey beard" of a man with one."""
    found = _nouns(phrase.text)
    return bool(found) and found <= _nouns(meant)


PARTS = re.compile(r"\b(?:tail|ears|paws|hooves|whiskers|wings|horns|antlers|fins|wing tips)$")
"""Parts of a thing that nobody shows without it."""


def uncut_part(meant: str, intent: Intent) -> bool:
    """Tell whether a part is whole since the named thing is to be, with all its parts."""
    whole = NeverCut.SUBJECT in intent.never_cut and bool(intent.subjects)
    return whole and PARTS.search(meant) is not None
