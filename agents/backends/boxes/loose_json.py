"""Finding the JSON values in what a model wrote, within limits, in time linear in the text.

A model drafts, fences, explains and echoes; which of its values is the answer, the reader of the
answer knows, who has the schema. Here they are only found.
"""

import json
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cropsmith.tools.schema.plain_text import plain_unicode

LENGTH = 60_000
"""Characters of an answer that are read: one of ours has some thousand."""

DEPTH = 32
"""Levels of lists and objects: answers of ours have five."""

DIGITS = 24
"""Digits of a number: more is no coordinate, and Python may refuse to read it."""

VALUES = 24
"""Values of a text that are tried, the last ones."""

TRIES = 2_000
"""Values that are decoded, the broken ones included."""

EFFORT = 4
"""Times the text's length that may be decoded in all, where values lie in one another."""

_SIGN = re.compile(r'[\[\]{}"]')
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_LAST_COMMA = re.compile(r",(?=\s*+[}\]])")
_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")
_BETWEEN = re.compile(r"[\s,;]*+")
_OBJECT = re.compile(r'\{\s*+"')
"""What begins an object in earnest; prose has other braces."""

_LINE_START = re.compile(r"^[ \t]*+[{\[]", re.MULTILINE)


class NoJson(ValueError):
    """There is no JSON value in the text."""


def _no_constant(name: str) -> Any:
    raise NoJson(f"{name} is not a number")


def _whole(digits: str) -> int:
    if len(digits) > DIGITS:
        raise NoJson(f"a number has {len(digits)} digits")
    return int(digits)


def _broken(digits: str) -> float:
    if len(digits) > 2 * DIGITS:
        raise NoJson(f"a number has {len(digits)} digits")
    return float(digits)


DECODER = json.JSONDecoder(
    # Raw control characters slip through grammars with maxLength (xgrammar).
    strict=False,
    parse_constant=_no_constant,
    parse_int=_whole,
    parse_float=_broken,
)


@dataclass(frozen=True)
class _Span:
    """Where a balanced pair of brackets lies; `height` counts the levels within it."""

    start: int
    end: int
    height: int


@dataclass(frozen=True)
class _Brackets:
    """The balanced pairs of a text in the order of their ends, and where one stays open."""

    spans: Sequence[_Span]
    open: Sequence[int]


def _brackets(text: str) -> _Brackets:
    """Pair the brackets. Quotes count within brackets alone: prose has its own."""
    found: list[_Span] = []
    opened: list[list[Any]] = []  # sign, start, height so far
    waiting = {"{": 0, "[": 0}
    at = 0
    while sign := _SIGN.search(text, at):
        at = sign.end()
        match sign.group():
            case '"':
                if opened:
                    string = _STRING.match(text, sign.start())
                    if string is None:  # all that follows lies in a string that never ends
                        break
                    at = string.end()
            case "{" | "[" as opens:
                opened.append([opens, sign.start(), 0])
                waiting[opens] += 1
            case closes:
                wanted = "{" if closes == "}" else "["
                if not waiting[wanted]:
                    continue
                deepest = 0
                while True:
                    opens, start, height = opened.pop()
                    waiting[opens] -= 1
                    deepest = max(deepest, height)
                    if opens == wanted:
                        break
                found.append(_Span(start, at, deepest + 1))
                if opened:
                    opened[-1][2] = max(opened[-1][2], deepest + 1)
    return _Brackets(found, [start for _, start, _ in opened])


def _decoded(text: str) -> Any:
    """Decode one value. NoJson says why not."""
    try:
        value = DECODER.decode(text)
    except json.JSONDecodeError as error:
        try:
            value = DECODER.decode(_LAST_COMMA.sub("", text))
        except json.JSONDecodeError:
            raise NoJson(str(error)) from error
    # Half a sign, written as an escape, could be neither kept nor sent.
    return _sound(value) if _ESCAPED.search(text) else value


def _sound(value: Any) -> Any:
    if isinstance(value, str):
        return plain_unicode(value)
    if isinstance(value, list):
        return [_sound(item) for item in value]
    if isinstance(value, dict):
        return {plain_unicode(key): _sound(item) for key, item in value.items()}
    return value


