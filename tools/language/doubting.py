"""Readings that the words beside them put in doubt: they are told, and the things only noted.

A frame says what to do with a thing. A thing that stands bare is shown only if nothing round it
speaks against that: a preposition before it that no frame took makes it a place or a purpose, and a
negation in its clause that nobody understood may be about it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from cropsmith.tools.language.chunks import Tagged
from cropsmith.tools.language.parse import NEGATORS, Reading

HANGING = frozenset(
    "in on at into onto by from about than as to through via per since until during beyond"
    " what who why how when where which is are was were be being been am do does did".split()
)
"""Before a bare thing these say that it is where, when or what something is, not what is shown."""
SHOWN = ("bare", "subject")
HALVES = frozenset(
    "plain straight same shape ratio size off out up down over between symmetrical symmetric"
    " balanced than turn turned before bit little rest whole way times".split()
)
"""Fillers that are left over from a wish where nothing else in their clause was read."""


def doubted(readings: Sequence[Reading], request: Tagged) -> list[Reading]:
    """Return the readings, those in doubt as words that were not understood."""
    found: list[Reading] = []
    for clause in _clauses(readings, request):
        refused = any(
            one.wish in ("unread", "negated")
            and not NEGATORS.isdisjoint(request.line[one.start : one.end].split())
            for one in clause
        )
        if _left_over(clause, request):
            clause = [replace(one, wish="unread") for one in clause]
        for at, one in enumerate(clause):
            before = clause[at - 1] if at else None
            hangs = before is not None and _hangs(before, one, request)
            if hangs and one.wish == "bare":
                found[-1] = replace(found[-1], wish="unread", match=None)
            if hangs or (refused and one.wish in SHOWN):
                one = replace(one, wish="doubted")
            found.append(one)
    return found


def _hangs(before: Reading, one: Reading, request: Tagged) -> bool:
    """Tell whether a thing hangs on a word that no frame took: "we sell it on the market"."""
    if before.wish not in ("filler", "unread"):
        return False
    word = request.line[before.start : before.end]
    about = re.match(r"(?:on|of|about) ", request.line[one.start : one.end])
    if one.wish == "subject":
        return about is not None and word in ("it", "them", "that", "lost", "cut", "cropped")
    return one.wish == "bare" and word in HANGING


def _left_over(clause: Sequence[Reading], request: Tagged) -> bool:
    """Tell whether a clause of fillers has one that means something: "down to the good bit"."""
    words = [request.line[one.start : one.end] for one in clause]
    fillers = all(one.wish == "filler" for one in clause)
    return fillers and not HALVES.isdisjoint(words)


def _clauses(readings: Sequence[Reading], request: Tagged) -> list[list[Reading]]:
    """Split readings where a sign or a bar stands."""
    clauses: list[list[Reading]] = [[]]
    for one in readings:
        clauses[-1].append(one)
        if re.fullmatch(r"[.,;|:]", request.line[one.start : one.end]):
            clauses.append([])
    return clauses
