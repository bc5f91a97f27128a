"""Words to phrases: where noun phrases begin and end, and of which class they are."""

import re
from collections.abc import Sequence
from functools import cache

from cropsmith.tools.language.chunks import Chunk, Tagged, participle
from cropsmith.tools.language.colours import COLOURS
from cropsmith.tools.language.hanging import merged
from cropsmith.tools.language.lexicon import lexicon
from cropsmith.tools.language.numerals import COUNTED, ORDINALS
from cropsmith.tools.language.phrases import PARTS, SUPERLATIVES
from cropsmith.tools.language.side_phrases import side_end, upright
from cropsmith.tools.language.sights import sights

TOKEN = re.compile(
    r"[a-z]+:[a-z]+|#\d*\.\d+|\d+(?:\.\d+)?(?:%|st|nd|rd|th)?|[^\W\d_][\w'’.-]*[\w'’]|\w|[^\w\s]"
)
"""Marks such as genre:headshot, shares such as #0.33, numbers, words, signs."""
NUMERALS = {*COUNTED, "both", "few", "several"}
ASKED = re.compile(
    r"(?<!\S)(?:can|could|should|may) ([A-Z]\d+) "
    r"(?=(?:please )?(?:be|go|stay|sit|fill|stand|come)\b)"
)
"""A question is a wish: "could the man be on the left"."""
ONES = ("one", "ones")
SPECKLED = {*COLOURS, "salt", "pepper"}
"""What stands in pairs before a noun: "black and white dog", "salt and pepper hair"."""
EDGES = ("edges", "corners", "sides", "borders")


def tagged(text: str, closed: frozenset[str]) -> Tagged:
    """Return a normalised request tagged. `closed`: the words that frames are made of."""
    tokens = TOKEN.findall(text)
    chunker = _Chunker(tokens, closed)
    line = []
    place = 0
    while place < len(tokens):
        end = chunker.end_at(place)
        line.append(chunker.add(place, end) if end > place else tokens[place])
        place = max(end, place + 1)
    return merged(" ".join(line), chunker.chunks, ASKED)


@cache
def _stops(closed: frozenset[str]) -> frozenset[str]:
    """Return the words that end a phrase."""
    return closed | lexicon().function | lexicon().verbs


@cache
def _nouns() -> frozenset[str]:
    """Return the words that are nouns and nothing else."""
    return frozenset(lexicon().classes) - lexicon().adjectives