class _Found:
    """The values of one text, decoded from the outside in."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.why = "no JSON value in the text"
        self.broken = False
        """Whether the last value is broken: an earlier one is a draft then, not the answer."""
        self._left = EFFORT * len(text)
        self._tries = TRIES

    def values(self) -> Iterator[tuple[_Span, Any]]:
        """Give each value with its place, the last first; one that is broken gives its parts."""
        brackets = _brackets(self.text)
        spans = brackets.spans
        last = spans[-1].end if spans else 0
        if any(at >= last and _OBJECT.match(self.text, at) for at in brackets.open):
            self.why, self.broken = "the last JSON value is cut off", True
            return
        # Pairs within a pair stand right before it.
        layers = deque([(0, len(spans))])
        while layers:
            first, at = layers.popleft()
            while at > first:
                span = spans[at := at - 1]
                end = at
                while at > first and spans[at - 1].start > span.start:
                    at -= 1
                if span.height > DEPTH:
                    self.why = f"lists or objects lie {span.height} deep in one another"
                    continue
                self._left -= span.end - span.start
                self._tries -= 1
                if self._left < 0 or self._tries < 0:
                    return
                try:
                    value = _decoded(self.text[span.start : span.end])
                except NoJson as error:
                    self.why = str(error)
                    if span.end == last and _OBJECT.match(self.text, span.start):
                        self.broken = True
                        return
                    layers.append((at, end))
                else:
                    yield span, value


def _with_rows(text: str, found: Sequence[tuple[_Span, Any]]) -> Iterator[Any]:
    """Give the values, last first, and before an unbroken row of them the row as a list.

    Some models write a line for each box instead of one list.
    """
    for number, (span, value) in enumerate(found):
        before = found[number - 1][0] if number else None
        if before is None or not _BETWEEN.fullmatch(text, span.end, before.start):
            row, start = [value], span.start
            for earlier, item in found[number + 1 :]:
                if not _BETWEEN.fullmatch(text, earlier.end, start):
                    break
                row, start = [item, *row], earlier.start
            if len(row) > 1:
                yield row
        yield value


def json_values(text: str) -> list[Any]:
    """Return the lists and objects in a text, the likeliest answer first: the last one.

    NoJson when there are none, when the text is longer than `LENGTH`, or its values lie deeper than
    `DEPTH` or hold numbers of more than `DIGITS` digits.
    """
    text = text.strip()
    if len(text) > LENGTH:
        raise NoJson(f"the text has {len(text)} characters, more than the {LENGTH} that are read")
    if not text:
        raise NoJson("the text is empty")
    if text[0] == text[-1] == '"' and len(text) > 2:
        text = _unquoted(text)
    found = _Found(text)
    values = _some(found)
    if (
        not values
        and not found.broken
        and (lines := [line.start() for line in _LINE_START.finditer(text)])
    ):
        # A bracket or a quote of the prose before may have hidden it.
        values = _some(_Found(text[lines[-1] :])) or _some(_Found(text[lines[0] :]))
    if not values:
        raise NoJson(found.why)
    return values


def _some(found: _Found) -> list[Any]:
    kept: list[tuple[_Span, Any]] = []
    whole = (0, len(found.text))
    for span, value in found.values():
        if value or (span.start, span.end) == whole:
            kept.append((span, value))
        if len(kept) == VALUES:
            break
    return list(_with_rows(found.text, kept))


def _unquoted(text: str) -> str:
    """Return the text within a JSON string: an answer that was encoded twice."""
    try:
        inner = DECODER.decode(text)
    except (json.JSONDecodeError, NoJson):
        return text
    return inner if isinstance(inner, str) else text


def is_bare(text: str) -> bool:
    """Tell whether a text is one JSON value and nothing else, as a server that holds it gives."""
    text = text.strip()
    if not (text[:1] + text[-1:] in ("{}", "[]") and len(text) <= LENGTH):
        return False
    if any(s.height > DEPTH for s in _brackets(text).spans[-1:]):
        return False
    try:
        DECODER.decode(text)
    except (json.JSONDecodeError, NoJson, RecursionError):
        return False
    return True


def find_json(text: str) -> Any:
    """Return the last JSON value of a text. NoJson when there is none."""
    return json_values(text)[0]
