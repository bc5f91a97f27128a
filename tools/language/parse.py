"""The cheapest reading of a tagged request: frames, bare phrases, words not understood."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cropsmith.tools.language.chunks import Tagged
from cropsmith.tools.language.frames import THING, Frame, Match, fitting, possible
from cropsmith.tools.language.lexicon import lexicon
from cropsmith.tools.language.predicates import breath_at, each_said

COSTS: Mapping[str, float] = {
    "keep": 0.45, "nothing_cut": 0.45, "how_much": 0.5, "horizon": 0.55, "place": 0.57,
    "ignore": 0.63, "unserved": 0.45,
    "purpose": 0.66, "mention": 0.68, "state": 0.68,
    "subject": 0.75,
    "optional": 0.5,
}  # fmt: skip
FRAME = 0.6
"""What a frame costs; others `FRAME`. Each frame costs something, so that few long ones win."""
BARE, FILLER, UNREAD, STRANGE = 0.95, 0.25, 4.0, 0.55
NEGATED, NEGATION = 5.0, 12.0
"""A negation is never passed over: what follows it would be turned into its opposite."""
NEGATORS = frozenset(
    "no not never don't without nor neither can't cannot mustn't shouldn't avoid"
    " stop won't isn't aren't doesn't none hardly less reduce".split()
)
FLIPPED = {
    "tight": "loose",
    "loose": "tight",
    "fill": "loose",
    "upscale": "no_upscale",
    "avoid": "whole",
}
"""What a frame says when it is negated and no frame of its own says so."""
UNKNOWN_VERB = re.compile(r"N\d+ [A-Z](\d+)(?: (?!and\b|but\b)[^\s,.;|]+)*(?= |$)")
"""A bare noun before a definite phrase is a verb that nobody knows: "whiten her teeth"."""
DATE = re.compile(r"(?:1[89]|20)(?!00)\d\d|[1-9]\d(?:st|nd|rd|th)")
"""A year, or a birthday: no measure, and no place in a row."""
THINGS = re.compile(rf"(?P<thing>{THING})(?= |$)")


@dataclass(frozen=True)
class Reading:
    """One part of a request, and the wish it was read as."""

    wish: str
    """A frame's, or "bare", "unread", "negated", "filler"."""
    start: int
    end: int
    """Within the tagged line."""
    match: Match | None = None


def parsed(request: Tagged) -> Sequence[Reading]:
    """Return the readings that together cover the line at the least cost."""
    line = request.line
    among = possible(line)
    starts = [m.start() for m in re.finditer(r"\S+", line)]
    chosen: dict[int, Reading] = {}
    best = {len(line): 0.0}
    for start in reversed(starts):
        options = _options(request, among, start)
        reading, cost = min(
            ((r, c + best[_next(line, r.end)]) for r, c in options), key=lambda one: one[1]
        )
        best[start], chosen[start] = cost, reading
    found: list[Reading] = []
    place = starts[0] if starts else len(line)
    while place < len(line):
        found += _parts(chosen[place])
        place = _next(line, chosen[place].end)
    return found


def _parts(reading: Reading) -> Sequence[Reading]:
    """Return a reading, or those of each thing that was said in one breath."""
    if reading.wish != "each" or reading.match is None:
        return (reading,)
    said = each_said(reading.match)
    return [Reading(wish, reading.start, reading.end, match) for wish, match in said]


def _next(line: str, end: int) -> int:
    """Return where the next word begins."""
    while end < len(line) and line[end] == " ":
        end += 1
    return end


def _options(request: Tagged, among: Sequence[Frame], start: int) -> list[tuple[Reading, float]]:
    """Return what may begin at a place, with its cost."""
    line = request.line
    word = re.compile(r"\S+").match(line, start)
    assert word is not None
    token = word[0]
    options = [
        (Reading(wish, start, match.end(), match), COSTS.get(wish, FRAME))
        for wish, match in (fitting(among, line, start) if token != "|" else ())
    ]
    if request.chunks and (breath := breath_at(line, start)) and each_said(breath):
        options.append((Reading("each", start, breath.end(), breath), FRAME))
    if line.startswith("for ", max(start - 4, 0), start) and token[0].isupper():
        # What a thing is for is read with the "for".
        options = [(reading, cost + BARE) for reading, cost in options]
    elif things := THINGS.match(line, start):
        options.append((Reading("bare", start, things.end(), things), BARE))
    if token in NEGATORS:
        options += _negated(among, line, start, word.end())
    if not token[0].isalnum() and token[0] != "#":
        cost = 0.0
    elif DATE.fullmatch(token):
        cost = FILLER
    elif token[0].isupper():
        words = request.chunks[int(token[1:])].words.split()
        cost = (
            FILLER
            if token[0] in "PQ"
            or (
                token[0] != "H"
                and lexicon().fillers.issuperset(words)
                and not _whom(words, line, start, word.end())
            )
            else UNREAD
        )
        cost = (
            0.9
            if token[0] == "F" and len(words) < 3 and words[0] != "frame"
            else FILLER
            if token[0] == "F"
            else cost
        )
        if strange := UNKNOWN_VERB.match(line, start):
            bare = (
                not request.chunks[int(token[1:])].definite
                and request.chunks[int(strange[1])].definite
            )
            if bare:
                options.append((Reading("unread", start, strange.end()), STRANGE))
    elif (
        token in lexicon().fillers or (token.endswith("ly") and len(token) > 4)
    ) and token not in NEGATORS:
        cost = FILLER
    else:
        cost = UNREAD if token not in NEGATORS else NEGATION
    wish = "filler" if cost <= FILLER else "unread"
    options.append((Reading(wish, start, word.end()), cost))
    return options


def _whom(words: Sequence[str], line: str, start: int, end: int) -> bool:
    """Tell whether words that may be left over stand for people: "both of them, waist up"."""
    alone = line[:start].strip(" ,.|") == "" and re.match(r" ?(?:[.,;|]|$)", line[end:])
    return words[-2:] == ["of", "them"] or (words == ["them"] and alone is not None and bool(alone))


def _negated(
    among: Sequence[Frame], line: str, start: int, end: int
) -> list[tuple[Reading, float]]:
    """Return readings of a negation over the frame that follows it."""
    place = _next(line, end)
    skipped = re.compile(
        r"(?:(?:want|need|you|to|be|please|it|make|it's|the|a|really|too|so) )*"
    ).match(line, place)
    options: list[tuple[Reading, float]] = []
    for at in {place, skipped.end() if skipped else place}:
        for wish, match in fitting(among, line, at)[:4]:
            if wish in ("ignore", "mention", "subject", "state"):
                continue
            flipped = FLIPPED.get(wish)
            options.append((Reading(flipped or "negated", start, match.end(),
            match if flipped else None),
                            0.9 if flipped else NEGATED))  # fmt: skip
    return options
