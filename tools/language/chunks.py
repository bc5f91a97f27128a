"""A request as a line of words and numbered phrases: what frames are patterns over.

"put the red car on the left" becomes "put N0 on L1": N is a thing, L a side; `lexicon.LETTERS` has
the other classes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cropsmith.tools.language.lexicon import lexicon

DOING = re.compile(r"[^\W\d_]{2,}ing")


@dataclass(frozen=True)
class Chunk:
    """A noun phrase."""

    letter: str
    """Its class."""
    words: str
    """With article: "the red car"."""
    definite: bool
    """It has a determiner or a number."""


@dataclass(frozen=True)
class Tagged:
    """A request as a line of words and phrases."""

    line: str
    chunks: Sequence[Chunk]

    def words(self, tagged: str) -> str:
        """Return a part of the line in the words of the request."""
        plain = re.sub(r"[A-Z](\d+)", lambda mark: self.chunks[int(mark[1])].words, tagged)
        plain = re.sub(r"#(\d*\.\d+)", lambda share: f"{float(share[1]):.0%}", plain)
        plain = re.sub(r"genre:(\w+)", r"\1", plain)
        plain = plain.replace("bit-each-side", "a bit off each side")
        plain = plain.replace("in-front", "in front").replace("in-it", "in it")
        return re.sub(r"\s+([,.;])", r"\1", plain).strip(" ,.;|")


def participle(word: str) -> bool:
    """Tell whether a word says what somebody does: "running", and not "ceiling"."""
    return DOING.fullmatch(word) is not None and word not in lexicon().groups["no_participles"]