class _Chunker:
    """Finds where phrases end, and of which class they are."""

    def __init__(self, tokens: Sequence[str], closed: frozenset[str]) -> None:
        self.tokens, self.known = tokens, lexicon()
        self.groups = self.known.groups
        self.stops = _stops(closed)
        self.chunks: list[Chunk] = []

    def add(self, start: int, end: int) -> str:
        """Keep a phrase; return its mark."""
        words = self.tokens[start:end]
        first = words[0]
        own = self._letter(words)
        if words == ["the", "view"] and self.tokens[end : end + 1] != ["of"]:
            own = "N"  # what is seen from there, where "a closer view" is the picture
        definite = first in self.known.determiners or self._number(first) or first in ORDINALS
        whole_side = side_end(self.tokens, start, self.open) == end
        of_thing = (upright(words) or (own == "F" and first != "frame")) and self._thing_of(end)
        bare = len(words) > 1 and not definite and self.tokens[:start][-1:] in (["no"], ["without"])
        of_thing = of_thing or (own == "Q" and bare)  # "no price cards": a thing, not a medium
        letter = "N" if of_thing else "L" if whole_side else own
        text = (
            " ".join(words)
            .replace("-can", " can")
            .replace("-stop", " stop")
            .replace("-room", " room")
        )
        self.chunks.append(Chunk(letter, text, definite))
        return f"{letter}{len(self.chunks) - 1}"

    def _letter(self, words: Sequence[str]) -> str:
        """Return the class of a phrase by its last word."""
        classes, last = self.known.classes, words[-1]
        if (last in self.known.pronouns and len(words) == 1) or last == "subject":
            return "J"
        if last in EDGES and len(words) <= 2:
            return "L"
        if last in ONES:
            return "U"
        more = any(word not in self.known.determiners for word in words[:-1])
        if participle(last) and more and last not in classes:
            noun = next((word for word in reversed(words) if not participle(word)), last)
            return "Y" if classes.get(noun) in ("H", "E") else "V"
        if any(classes.get(word) == "X" for word in words):
            return "X"
        if classes.get(last) == "R" and any(map(self._names, words[:-1])):
            return "N"
        letter = classes.get(last) or classes.get(last.removesuffix("s"), "").replace("T", "")
        few = self.groups["few"]
        several = self._number(words[0]) or words[0] in few or (words[1:] and words[1] in few)
        if letter == "P" and several and words[0] not in ("one", "1"):
            return "C"
        if letter == "Q" and words[0] in self.known.determiners - {"a", "an", "some"}:
            return "N"
        return letter if letter and letter != "L" else "N"

    def _names(self, word: str) -> bool:
        """Tell whether a word before "room" makes it a thing: "living room", "his bald spot"."""
        known = self.known
        plain = word in self.stops | known.determiners | known.adjectives | known.fillers
        kind = known.classes.get(word, "N")
        wish = kind in "WMRLPFQ" or word in self.groups["roomy"] or word.endswith("er")
        return word.endswith("'s") or not (plain or wish or self._number(word) or word[0] == "#")

    def _number(self, word: str) -> bool:
        return word in NUMERALS or (word.isdigit() and len(word) < 3)

    def open(self, place: int) -> bool:
        """Tell whether a token is a word that can only belong to a phrase."""
        if place >= len(self.tokens):
            return False
        word = self.tokens[place]
        if word.endswith("ly") and word not in self.groups["things_in_ly"]:
            return False
        if word in ("me", "us") and place and self.tokens[place - 1] in self.groups["taking"]:
            return False
        if self._tells(place):
            return False
        known = self.known
        other = word in self.stops or word in known.determiners or word in known.adjectives
        other = other or word in known.qualities or word in known.actions
        return word[0].isalpha() and ":" not in word and not other and not self._number(word)

    def _tells(self, place: int) -> bool:
        """Tell whether a word in -ed is a verb: "we visited", "my boss approved it"."""
        word = self.tokens[place]
        if place and self.tokens[place - 1] in self.groups["modals"]:
            return word not in self.known.classes or word == "face"
        if self._does(place):
            return True
        if len(word) < 5 or not word.endswith("ed") or word in self.known.classes or not place:
            return False
        before, after = self.tokens[place - 1], self._next(place)
        follows = after in self.known.determiners | self.groups["objects"]
        return before in self.groups["tellers"] or (follows and self.open(place - 1))

    def _does(self, place: int) -> bool:
        """Tell whether a word in -s between a noun and an article is a verb: "the tree forms a"."""
        word, classes = self.tokens[place], self.known.classes
        plural = word in classes or word.removesuffix("s") in classes
        if place < 2 or len(word) < 5 or plural or not word.endswith("s") or word.endswith("ss"):
            return False
        after = self._next(place)
        if after in ("both", "all", "each"):  # "the garden doors both in it"
            return False
        return self.known.determiners.issuperset((self.tokens[place - 2], after))

    def end_at(self, place: int) -> int:
        """Return where the phrase that begins here ends; `place` if none begins."""
        if (side := side_end(self.tokens, place, self.open)) > place:
            return side
        start = self._noun_start(place)
        end = start
        while end < len(self.tokens) and self._goes_on(place, start, end):
            end += 1
        if end == start:
            return self._alone(place, end)
        return place if self._wish_inside(place, end) else end

    def _noun_start(self, place: int) -> int:
        """Return where the determiners and numbers that begin here end."""
        tokens, determiners, end = self.tokens, self.known.determiners, place
        tells = self._next(place) in determiners | self.groups["tellers"]
        if tokens[place] == "that" and (tells or tokens[:place][-1:] == ["so"]):
            return place  # "so that my hat is in": no "that hat"
        if tokens[place] == "her" and self.known.classes.get(self._next(place)) == "R":
            return place  # "give her room"
        while end < len(tokens) and (
            tokens[end] in determiners
            or (end > place and tokens[end] == "of" and self._next(end) in determiners)
        ):
            end += 1
        if end > place and end < len(tokens) and tokens[end] in SUPERLATIVES:
            if self._next(end) == "of":  # "the largest of the three balloons"
                end += 2
                while end < len(tokens) and tokens[end] in determiners:
                    end += 1
        while end < len(tokens) and self._counts(place, end):
            end += 1
        return end

    def _counts(self, place: int, end: int) -> bool:
        """Tell whether a token belongs to the number of a phrase: "two of the"."""
        tokens, word = self.tokens, self.tokens[end]
        number = self._number(word) or (
            word in self.groups["of_numerals"] and self._next(end) == "of"
        )
        if number:
            return not self._lone(end)
        before = tokens[end - 1] if end > place else ""
        if word == "of":
            counted = self._number(before) or before in self.groups["of_numerals"]
            return counted and not self._pronoun(end + 1)
        return word == "the" and before == "of"

    def _goes_on(self, place: int, start: int, end: int) -> bool:
        """Tell whether a token belongs to the nouns and adjectives of a phrase."""
        tokens, word, begun, given = self.tokens, self.tokens[end], end > start, start > place
        if begun and word in self.groups["side_heads"] and side_end(tokens, end, self.open) > end:
            return False
        if self.open(end) or (begun and tokens[end - 1].endswith("'s") and self._number(word)):
            return True
        forced = given and not begun and word in self.stops and word not in self.known.function
        qualifies = self._qualifies(word) or forced
        if qualifies and self._noun_follows(end + 1):
            return True
        if begun:
            does = participle(word) and (
                word not in self.groups["wishing"]
                or (
                    word in self.groups["doing"]
                    and (given or self.known.classes.get(tokens[end - 1]) == "H")
                    and self._next(end) in self.known.determiners
                )
            )
            ordinal = (word in ORDINALS or word == "last") and self._next(end) in ("from", "on")
            pair = (tokens[end - 1], self._next(end))
            colours = word == "and" and SPECKLED.issuperset(pair)
            one = given and word in ONES and tokens[end - 1] not in _nouns()
            numbered = word in COUNTED and word != "one" and not self.open(end + 1)
            named = word in self.known.verbs and self._plural(end)
            event = given and word in self.groups["events"] and self._next(end) in ("", ",", ".")
            return does or ordinal or colours or one or numbered or event or named or word.isdigit()
        return given and (word in ONES or self._noun_by_article(end))

    def _plural(self, end: int) -> bool:
        """Tell whether a word in -s is a noun before another verb: "the shop signs must be in"."""
        word = self.tokens[end]
        thing = word.endswith("s") and word.removesuffix("s") in sights()["shown"]
        return thing and self._next(end) in self.groups["noun_before"]

    def _noun_by_article(self, end: int) -> bool:
        """Tell whether a word that is a verb elsewhere is a noun behind an article."""
        word, known = self.tokens[end], self.known
        if word in known.function:
            return False
        if word in known.classes:
            return True
        if self.tokens[end - 1] not in self.groups["noun_follows"] or not word.isalpha():
            return False
        manner = word in known.adjectives or word in self.groups["manners"] or word == "headroom"
        ends = self._next(end) not in known.determiners and not self.open(end + 1)
        return ends and not manner and not word.endswith("er")

    def _next(self, place: int) -> str:
        return self.tokens[place + 1] if place + 1 < len(self.tokens) else ""

    def _given(self, word: str) -> bool:
        return word in ORDINALS or word in self.groups["given"]

    def _noun_follows(self, place: int) -> bool:
        """Tell whether a phrase goes on here after an adjective."""
        if place >= len(self.tokens):
            return False
        word = self.tokens[place]
        if self.open(place) or word in ONES:
            return True
        return self._qualifies(word) and self._noun_follows(place + 1)

    def _qualifies(self, word: str) -> bool:
        """Tell whether a word may stand before a noun and is none."""
        known = self.known
        return word in known.adjectives or word in known.qualities or self._given(word)

    def _lone(self, place: int) -> bool:
        """Tell whether "one" stands for a noun here: "the one in the hat"."""
        behind = place > 0 and self.tokens[place - 1] in ("the", "that", "this")
        return behind and self.tokens[place] == "one" and not self._noun_follows(place + 1)

    def _pronoun(self, place: int) -> bool:
        return place < len(self.tokens) and self.tokens[place] in ("us", "them", "it", "you")

    def _thing_of(self, place: int) -> bool:
        """Tell whether "of" and a thing follow: "the top of the tower" is no side."""
        if self.tokens[place : place + 1] != ["of"]:
            return False
        end = self.end_at(place + 1)
        last = self.tokens[end - 1]
        return end > place + 1 and self.known.classes.get(last) not in ("P", "F", "L")

    def _wish_inside(self, place: int, end: int) -> bool:
        """Tell whether a wish stands inside a phrase for the picture: "a tighter crop"."""
        letter = self.known.classes.get(self.tokens[end - 1])
        if letter in ("P", "O") and self.tokens[place] in self.known.adjectives:
            return True
        return letter in ("P", "Q") and any(
            word in self.stops and word not in PARTS | self.groups["insults"]
            for word in self.tokens[place + 1 : end - 1]
        )

    def _alone(self, place: int, end: int) -> int:
        """Return the end of determiners that stand alone: "her", "three of us"."""
        word = self.tokens[place]
        if word in self.known.pronouns:
            return place + 1
        if end > place and self.tokens[end - 1] == "of" and self._pronoun(end):
            return end + 1 if self.tokens[end] != "it" else place
        if (end > place and word in ("all", "both", "each")) or self._number(word):
            of_them = self._next(place) == "of" and self._pronoun(place + 2)
            return place + 3 if of_them and self.tokens[place + 2] != "it" else place
        return place
