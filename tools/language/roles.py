"""The things of a request and what is seen round each: the features that its role is weighed by."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cropsmith.tools.language.chunks import Chunk, Tagged
from cropsmith.tools.language.parse import Reading
from cropsmith.tools.language.phrases import DETERMINERS
from cropsmith.tools.language.reading import either
from cropsmith.tools.language.wishes import Wishes

THINGS = frozenset("NHBKGWVYEZAUJT")
"""The classes of phrases that can be things in the picture."""
KEPT = frozenset(["whole", "body_in", "must_be_in"])
"""Wishes that keep a thing in the crop without its being what the crop is about: "feet in"."""
MARK = re.compile(r"(?<!\S)[A-Z](\d+)(?!\S)")
ARTICLE = re.compile(rf"^(?:{either(DETERMINERS)}) ")
ENDS = frozenset(".,;|!?:")


@dataclass(frozen=True)
class Thing:
    """A phrase of the line that can be a thing."""

    mark: str
    """As it stands in the line: N0."""
    chunk: Chunk
    role: str
    """What the frames made of it: subject, avoid, landmark, mention, or none."""
    wish: str
    """Of the reading that covers it."""
    seen: frozenset[str]
    """Its features."""

    @property
    def verdict(self) -> str:
        """What the frames made of it to the crop: shown in it, out of it, or neither."""
        if self.role == "none" and self.wish in KEPT:
            return "shown"
        return {"subject": "shown", "avoid": "out"}.get(self.role, "neither")


def things_of(request: Tagged, readings: Sequence[Reading], wishes: Wishes) -> list[Thing]:
    """Return the things of a request as the frames read them, each with its features."""
    roles = {without_article(m.words): m.role or "mention" for m in wishes.mentions}
    line = request.line
    tokens = line.split()
    plain = [generalised(token) for token in tokens]
    marks = [(m.start(), m[0], request.chunks[int(m[1])]) for m in MARK.finditer(line)]
    marks = [one for one in marks if one[2].letter in THINGS]
    read = [_role(without_article(chunk.words), roles) for _, _, chunk in marks]
    found = []
    for at, (place, mark, chunk) in enumerate(marks):
        wish = next((r.wish for r in readings if r.start <= place < r.end), "")
        seen = {
            *_own(chunk, read[at], wish),
            *_around(plain, len(line[:place].split()), read[at], chunk.letter),
            f"first={at == 0},{read[at]}",
            f"last={at == len(marks) - 1},{read[at]}",
            f"nth={min(at, 4)}",
            f"before={min(read[:at].count('subject'), 3)},{read[at]}",
            f"after={min(read[at + 1 :].count('subject'), 3)},{read[at]}",
        }
        found.append(Thing(mark, chunk, read[at], wish, frozenset(seen)))
    return found


def _role(words: str, roles: Mapping[str, str]) -> str:
    """Return the role of a thing; "the man on the left" was named with its side."""
    if words in roles:
        return roles[words]
    return next((role for said, role in roles.items() if said.startswith(f"{words} ")), "none")


def without_article(words: str) -> str:
    """Return words without the article before them."""
    return ARTICLE.sub("", words)


def generalised(token: str) -> str:
    """Return the class of a phrase, one sign for numbers, and words as they are."""
    if MARK.fullmatch(token):
        return token[0]
    return "#" if token[0].isdigit() or token[0] == "#" else token


def _own(chunk: Chunk, role: str, wish: str) -> Iterator[str]:
    """Say what a phrase is made of, and what the frames made of it."""
    words = chunk.words.split()
    yield from (f"role={role}", f"wish={wish}", f"role,wish={role},{wish}")
    yield from (f"class={chunk.letter}", f"class,role={chunk.letter},{role}")
    yield from (f"start={words[0]}", f"end={words[-1]}", f"ending={words[-1][-3:]}")
    yield from (f"length={min(len(words), 5)}", f"definite={chunk.definite}")
    yield from (f"word={word}" for word in words)


def _around(plain: Sequence[str], at: int, role: str, letter: str) -> Iterator[str]:
    """Say what stands near a phrase, and in its clause."""

    def near(offset: int) -> str:
        place = at + offset
        return plain[place] if 0 <= place < len(plain) else "^" if place < 0 else "$"

    yield from (f"{offset}={near(offset)}" for offset in (-3, -2, -1, 1, 2, 3))
    yield from (f"-1={near(-1)},{role}", f"+1={near(1)},{role}", f"+-={near(-1)},{near(1)}")
    yield from (f"-2-1={near(-2)} {near(-1)}", f"+1+2={near(1)} {near(2)}")
    yield f"-3-2-1={near(-3)} {near(-2)} {near(-1)}"
    start, end = at, at
    while start > 0 and plain[start - 1] not in ENDS:
        start -= 1
    while end < len(plain) - 1 and plain[end + 1] not in ENDS:
        end += 1
    yield from (f"clause<{word}" for word in plain[start:at])
    yield from (f"clause>{word}" for word in plain[at + 1 : end + 1])
    yield from (f"alone={start == end}", f"alone={start == end},{letter},{role}")
    yield f"opens={start == at},{plain[start - 1] if start else '^'}"
