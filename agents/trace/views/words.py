"""Two texts as a word diff: what stayed, what went, what came."""

import difflib
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from cropsmith.tools.schema.values import Value

MOST_WORDS = 4000
"""Words of a changed passage that are compared one by one; a longer one is replaced whole."""

_WORD = re.compile(r"\s*(?:\w+|[^\w\s])|\s+")
"""A word or a sign with the blanks before it: every text is the sum of its words."""


class Kind(StrEnum):
    """What became of a passage."""

    SAME = "same"
    GONE = "gone"
    CAME = "came"


class Span(Value):
    """A passage; same and gone together are the first text, same and came the second."""

    kind: Kind
    text: str


def changed_words(before: str, after: str) -> Sequence[Span]:
    """Return the second text as it came from the first, lines first, then words within them."""
    found: list[Span] = []
    for span in _lines(before, after):
        if found and found[-1].kind is span.kind:
            found[-1] = Span(kind=span.kind, text=found[-1].text + span.text)
        elif span.text:
            found.append(span)
    return found


def _lines(before: str, after: str) -> Iterator[Span]:
    # keepends, and only at line feeds: splitlines() would also cut at form feeds and the like.
    a, b = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (before, after))
    for tag, a1, a2, b1, b2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        gone, came = "".join(a[a1:a2]), "".join(b[b1:b2])
        if tag == "equal":
            yield Span(kind=Kind.SAME, text=gone)
        else:
            yield from _words(gone, came)


def _words(before: str, after: str) -> Iterator[Span]:
    a, b = _WORD.findall(before), _WORD.findall(after)
    if not a or not b or max(len(a), len(b)) > MOST_WORDS:
        yield Span(kind=Kind.GONE, text=before)
        yield Span(kind=Kind.CAME, text=after)
        return
    for tag, a1, a2, b1, b2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        gone, came = "".join(a[a1:a2]), "".join(b[b1:b2])
        if tag == "equal":
            yield Span(kind=Kind.SAME, text=gone)
        else:
            yield Span(kind=Kind.GONE, text=gone)
            yield Span(kind=Kind.CAME, text=came)
